// What OSPFv2 routers claim becomes what is usable.
//
// RFC 2328 section 16.1 decides what that is: a link counts only when the other end links back, a
// broadcast network only has the routers that both list it and are listed by its designated router. LSAs
// at MaxAge and summaries at LSInfinity are not there. A link's cost of 0xffff is only a high cost: such
// a router (RFC 6987) is passed through last, not never.
//
// Point-to-point links name the neighbour's router, not its interface; with several links between two
// routers, ends are paired by how close their addresses are, unnumbered ones in the order they stand.
#pragma once

#include "lsdb/lsdb.h"
#include "topology/router_nodes.h"
#include "topology/topology.h"

namespace anemone {

// Appends OSPFv2's part of the network to `parts`. REQUIRES: `routers` are those of `parts`.
void add_ospf2(const Lsdb& lsdb, RouterNodes& routers, TopologyParts& parts);

}  // namespace anemone
