#include "plan/flow_bound.h"

#include <algorithm>

#include "plan/flow_blocks.h"
#include "plan/flow_descent.h"
#include "plan/flow_lp.h"

namespace anemone {
namespace {

constexpr double kExactGap = 1e-7;
constexpr double kDescentShare = 0.1;  // of the time, before a linear programme
constexpr double kDescentGap = 0.01;   // near enough to start one from

double seconds_since(const Clock& clock, Time start) { return seconds(clock.now() - start); }

}  // namespace

FlowSolution solve_flow(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal,
                        const BoundLimits& limits, const Clock& clock) {
  const Time start = clock.now();
  const bool by_lp = flow_lp_size(problem) <= limits.lp_size;
  const double wanted = std::max(limits.gap, kExactGap);
  const double enough = by_lp ? std::max(wanted, kDescentGap) : wanted;
  const double until = limits.seconds * (by_lp ? kDescentShare : 1);
  FlowDescent descent(problem, matrix, goal);
  do {
    descent.round();
  } while (descent.gap() > enough && seconds_since(clock, start) < until);
  FlowSolution found = descent.solution();
  if (!by_lp || descent.gap() <= wanted) return found;
  const double left = limits.seconds - seconds_since(clock, start);
  if (auto exact = solve_flow_lp(problem, matrix, goal, descent.lengths(), left)) {
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
