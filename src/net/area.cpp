#include "net/area.h"

#include <array>
#include <cstdio>

#include "base/text.h"

namespace anemone {

std::string print_area(AreaId area) {
  const Protocol protocol = protocol_of(area.domain);
  if (protocol == Protocol::kOspf2) return print_address(Ipv4{area.value});
  if (protocol == Protocol::kOspf3) {
    const unsigned instance = area.domain & 0xffU;
    const std::string prefix = instance == 0 ? "ospf3:" : "ospf3/" + std::to_string(instance) + ":";
    return prefix + print_address(Ipv4{area.value});
  }
  if (is_backbone(area)) return "isis:level-2";
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "isis:%08x", static_cast<unsigned>(area.value));
  return text.data();
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
