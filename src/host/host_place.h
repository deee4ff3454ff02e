// Where a host stands in the network, by its own kernel: its addresses, the routers that it leaves its links
// through, and whether it is a router itself.
//
// Asked for anew each time, of this network namespace. Addresses of loopback and link scope say nothing of a
// place in the network and are left out, but not a router's own address on its loopback interface; nor are
// addresses that the kernel still holds back (duplicate address detection).
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "host/host_paths.h"
#include "net/address.h"

namespace anemone {

struct HostAddress {
  IpAddress address;
  std::uint8_t prefix_length = 0;  // of the link's prefix, in the address's own family
  std::uint32_t interface = 0;     // the kernel's index

  auto operator<=>(const HostAddress&) const = default;
};

struct HostPlace {
  std::vector<HostAddress> addresses;  // in their order
  // Next hops of the default routes of the main table, the preferred first. With IPv6 often fe80::1 or such.
  std::vector<IpAddress> gateways;
  bool forwards = false;   // what is not for itself, of either family
  std::size_t routes = 0;  // that were read to find the default ones: how dear it is to ask again
};

Result<HostPlace> host_place(const HostPaths& paths = {});

}  // namespace anemone
