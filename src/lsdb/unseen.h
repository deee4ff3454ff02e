// Which LSAs must exist but have not been heard: a capture that began in the middle sees only what was
// refreshed since, and says here what it lacks.
//
// Known to exist is what a database description listed, and what heard LSAs refer to: the router at the
// other end of a link, the network that a transit link names, the routers on a network, the way to an AS
// boundary router, the area border router that gave a summary.
#pragma once

#include <vector>

#include "lsdb/lsdb.h"

namespace anemone {

struct UnseenLsa {
  AreaId area;
  ospf::LsaType type{};
  Ipv4 id;
  RouterId router;  // who advertises it; 0.0.0.0 where only its id is known (a network's)
  constexpr auto operator<=>(const UnseenLsa&) const = default;
};

// In order, each once.
std::vector<UnseenLsa> unseen_lsas(const Lsdb& lsdb);

}  // namespace anemone
