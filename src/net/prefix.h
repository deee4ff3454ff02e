// A Prefix is an address and how many of its leading bits count: 10.1.0.0/16, 2001:db8::/32.
//
// The bits behind the length are zero: two prefixes that mean the same are equal.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/address.h"

namespace anemone {

class Prefix {
 public:
  constexpr Prefix() = default;  // ::/0
  // Clears the bits behind the length. REQUIRES: length <= 32 for IPv4, <= 128 for IPv6.
  Prefix(const IpAddress& address, int length);

  const IpAddress& address() const { return address_; }
  int length() const { return is_v4() ? length_ - 96 : length_; }
  int bits128() const { return length_; }  // the length within 128 bits, for both families
  bool is_v4() const { return address_.is_v4() && length_ >= 96; }
  bool contains(const IpAddress& address) const;
  bool contains(const Prefix& other) const { return other.length_ >= length_ && contains(other.address_); }

  // By address, then the shorter first: a prefix stands before all that it contains.
  constexpr auto operator<=>(const Prefix&) const = default;

 private:
  IpAddress address_;
  int length_ = 0;
};

// How many leading ones a mask has; an error when it is not ones followed by zeros.
Result<int> mask_length(Ipv4 mask);
Ipv4 mask_of(int length);

std::string print_prefix(const Prefix& prefix);
// Reads "10.1.0.0/16", and an address alone as a host's prefix.
Result<Prefix> parse_prefix(std::string_view text);

}  // namespace anemone

template <>
struct std::hash<anemone::Prefix> {
  std::size_t operator()(const anemone::Prefix& prefix) const noexcept {
    return std::hash<anemone::IpAddress>{}(prefix.address()) * 31 +
           static_cast<std::size_t>(prefix.bits128());
  }
};
