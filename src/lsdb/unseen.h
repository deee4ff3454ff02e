// Which LSAs must exist but have not been heard: a capture that began in the middle sees only what was
// refreshed since, and says here what it lacks.
//
// Known to exist is what a database description listed, and what heard LSAs refer to: the router at the
// other end of a link, the network that a transit link names, the routers on a network, the way to an AS
// boundary router, the area border router that gave a summary. In IS-IS: what a CSNP listed, the neighbours
// that an LSP names, and the first LSP of a node of which another has been heard.
#pragma once

#include <vector>

#include "lsdb/lsdb.h"

namespace anemone {

// In order, each once. The router that advertises it is 0.0.0.0 where only the id is known (a network's).
std::vector<LsdbKey> unseen_lsas(const Lsdb& lsdb);

// An originator says each of its LSAs anew at least this often (RFC 2328 appendix B, LSRefreshTime): whoever
// has listened that long has heard everything that does not forgo ageing.
constexpr Duration kLsRefreshTime = 30min;

}  // namespace anemone
