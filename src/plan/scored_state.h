// The routes of a FlowProblem under given costs, without a failure and with each of some failures, and how
// good all of it is: what both searches for weights ask of a set of costs.
//
// Trying a cost tries it everywhere: with f failures it costs f + 1 times as much. Targets of latency are
// looked at without failures only, as contracts do.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plan/ecmp_state.h"
#include "plan/weight_goal.h"

namespace anemone {

// Arcs that are down together, one list for each failure.
using ArcFailures = std::vector<std::vector<std::uint32_t>>;

class ScoredState {
 public:
  // `problem` must outlive it. `reference`: as WeightGoal's.
  ScoredState(const FlowProblem& problem, FlowGoal goal, double reference, ArcFailures failures,
              const std::vector<Cost>& costs);

  WeightScore set_costs(const std::vector<Cost>& costs);
  // As it would be if this arc had this cost. Holds until the next call.
  WeightScore try_cost(std::uint32_t arc, Cost cost);
  // Makes what was tried last the present.
  void keep();

  // Without a failure.
  const EcmpState& routes() const { return state_; }
  const WeightGoal& goal() const { return goal_; }
  // Per arc, of all failures together.
  void blame(std::span<double> blame) const;

 private:
  std::vector<Cost> with_failure(std::vector<Cost> costs, std::size_t failure) const;

  WeightGoal goal_;
  ArcFailures failures_;
  EcmpState state_;
  std::vector<EcmpState> failed_;      // per failure
  std::vector<std::size_t> tried_in_;  // failures in which the last try changes something
};

// The costs that the arcs have.
std::vector<Cost> costs_of(const FlowProblem& problem);

// The largest utilisation under the arcs' own costs.
double own_utilisation(const FlowProblem& problem);

}  // namespace anemone
