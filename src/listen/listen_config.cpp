#include "listen/listen_config.h"

#include <array>
#include <limits>
#include <utility>

#include "base/text.h"

namespace anemone {
namespace {

using Setting = Result<void> (*)(std::string_view value, ListenConfig& config);

Error wanted(std::string_view value, const char* what) {
  return Error{"'" + std::string(value) + "' is not " + what};
}

Result<void> set_flag(std::string_view value, bool& into) {
  if (value != "yes" && value != "no") return wanted(value, "yes or no");
  into = value == "yes";
  return {};
}

// A number of seconds from 1 to the largest that the hello's field holds.
template <class Field>
Result<void> set_seconds(std::string_view value, std::optional<Field>& into) {
  const auto number = parse_u64(value);
  if (!number || *number < 1 || *number > std::numeric_limits<Field>::max()) {
    return wanted(value, "a number of seconds");
  }
  into = static_cast<Field>(*number);
  return {};
}

Result<void> set_address(std::string_view value, Ipv4& into) {
  const auto address = parse_ipv4(value);
  if (!address || address->value == 0) return wanted(value, "an IPv4 address");
  into = *address;
  return {};
}

Result<void> set_mode(std::string_view value, ListenConfig& config) {
  if (value != "capture" && value != "adjacency") return wanted(value, "a mode (capture, adjacency)");
  config.mode = value == "capture" ? ListenMode::kCapture : ListenMode::kAdjacency;
  return {};
}

Result<void> set_network(std::string_view value, ListenConfig& config) {
  constexpr std::array<std::pair<std::string_view, NetworkKind>, 4> kKinds = {{
      {"broadcast", NetworkKind::kBroadcast},
      {"point-to-point", NetworkKind::kPointToPoint},
      {"point-to-multipoint", NetworkKind::kPointToMultipoint},
      {"nbma", NetworkKind::kNbma},
  }};
  for (const auto& [name, kind] : kKinds) {
    if (name != value) continue;
    config.adjacency.kind = kind;
    config.kind_given = true;
    return {};
  }
  return wanted(value, "a kind of network (broadcast, point-to-point, point-to-multipoint, nbma)");
}

Result<void> set_area(std::string_view value, ListenConfig& config) {
  const auto area = parse_area(value);
  if (!area) return wanted(value, "an area (a number, or as an address)");
  config.adjacency.area = *area;
  return {};
}

Result<void> add_neighbor(std::string_view value, ListenConfig& config) {
  Ipv4 address;
  if (auto set = set_address(value, address); !set) return set;
  if (config.adjacency.neighbors.size() >= 255) return Error{"more than 255 neighbours"};
  config.adjacency.neighbors.push_back(address);
  return {};
}

constexpr std::array<std::pair<std::string_view, Setting>, 11> kSettings = {{
    {"mode", set_mode},
    {"area", set_area},
    {"hello", [](auto value, auto& config) { return set_seconds(value, config.adjacency.hello_s); }},
    {"dead", [](auto value, auto& config) { return set_seconds(value, config.adjacency.dead_s); }},
    {"network", set_network},
    {"router-id", [](auto value, auto& config) { return set_address(value, config.adjacency.router); }},
    {"address", [](auto value, auto& config) { return set_address(value, config.adjacency.address); }},
    {"neighbor", add_neighbor},
    {"mtu-ignore", [](auto value, auto& config) { return set_flag(value, config.adjacency.mtu_ignore); }},
    {"rests", [](auto value, auto& config) { return set_flag(value, config.adjacency.rests); }},
    {"promiscuous", [](auto value, auto& config) { return set_flag(value, config.promiscuous); }},
}};

Result<void> set(std::string_view part, ListenConfig& config) {
  const auto equals = part.find('=');
  const std::string_view name = part.substr(0, equals);
  std::string known;
  for (const auto& [setting, apply] : kSettings) {
    if (setting == name && equals != std::string_view::npos) {
      auto applied = apply(part.substr(equals + 1), config);
      return applied ? applied : Result<void>(applied.error().in(std::string(name)));
    }
    known += (known.empty() ? "" : ", ") + std::string(setting);
  }
  return Error{"'" + std::string(part) + "' is not NAME=VALUE with one of " + known};
}

}  // namespace

Result<ListenConfig> parse_listen_config(std::string_view text) {
  const auto parts = split(text, ',');
  ListenConfig config;
  config.interface = std::string(trim(parts.empty() ? text : parts[0]));
  if (config.interface.empty()) return Error{"no interface is named in '" + std::string(text) + "'"};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (auto done = set(trim(parts[i]), config); !done) return done.error().in(config.interface);
  }
  const AdjacencyConfig& adjacency = config.adjacency;
  if (adjacency.hello_s && adjacency.dead_s && *adjacency.dead_s <= *adjacency.hello_s) {
    return Error{config.interface + ": dead must be longer than hello"};
  }
  return config;
}

}  // namespace anemone
