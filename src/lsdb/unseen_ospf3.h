// What OSPFv3's LSAs refer to and nobody has heard: the router at the other end of a link, the network that a
// transit link names, the routers on a network, the router or network whose prefixes an intra-area-prefix-LSA
// tells, the border router that tells of another area, the way to an AS boundary router.
//
// Not link-LSAs: they stay on their link, so a listener elsewhere lacks nothing when it has none.
#pragma once

#include <set>

#include "lsdb/lsdb.h"

namespace anemone {

void add_unseen_ospf3(const Lsdb& lsdb, std::set<LsdbKey>& unseen);

}  // namespace anemone
