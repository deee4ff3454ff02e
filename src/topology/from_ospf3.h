// What OSPFv3 routers claim becomes what is usable (RFC 5340 section 4.8, RFC 5838 for address families).
//
// OSPFv3 tells topology and addresses apart. Router- and network-LSAs name interfaces by number: a link
// counts when the other end has it with the numbers crossed, a broadcast network has the routers that both
// list it and are listed by its designated router. Prefixes come in LSAs that refer to a router or a network;
// next hops' addresses in link-LSAs, which only a listener on that link hears: elsewhere `neighbor` is none.
//
// A router whose R or V6 bit is clear ends paths and is not passed through. Each instance is a routing
// domain; those of IPv4 (RFC 5838) have IPv4 prefixes and next hops. Instances for multicast are no part of
// this.
#pragma once

#include "lsdb/lsdb.h"
#include "topology/router_nodes.h"
#include "topology/topology.h"

namespace anemone {

// Appends OSPFv3's part of the network to `parts`. REQUIRES: `routers` are those of `parts`.
void add_ospf3(const Lsdb& lsdb, RouterNodes& routers, TopologyParts& parts);

}  // namespace anemone
