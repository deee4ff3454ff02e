// What OSPFv2's opaque LSAs add to a topology: capacities, metrics and groups of links that routers announce
// for traffic engineering (RFC 3630), and the names that routers give themselves (RFC 5642).
//
// A link is found by its router and its own address; unnumbered ones are left as they are. Out of a broadcast
// network, which announces nothing, the capacity is that of the router's interface there, as in annotate().
#pragma once

#include "lsdb/lsdb.h"
#include "topology/topology.h"

namespace anemone {

// REQUIRES: the links of `parts` are all there.
void add_opaque(const Lsdb& lsdb, TopologyParts& parts);

}  // namespace anemone
