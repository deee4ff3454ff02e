#include "plan/weight_goal.h"

#include <algorithm>
#include <cmath>

#include "plan/fortz_thorup.h"

namespace anemone {
namespace {

constexpr double kPower = 32;

double to_the_power(double value) {
  for (int i = 0; i < 5; ++i) value *= value;
  return value;
}

}  // namespace

WeightGoal::WeightGoal(const FlowProblem& problem, FlowGoal goal, double reference)
    : goal_(goal), reference_(reference > 0 ? reference : 1), late_unit_(0.01 * problem.latency_max_us) {
  double sent = 0;
  for (const FlowTarget& target : problem.targets) {
    for (const double bps : target.supply) sent += bps;
  }
  late_unit_ *= std::max(sent, 1.0);
  for (const FlowArc& arc : problem.arcs) {
    capacity_.push_back(arc.capacity);
    per_unit_.push_back(std::isfinite(arc.capacity) ? 1 / (arc.capacity * reference_) : 0);
  }
}

WeightScore WeightGoal::score(std::span<const double> loads) const {
  WeightScore score;
  const std::size_t arcs = capacity_.size();
  for (std::size_t first = 0; first < loads.size(); first += arcs) {
    for (std::size_t i = 0; i < arcs; ++i) {
      if (goal_ == FlowGoal::kFortzThorup) {
        score.value += fortz_thorup_cost(loads[first + i], capacity_[i]);
      } else {
        const double share = loads[first + i] * per_unit_[i];
        score.value = std::max(score.value, share);
        score.potential += to_the_power(share);
      }
    }
  }
  if (goal_ == FlowGoal::kFortzThorup) {
    score.potential = score.value;
  } else {
    score.value *= reference_;
  }
  return score;
}

void WeightGoal::blame(std::span<const double> loads, std::span<double> blame) const {
  std::ranges::fill(blame, 0);
  const std::size_t arcs = capacity_.size();
  for (std::size_t i = 0; i < loads.size(); ++i) {
    const std::size_t arc = i % arcs;
    if (goal_ == FlowGoal::kFortzThorup) {
      const double cost = fortz_thorup_cost(loads[i], capacity_[arc]);
      blame[arc] += cost - loads[i] + 0.1 * loads[i];
    } else {
      blame[arc] += to_the_power(loads[i] * per_unit_[arc]);
    }
  }
}

double WeightGoal::worse_by(const WeightScore& before, const WeightScore& after) const {
  const double ratio = std::log(std::max(after.potential, 1e-300) / std::max(before.potential, 1e-300));
  const double later = late_unit_ > 0 ? (after.late - before.late) / late_unit_ : 0;
  return later + (goal_ == FlowGoal::kFortzThorup ? ratio : ratio / kPower);
}

WeightScore together(FlowGoal goal, const WeightScore& a, const WeightScore& b) {
  const bool is_sum = goal == FlowGoal::kFortzThorup;
  return {is_sum ? a.value + b.value : std::max(a.value, b.value), a.potential + b.potential, a.late};
}

}  // namespace anemone
