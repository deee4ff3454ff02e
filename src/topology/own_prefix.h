// The prefix that stands for a router: the longest that the router alone has inside the network, as a
// rule its loopback. Where there are areas, the way to a router is the way to its own prefix.
#pragma once

#include <optional>

#include "topology/topology.h"

namespace anemone {

std::optional<PrefixId> own_prefix(const Topology& topology, NodeId node);

// Whether links are of more than one area.
bool has_areas(const Topology& topology);

}  // namespace anemone
