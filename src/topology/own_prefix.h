// The prefix that stands for a router: the longest that the router alone has inside the network, as a
// rule its loopback. Where there are areas, the way to a router is the way to its own prefix.
#pragma once

#include <optional>

#include "topology/topology.h"

namespace anemone {

std::optional<PrefixId> own_prefix(const Topology& topology, NodeId node);

// Whether there is more to routes than the costs of links: areas, or routers that do not forward for others.
bool has_areas(const Topology& topology);

}  // namespace anemone
