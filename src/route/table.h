// The routing table that one router has: RFC 2328 section 16, as routers implement it.
//
// Intra-area before inter-area before external type 1 before type 2; equal costs kept; an area border
// router looks at the backbone's summaries only; forwarding addresses are looked up in the table itself;
// NSSA routes (RFC 3101) where the router is in the area. RFC1583Compatibility is disabled, FRR's
// default. What FRR prints for `show ip ospf route` is the test.
//
// One router's view, run forward from it, and plain to read; how everybody reaches one prefix is
// route/routes_to_prefix.h, run backward. Neither is made from the other, and a test holds them equal.
#pragma once

#include <vector>

#include "net/address.h"
#include "net/prefix.h"
#include "topology/topology.h"

namespace anemone {

enum class PathType : std::uint8_t { kIntra, kInter, kExternal1, kExternal2 };
const char* print_path_type(PathType type);

struct NextHop {
  LinkId link;    // the router's own link that packets leave by; invalid for a stub network of its own
  NodeId router;  // the neighbour; invalid when the destination is on the link itself
  IpAddress via;  // the neighbour's address; none for a connected network, or where not known
  constexpr auto operator<=>(const NextHop&) const = default;
};

struct Route {
  PrefixId prefix;
  PathType type{};
  Cost cost = 0;                   // kExternal2: to the AS boundary router or forwarding address
  Cost type2_cost = 0;             // kExternal2
  AreaId area;                     // that the way begins in
  std::vector<NextHop> next_hops;  // in order, each once
};

// In the order of the topology's prefixes; prefixes without a route are absent.
using RouteTable = std::vector<Route>;

// REQUIRES: `router` is a router of `topology`.
RouteTable route_table(const Topology& topology, NodeId router);

}  // namespace anemone
