// What changed between two topologies of the same network, in an operator's words.
//
// Links are held against each other by their names (link_name), nodes by theirs, so that the two
// snapshots need not share ids. A failed link is one change although both its directions are gone; a
// router that lost its last link is said to be down, and its links are not said again.
#pragma once

#include <string>
#include <vector>

#include "topology/topology.h"

namespace anemone {

enum class TopologyChangeKind {
  kLinkDown,
  kLinkUp,
  kCost,
  kRouterDown,
  kRouterUp,
  kPrefixDown,
  kPrefixUp,
};
const char* print_change_kind(TopologyChangeKind kind);  // "link_down", ...

struct TopologyChange {
  TopologyChangeKind kind = TopologyChangeKind::kLinkDown;
  std::string text;                // "core1 - core2 down"
  std::vector<std::string> links;  // names of the directed links it is about, those of a router too
};

// Routers first, then links, costs, prefixes; within each by name.
std::vector<TopologyChange> diff_topologies(const Topology& before, const Topology& after);

}  // namespace anemone
