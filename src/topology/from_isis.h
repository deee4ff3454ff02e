// What IS-IS routers claim becomes what is usable (ISO 10589 annex C.2.5, RFC 1195).
//
// A node counts when its first LSP is there, a link when the other end links back; a pseudonode is a
// broadcast network. Level 2 is the backbone, each level 1 area an area of its own, told by its area address:
// two level 1 nodes are in one area when some chain of shared addresses connects them. Where a node says a
// link or a prefix with a narrow and a wide metric, the wide one counts; a wide link metric of 2^24 - 1 means
// not to use it.
//
//   prefix of level 1 or 2    kStub in its area          leaked into level 1 (down bit)   kSummary there
//   external metric           kNssa2 in its area         attached bit                     default route,
//   kSummary overload bit              a router that does not forward for others
//
// IPv4 and IPv6 share the links, unless the routers keep IPv6 in a topology of its own (RFC 5120): that is
// then a domain of its own. A router is named by its host name, else by its system id. Its router id is what
// it says for traffic engineering or as its capability, so that it is one node with the OSPF router of that
// id; else a number made from its system id, in 240.0.0.0/4, where no router's is.
#pragma once

#include "lsdb/lsdb.h"
#include "topology/router_nodes.h"
#include "topology/topology.h"

namespace anemone {

// Appends IS-IS's part of the network to `parts`. REQUIRES: `routers` are those of `parts`.
void add_isis(const Lsdb& lsdb, RouterNodes& routers, TopologyParts& parts);

}  // namespace anemone
