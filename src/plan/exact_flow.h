// A flow that sends exactly what is to be sent. Solvers balance each node to a tolerance; what a proof stands
// on must not lose a bit on the way.
#pragma once

#include <cstdint>
#include <vector>

#include "plan/flow_problem.h"

namespace anemone {

// Sends the supply of problem.targets[target] anew, in the shares in which `flow` (per arc) leaves each node;
// cycles are taken out before. `flow` stays as it is, and the answer is false, where something would get
// stuck: a node has to pass on what it gets and has no share to do it by.
bool send_exactly(const FlowProblem& problem, std::uint32_t matrix, std::size_t target,
                  std::vector<double>& flow);

}  // namespace anemone
