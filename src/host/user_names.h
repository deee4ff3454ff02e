// UserNames turns user ids into names: once, since asking the system may go over the network.
//
// Bounded by `users_max` (one beyond is shown by its number). One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace anemone {

class UserNames {
 public:
  // `passwd`: a file in the format of passwd(5); empty: ask the system.
  explicit UserNames(std::string passwd = {}, std::size_t users_max = 65'536);

  // The number itself where it has no name.
  std::string name_of(std::uint32_t uid);

 private:
  std::string passwd_;
  std::size_t users_max_;
  std::unordered_map<std::uint32_t, std::string> names_;
};

}  // namespace anemone
