// AreaId names an area of one routing domain: routing protocols that run side by side have areas of the
// same numbers, and no path leads from one protocol's area into another's.
//
// A domain is one instance of a protocol: OSPFv2; OSPFv3 once for each instance id (RFC 5838 gives
// address families their own); IS-IS. In each the area 0 is the backbone; for IS-IS that is level 2, and a
// level 1 area has a number made from its area address.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "net/address.h"

namespace anemone {

enum class Protocol : std::uint8_t { kOspf2, kOspf3, kIsis };

constexpr std::uint16_t kOspf2Domain = 0;
constexpr std::uint16_t kIsisDomain = 0x100;
// IS-IS may keep several topologies over the same routers, each with its own links (RFC 5120).
constexpr std::uint16_t isis_domain(std::uint8_t topology) { return kIsisDomain | topology; }
constexpr std::uint16_t ospf3_domain(std::uint8_t instance) { return 0x300 | instance; }
constexpr Protocol protocol_of(std::uint16_t domain) {
  if (domain == kOspf2Domain) return Protocol::kOspf2;
  return (domain & 0xff00) == kIsisDomain ? Protocol::kIsis : Protocol::kOspf3;
}
// Whether it is one of the above.
constexpr bool is_domain(std::uint16_t domain) {
  return domain == kOspf2Domain || (domain & 0xff00) == kIsisDomain || (domain & 0xff00) == 0x300;
}

struct AreaId {
  std::uint32_t value = 0;
  std::uint16_t domain = kOspf2Domain;

  constexpr bool operator==(const AreaId&) const = default;
  constexpr std::strong_ordering operator<=>(const AreaId& other) const {
    if (auto by_domain = domain <=> other.domain; by_domain != 0) return by_domain;
    return value <=> other.value;
  }
};

// The number of a level 1 area: its address itself where that has three bytes, as nearly all have; else a
// hash.
std::uint32_t isis_area_number(Bytes address);

constexpr bool is_backbone(AreaId area) { return area.value == 0; }
constexpr AreaId backbone_of(AreaId area) { return {0, area.domain}; }

// "0.0.0.1"; "ospf3:0.0.0.1", with an instance "ospf3/64:0.0.0.1"; "isis:level-2", "isis:49.0001"
// (as hexadecimal digits where the area address is longer), of another topology "isis/2:level-2".
std::string print_area(AreaId area);

// An OSPFv2 area, as a number or a dotted quad.
Result<AreaId> parse_area(std::string_view text);

}  // namespace anemone
