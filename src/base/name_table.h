// A NameTable gives names small numbers: what is handed around and compared is the number, the text stands
// here once.
//
// Bounded by `names_max`: a name beyond gets the number of "(other)", which is always there, and is counted.
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/index.h"

namespace anemone {

template <class Id>
class NameTable {
 public:
  explicit NameTable(std::size_t names_max = 65'536) : names_max_(names_max) { number_of("(other)"); }

  Id intern(std::string_view name) {
    const auto known = numbers_.find(name);
    if (known != numbers_.end()) return known->second;
    if (names_.size() < names_max_) return number_of(name);
    ++refused_;
    return Id{0};
  }
  const std::string& operator[](Id id) const { return names_[id]; }
  std::size_t size() const { return names_.size(); }
  std::uint64_t refused() const { return refused_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  Id number_of(std::string_view name) {
    const Id id = names_.push_back(std::string(name));
    numbers_.emplace(name, id);
    return id;
  }

  std::size_t names_max_;
  PerIndex<Id, std::string> names_;
  std::unordered_map<std::string, Id, Hash, std::equal_to<>> numbers_;
  std::uint64_t refused_ = 0;
};

}  // namespace anemone
