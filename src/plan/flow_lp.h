// The exact optimum of a FlowProblem as a linear programme, solved by COIN-OR's CLP (the only place that
// knows it).
//
// Flows to one destination are one commodity, whoever sends: with n nodes and m arcs n * m variables instead
// of n * n * m, and the same optimum. For every destination and node what leaves is what arrives and what is
// sent; for every arc the flows together stay below utilisation times capacity, or below the pieces of its
// cost. The simplex method starts from shortest paths along `lengths`, which is a basis that needs no first
// phase; the nearer the lengths are to the optimal prices, the fewer steps are left.
#pragma once

#include <optional>
#include <span>

#include "plan/flow_goal.h"

namespace anemone {

// How many variables solve_flow_lp() would have.
std::size_t flow_lp_size(const FlowProblem& problem);

// Nothing when it took longer than `seconds_max`. The solution's two bounds are recomputed from its flows and
// lengths: where they agree it is optimal, whatever the solver believes. REQUIRES: one length per arc.
std::optional<FlowSolution> solve_flow_lp(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal,
                                          std::span<const double> lengths, double seconds_max);

}  // namespace anemone
