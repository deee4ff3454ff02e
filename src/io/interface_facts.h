// InterfaceFacts is what the kernel says of a network interface: its number, how frames on it begin, how
// large a packet may be, its IPv4 address, and whether the way to everywhere leads through it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/address.h"

namespace anemone {

using MacAddress = std::array<std::uint8_t, 6>;

struct InterfaceFacts {
  std::string name;
  int index = 0;
  std::uint16_t mtu = 0;        // 65535 where it is more
  std::size_t link_header = 0;  // bytes before the network header: 14 on Ethernet, 0 on a tunnel
  MacAddress mac{};             // zeros on a tunnel
  bool up = false;
  bool point_to_point = false;  // the device itself says so: a tunnel
  std::optional<Ipv4> address;  // the first one
  Ipv4 mask;
};

// An error when there is no such interface, or one whose frames we do not know how to read.
Result<InterfaceFacts> interface_facts(const std::string& name);

// Whether the main routing table sends 0.0.0.0/0 or ::/0 out of `interface`. `v4` and `v6` are the texts of
// /proc/net/route and /proc/net/ipv6_route.
bool has_default_route(std::string_view interface, std::string_view v4, std::string_view v6);
// The same, of this network namespace as it is now.
bool has_default_route(const std::string& interface);

}  // namespace anemone
