// Costs to begin a search for weights with, from the prices of a relaxed problem.
//
// At the optimum of the multi-commodity flow every bit travels on a path that is shortest along the prices of
// the links' capacity (complementary slackness). So whole-number costs in proportion to prices send traffic
// nearly where it should be; what they cannot give are the uneven shares, which is what the search is for.
// Prices of the exact optimum are zero on most links and say nothing there; those of a smoothed one
// (flow_descent.h) are not.
#pragma once

#include <functional>
#include <vector>

#include "plan/flow_goal.h"

namespace anemone {

struct StartCosts {
  std::vector<std::vector<Cost>> candidates;  // per arc each; the likeliest to be good last
  double lower = 0;                           // no costs can have a lower value
};

// `rounds`: of descent, per matrix, at most. The more, the better the bound. `is_over` is asked after each
// whether the time is up; the first of each matrix is made anyhow.
StartCosts start_costs(const FlowProblem& problem, FlowGoal goal, Cost cost_max, std::size_t rounds,
                       const std::function<bool()>& is_over);

}  // namespace anemone
