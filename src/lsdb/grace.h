// Which routers are restarting gracefully (RFC 3623): they asked their neighbours to keep their links
// although they are silent, so that nothing in the topology changes while they do.
#pragma once

#include <optional>
#include <vector>

#include "lsdb/lsdb.h"
#include "ospf/opaque.h"

namespace anemone {

struct GracePeriod {
  RouterId router;
  AreaId area;
  std::optional<Ipv4> address;  // of the interface it was said on, where it says so
  ospf::GraceReason reason{};
  Time from{};  // when the router said so
  Time until{};
};

// Those that last at lsdb.time(), by area, then router. A router that is back flushes its LSA, which ends its
// period early.
std::vector<GracePeriod> grace_periods(const Lsdb& lsdb);

}  // namespace anemone
