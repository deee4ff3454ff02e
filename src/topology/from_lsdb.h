// From a link-state database to a Topology: each protocol adds its part (from_ospf2.h and its siblings),
// and after that nobody knows which one it was. Routers with the same router id are one node.
#pragma once

#include "lsdb/lsdb.h"
#include "topology/topology.h"

namespace anemone {

// The topology at lsdb.time(). Routers are named by their ids; each protocol's stand before its networks,
// in ascending order.
Topology topology_from_lsdb(const Lsdb& lsdb);

// The same as plain data, for whoever knows more: names, capacities, places.
TopologyParts topology_parts_from_lsdb(const Lsdb& lsdb);

}  // namespace anemone
