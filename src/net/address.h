// IpAddress is one type for IPv4 and IPv6; Ipv4 is 32 bits where a protocol means exactly that.
//
// An IPv4 address is kept as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2), so that one key, one hash and
// one comparison serve both families. Routing protocols that are IPv4 by definition (OSPFv2 ids, masks)
// use Ipv4, which cannot be anything else.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace anemone {

struct Ipv4 {
  std::uint32_t value = 0;  // host byte order
  constexpr auto operator<=>(const Ipv4&) const = default;
};

using RouterId = Ipv4;

class IpAddress {
 public:
  constexpr IpAddress() = default;  // "::", used as "none"
  constexpr IpAddress(std::uint64_t high, std::uint64_t low) : high_(high), low_(low) {}
  constexpr IpAddress(Ipv4 v4) : low_(kMapped | v4.value) {}  // NOLINT: implicit on purpose

  static IpAddress from_bytes6(std::span<const std::uint8_t, 16> bytes);

  constexpr bool is_v4() const { return high_ == 0 && (low_ >> 32) == 0xffff; }
  constexpr bool is_none() const { return high_ == 0 && low_ == 0; }
  // REQUIRES: is_v4().
  constexpr Ipv4 v4() const { return {static_cast<std::uint32_t>(low_)}; }
  constexpr std::uint64_t high() const { return high_; }
  constexpr std::uint64_t low() const { return low_; }
  constexpr auto operator<=>(const IpAddress&) const = default;

 private:
  static constexpr std::uint64_t kMapped = 0xffff'0000'0000;
  std::uint64_t high_ = 0;
  std::uint64_t low_ = 0;
};

std::string print_address(Ipv4 address);
std::string print_address(const IpAddress& address);  // RFC 5952; IPv4 as a dotted quad
Result<Ipv4> parse_ipv4(std::string_view text);
Result<IpAddress> parse_address(std::string_view text);

}  // namespace anemone

template <>
struct std::hash<anemone::Ipv4> {
  std::size_t operator()(anemone::Ipv4 address) const noexcept {
    return address.value * std::size_t{0x9e3779b97f4a7c15};
  }
};

template <>
struct std::hash<anemone::IpAddress> {
  std::size_t operator()(const anemone::IpAddress& address) const noexcept {
    return (address.high() ^ (address.low() * 0x9e3779b97f4a7c15)) * 0xbf58476d1ce4e5b9;
  }
};
