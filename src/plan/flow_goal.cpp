#include "plan/flow_goal.h"

#include <algorithm>
#include <cmath>

#include "plan/fortz_thorup.h"
#include "plan/length_paths.h"

namespace anemone {

double goal_value(const FlowProblem& problem, FlowGoal goal, std::span<const double> loads) {
  double value = 0;
  for (std::size_t i = 0; i < problem.arcs.size(); ++i) {
    const double capacity = problem.arcs[i].capacity;
    if (goal == FlowGoal::kMaxUtilisation) {
      value = std::max(value, loads[i] / capacity);
    } else {
      value += fortz_thorup_cost(loads[i], capacity);
    }
  }
  return value;
}

std::vector<double> usable_lengths(const FlowProblem& problem, FlowGoal goal,
                                   std::span<const double> lengths) {
  std::vector<double> usable(lengths.begin(), lengths.end());
  for (std::size_t i = 0; i < usable.size(); ++i) {
    const bool known = std::isfinite(problem.arcs[i].capacity);
    const bool cost = goal == FlowGoal::kFortzThorup;
    const double most = known ? (cost ? kFortzThorup.back().slope : kUnlimited) : (cost ? 1.0 : 0.0);
    usable[i] = std::clamp(usable[i], 0.0, most);
  }
  return usable;
}

double price_of_capacity(const FlowProblem& problem, FlowGoal goal, std::span<const double> lengths) {
  double price = 0;
  for (std::size_t i = 0; i < problem.arcs.size(); ++i) {
    const double capacity = problem.arcs[i].capacity;
    if (goal == FlowGoal::kFortzThorup) {
      price += fortz_thorup_conjugate(lengths[i], capacity);
    } else if (std::isfinite(capacity)) {
      price += lengths[i] * capacity;
    }
  }
  return price;
}

double bound_of(FlowGoal goal, double paid, double price_of_capacity) {
  if (goal == FlowGoal::kFortzThorup) return std::max(0.0, paid - price_of_capacity);
  return price_of_capacity > 0 ? paid / price_of_capacity : 0;
}

double lower_bound(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal,
                   std::span<const double> lengths) {
  const std::vector<double> usable = usable_lengths(problem, goal, lengths);
  LengthPaths paths(problem);
  double paid = 0;
  for (const FlowTarget& target : problem.targets) {
    paths.to(target.node, usable);
    const auto supply = problem.supply(target, matrix);
    for (std::uint32_t node = 0; node < problem.nodes; ++node) {
      if (supply[node] > 0) paid += supply[node] * paths.distance()[node];
    }
  }
  return bound_of(goal, paid, price_of_capacity(problem, goal, usable));
}

}  // namespace anemone
