// The names that routers announce for themselves, given to the nodes of a topology.
//
// A router keeps its id for a name where several routers announce the same one, where another node has it,
// and where it reads as an address: a name that leads to two places leads to none.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "topology/topology.h"

namespace anemone {

// In any order; a router may say its name several times.
void give_host_names(std::vector<std::pair<RouterId, std::string>> names, TopologyParts& parts);

}  // namespace anemone
