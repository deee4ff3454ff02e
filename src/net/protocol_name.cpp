#include "net/protocol_name.h"

#include <array>

#include "base/text.h"

namespace anemone {
namespace {

struct NamedProtocol {
  std::uint8_t number;
  std::string_view name;
};

constexpr std::array kProtocols = std::to_array<NamedProtocol>({
    {1, "icmp"},
    {2, "igmp"},
    {4, "ipip"},
    {6, "tcp"},
    {17, "udp"},
    {41, "ipv6"},
    {47, "gre"},
    {50, "esp"},
    {51, "ah"},
    {58, "icmp6"},
    {89, "ospf"},
    {103, "pim"},
    {112, "vrrp"},
    {132, "sctp"},
});

// A byte for each protocol: one past where its name is, 0 for none.
constexpr std::array<std::uint8_t, 256> kPlaces = [] {
  std::array<std::uint8_t, 256> places{};
  for (std::size_t i = 0; i < kProtocols.size(); ++i) {
    places[kProtocols[i].number] = static_cast<std::uint8_t>(i + 1);
  }
  return places;
}();

}  // namespace

std::string_view protocol_name(std::uint8_t protocol) {
  const std::uint8_t place = kPlaces[protocol];
  return place == 0 ? std::string_view{} : kProtocols[place - 1U].name;
}

std::optional<std::uint8_t> protocol_number(std::string_view text) {
  for (const NamedProtocol& known : kProtocols) {
    if (known.name == text) return known.number;
  }
  const auto number = parse_u64(text);
  if (!number || *number > 255) return std::nullopt;
  return static_cast<std::uint8_t>(*number);
}

}  // namespace anemone
