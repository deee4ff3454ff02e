// What changed between two topologies of the same network, in an operator's words.
//
// Routers are held against each other by their router ids, links by their ends and addresses, so that the two
// snapshots need not share ids, and a router that was given a name is still itself. A failed link is one
// change although both its directions are gone; a router that has no neighbour any more is said to be down,
// and its links are not said again. A network whose designated router changed is the same network.
#pragma once

#include <string>
#include <vector>

#include "topology/topology.h"

namespace anemone {

enum class TopologyChangeKind {
  kRouterDown,
  kRouterUp,
  kLinkDown,
  kLinkUp,
  kOverload,  // a router asks not to be passed through, or no longer does
  kCost,
  kName,
  kRole,        // area border, AS boundary
  kDesignated,  // who speaks for a broadcast network
  kPrefixDown,
  kPrefixUp,
  kPrefixCost,  // of an external prefix
};
const char* print_change_kind(TopologyChangeKind kind);  // "link_down", ...

struct TopologyChange {
  TopologyChangeKind kind = TopologyChangeKind::kLinkDown;
  std::string text;                // "core1 - core2 down"
  std::vector<std::string> links;  // names of the directed links it is about, those of a router too
  std::string subject;             // the same for every change of the same thing
  std::vector<RouterId> routers;   // whom it concerns: ends, holders of a prefix
  // Other routers' news can be the cause: a summary, a role, who is designated, a virtual link.
  bool can_follow = false;
};

// In the order of TopologyChangeKind; within each by name.
std::vector<TopologyChange> diff_topologies(const Topology& before, const Topology& after);

}  // namespace anemone
