// Prefixes as OSPFv3 writes them (RFC 5340 A.4.1), and whose they are.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   | PrefixLength  | PrefixOptions |  metric, or referenced type   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |        Address Prefix: as many words as the length needs      |
//
// The bytes do not say which family they are of: that is the instance's (RFC 5838 section 2.1), so they stay
// bytes here and become a Prefix where the instance is known.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "net/address.h"
#include "net/prefix.h"

namespace anemone::ospf3 {

enum class Family : std::uint8_t { kIpv6, kIpv4, kMulticast, kOther };

// Which address family an instance id is for: 0 to 31 IPv6 and 64 to 95 IPv4 unicast; the ranges between
// and up to 127 are multicast's, which forwards by other rules; what lies above has no meaning yet.
Family family_of(std::uint8_t instance);

constexpr std::uint8_t kPrefixNoUnicast = 0x01;  // NU: not for unicast routes
constexpr std::uint8_t kPrefixLocal = 0x02;      // LA: an address of the router itself
constexpr std::uint8_t kPrefixPropagate = 0x08;  // P: an NSSA border router translates it

struct PrefixField {
  std::uint8_t length = 0;   // bits, at most 128
  std::uint8_t options = 0;  // kPrefix...
  std::uint16_t extra = 0;   // intra-area-prefix-LSA: the metric; AS-external-LSA: the referenced LS type
  std::array<std::uint8_t, 16> address{};  // what lies behind the length is zero
  bool operator==(const PrefixField&) const = default;
};

// The reader is not ok() when the field was cut short; a length above 128 is cut short too.
PrefixField read_prefix(ByteReader& in);
void write_prefix(const PrefixField& prefix, ByteWriter& out);

// None where the length is more than the family has, the family has no unicast routes, or an IPv6 prefix
// lies among the addresses that stand for IPv4's (RFC 4291 section 2.5.5.2), which nobody routes.
std::optional<Prefix> to_prefix(const PrefixField& field, Family family);
PrefixField from_prefix(const Prefix& prefix, std::uint16_t extra = 0, std::uint8_t options = 0);

// A 16-byte address field: IPv4's stands in its first four bytes (RFC 5838 section 2.5).
IpAddress to_address(const std::array<std::uint8_t, 16>& bytes, Family family);
std::array<std::uint8_t, 16> from_address(const IpAddress& address);

}  // namespace anemone::ospf3
