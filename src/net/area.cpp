#include "net/area.h"

#include <array>
#include <cstdio>

#include "base/text.h"

namespace anemone {

namespace {

constexpr std::uint32_t kHashed = 0x8000'0000;  // this bit of a number that is a hash

}  // namespace

std::uint32_t isis_area_number(Bytes address) {
  ByteReader in(address);
  const std::uint32_t number = in.u24();
  if (address.size() == 3 && number != 0) return number;
  std::uint32_t hash = 0x811c9dc5;  // FNV-1a
  for (const std::uint8_t byte : address) hash = (hash ^ byte) * 0x01000193;
  return hash | kHashed;
}

std::string print_area(AreaId area) {
  const Protocol protocol = protocol_of(area.domain);
  if (protocol == Protocol::kOspf2) return print_address(Ipv4{area.value});
  if (protocol == Protocol::kOspf3) {
    const unsigned instance = area.domain & 0xffU;
    const std::string prefix = instance == 0 ? "ospf3:" : "ospf3/" + std::to_string(instance) + ":";
    return prefix + print_address(Ipv4{area.value});
  }
  const unsigned topology = area.domain & 0xffU;
  const std::string prefix = topology == 0 ? "isis:" : "isis/" + std::to_string(topology) + ":";
  if (is_backbone(area)) return prefix + "level-2";
  if (area.value == 1) return prefix + "level-1";  // of the database: LSPs do not say their area's number
  std::array<char, 16> text{};
  if (area.value < kHashed) {
    std::snprintf(text.data(), text.size(), "%02x.%04x", area.value >> 16, area.value & 0xffff);
  } else {
    std::snprintf(text.data(), text.size(), "%08x", area.value);
  }
  return prefix + text.data();
}

Result<AreaId> parse_area(std::string_view text) {
  if (text.find('.') != std::string_view::npos) {
    auto quad = parse_ipv4(text);
    if (!quad) return quad.error();
    return AreaId{quad->value};
  }
  auto number = parse_u64(text);
  if (!number || *number > 0xffff'ffff) return Error{"not an area: '" + std::string(text) + "'"};
  return AreaId{static_cast<std::uint32_t>(*number)};
}

}  // namespace anemone
