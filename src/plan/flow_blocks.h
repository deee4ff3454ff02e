// The blocks of a FlowProblem: the parts that stay connected when any one of their nodes is taken away
// (biconnected components of the graph without directions; Hopcroft and Tarjan 1973).
//
// Between two blocks there is one node only, so a simple path crosses each block from one known node to
// another: what is sent over a block is known before any route is chosen, and so is each block's optimum
// without regard to the others. The same holds for shortest paths with even splitting: within a block they
// depend on its own costs alone. Networks of operators are half tree: the Topology Zoo's fall into many
// blocks of two nodes, where nothing is to choose, and a core.
#pragma once

#include <vector>

#include "plan/flow_problem.h"

namespace anemone {

// Each block as a problem of its own, with nodes numbered anew; every arc is in exactly one. What crosses a
// block to and from others stands at the nodes that they share. In no particular order.
std::vector<FlowProblem> split_into_blocks(const FlowProblem& problem);

}  // namespace anemone
