// The exact optimum of a FlowProblem as a linear programme, solved by COIN-OR's CLP (the only place that
// knows it).
//
// Flows to one destination are one commodity, whoever sends: with n nodes and m arcs n * m variables instead
// of n * n * m, and the same optimum. For every destination and node what leaves is what arrives and what is
// sent; for every arc the flows together stay below utilisation times capacity, or below the pieces of its
// cost. Of those variables only a small part is ever asked for: the programme begins with the arcs that a
// nearly optimal flow takes (flow_choices.h), moves from that flow to a corner near it, and opens arcs for as
// long as a destination would have a shorter way by the prices found (column generation, as Dantzig and
// Wolfe's and Ford and Fulkerson's, with arcs instead of paths). When there is none, no arc that is left out
// could make it better.
#pragma once

#include <functional>
#include <optional>

#include "plan/flow_goal.h"

namespace anemone {

// How many variables it has with all arcs open.
std::size_t flow_lp_size(const FlowProblem& problem);

// From `near`, whose flows and lengths are those of a FlowDescent. Nothing when `is_over` said so before the
// end. The solution's two bounds are recomputed from its flows and lengths: where they agree it is optimal,
// whatever the solver believes.
std::optional<FlowSolution> solve_flow_lp(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal,
                                          const FlowSolution& near, const std::function<bool()>& is_over);

}  // namespace anemone
