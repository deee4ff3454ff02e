#include "plan/flow_bound.h"

#include <algorithm>

#include "plan/flow_blocks.h"
#include "plan/flow_descent.h"
#include "plan/flow_lp.h"

namespace anemone {
namespace {

constexpr double kExactGap = 1e-9;
constexpr double kDescentShare = 0.4;  // of the time, at most, before a linear programme
constexpr double kLpPerSecond =
    25'000;  // how large a programme the time is enough for, even on a busy machine
constexpr double kCostLpPerSecond = 5'000;

// Whether the gap has stopped to shrink fast: where it does not, no programme is as quick as the descent.
class Stall {
 public:
  bool is_met(double gap) {
    rounds_ = gap <= mark_ / 2 ? 0 : rounds_ + 1;
    if (rounds_ == 0) mark_ = gap;
    return rounds_ >= kPatience;
  }

 private:
  static constexpr int kPatience = 8;
  double mark_ = 1;
  int rounds_ = 0;
};

// Near enough to start one from.
double gap_before_lp(FlowGoal goal) { return goal == FlowGoal::kFortzThorup ? 0.1 : 0.01; }

bool has_time_for_lp(const FlowProblem& problem, FlowGoal goal, const BoundLimits& limits) {
  const double per_second = goal == FlowGoal::kFortzThorup ? kCostLpPerSecond : kLpPerSecond;
  const std::size_t size = flow_lp_size(problem);
  return size <= limits.lp_size && static_cast<double>(size) <= per_second * limits.seconds;
}

double seconds_since(const Clock& clock, Time start) { return seconds(clock.now() - start); }

}  // namespace

FlowSolution solve_flow(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal,
                        const BoundLimits& limits, const Clock& clock) {
  const Time start = clock.now();
  const bool by_lp = has_time_for_lp(problem, goal, limits);
  const double wanted = std::max(limits.gap, kExactGap);
  const double until = limits.seconds * (by_lp ? kDescentShare : 1);
  FlowDescent descent(problem, matrix, goal);
  Stall stall;
  do {
    descent.round();
  } while (descent.gap() > wanted && seconds_since(clock, start) < until &&
           !(by_lp && descent.gap() <= gap_before_lp(goal) && stall.is_met(descent.gap())));
  FlowSolution found = descent.solution();
  if (!by_lp || descent.gap() <= wanted) return found;
  const auto is_over = [&] { return seconds_since(clock, start) >= limits.seconds; };
  if (auto exact = solve_flow_lp(problem, matrix, goal, found, is_over)) {
    if (exact->upper - exact->lower < found.upper - found.lower) return *std::move(exact);
  }
  while (descent.gap() > wanted && seconds_since(clock, start) < limits.seconds) descent.round();
  return descent.solution();
}

FlowBound flow_bound(const Topology& topology, const TrafficMatrix& matrix, FlowGoal goal,
                     const BoundLimits& limits, const Clock& clock) {
  const Time start = clock.now();
  const FlowProblem problem = flow_problem(topology, std::span(&matrix, 1));
  std::vector<FlowProblem> blocks = split_into_blocks(problem);
  // The small ones first: what they leave of the time is for the large ones, and what they reach is enough
  // there.
  std::ranges::stable_sort(blocks, {}, flow_lp_size);
  FlowBound bound;
  bound.lengths.assign(topology.link_count(), 0);
  bound.loads.assign(topology.link_count(), 0);
  bound.unrouted_bps = problem.unrouted[0];
  const bool is_sum = goal == FlowGoal::kFortzThorup;
  for (const FlowProblem& block : blocks) {
    BoundLimits own = limits;
    own.seconds = std::max(0.0, limits.seconds - seconds_since(clock, start));
    const FlowSolution found = solve_flow(block, 0, goal, own, clock);
    bound.upper = is_sum ? bound.upper + found.upper : std::max(bound.upper, found.upper);
    const bool decides = is_sum || found.lower > bound.lower;
    if (decides && !is_sum) bound.lengths.assign(topology.link_count(), 0);
    if (decides) bound.lower = is_sum ? bound.lower + found.lower : found.lower;
    for (std::size_t i = 0; i < block.arcs.size(); ++i) {
      const LinkId link = block.arcs[i].link;
      if (!link.valid()) continue;
      bound.loads[link] = found.loads[i];
      if (decides) bound.lengths[link] = found.lengths[i];
    }
  }
  bound.exact = bound.gap() <= 10 * kExactGap;
  return bound;
}

}  // namespace anemone
