// A topology with other costs, and without the links that are down: a new snapshot, for whoever computes from
// nothing.
#pragma once

#include <span>
#include <vector>

#include "topology/topology.h"

namespace anemone {

// A link's new cost; kUnreachable takes it down.
struct CostChange {
  LinkId link;
  Cost cost = 0;
};

struct ChangedTopology {
  Topology topology;
  std::vector<LinkId> links;  // by the new topology's ids, those of the one before
};

// Prefixes and nodes keep their ids. Of several changes of a link the last one counts.
ChangedTopology change_topology(const Topology& topology, std::span<const CostChange> changes);

}  // namespace anemone
