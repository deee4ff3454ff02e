// Weak points: what alone, or in pairs, parts the network when it fails.
//
// - A bridge: an adjacency without which some routers or broadcast networks no longer reach each other.
// - A cut: adjacencies of which any two part the network, though none alone does. Two adjacencies that do are
//   said to cut each other, and whatever cuts one of them cuts the other: so a ring of fifty links is one cut
//   of fifty rather than 1,225 pairs.
// - An articulation: a router or broadcast network whose loss parts what is left.
// - A lone prefix: attached to a single router, with which it goes.
//
// Packets want both ways: an adjacency is a link that has its reverse; virtual links are no wires and do not
// count. Costs, areas and capacities do not matter here. A network that is parted already is looked at part
// by part.
//
// One depth-first search: bridges and articulations as Tarjan finds them (SIAM J. Comput. 1, 1972), cuts by
// the sums of random labels that the circles over each link have (Pritchard and Thurimella, ACM Trans.
// Algorithms 7, 2011). Labels have 128 bits; that two of 10,000 links are taken for a cut wrongly has a
// chance of less than 10^-30. They come from a fixed seed: the answer is always the same.
#pragma once

#include <cstdint>
#include <vector>

#include "topology/topology.h"

namespace anemone {

// All lists ascend; an adjacency stands as the lower-numbered of its two links.
struct WeakPoints {
  struct Bridge {
    LinkId link;
    std::uint32_t cut_off;  // routers on the smaller side
  };
  struct Articulation {
    NodeId node;
    std::uint32_t cut_off;  // routers that lose the largest part that is left
  };
  struct LonePrefix {
    PrefixId prefix;
    NodeId router;  // invalid: on a broadcast network without any
  };
  std::vector<Bridge> bridges;
  std::vector<std::vector<LinkId>> cuts;
  std::vector<Articulation> articulations;
  std::vector<LonePrefix> lone_prefixes;  // routers' own loopbacks among them
};

WeakPoints find_weak_points(const Topology& topology);

}  // namespace anemone
