#include "plan/start_costs.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "plan/flow_descent.h"
#include "plan/flow_lp.h"

namespace anemone {
namespace {

constexpr double kGapEnough = 1e-9;
constexpr double kGapEnoughOfLarge = 1e-3;  // where a round takes as long as hundreds of moves
constexpr std::size_t kLpSize = 25'000;     // of a linear programme that takes a fraction of a second

std::vector<Cost> whole(const FlowProblem& problem, std::span<const double> wanted, Cost cost_max) {
  std::vector<Cost> costs;
  for (std::size_t i = 0; i < problem.arcs.size(); ++i) {
    const double cost = std::clamp(std::round(wanted[i]), 1.0, static_cast<double>(cost_max));
    costs.push_back(problem.arcs[i].fixed ? problem.arcs[i].cost : static_cast<Cost>(cost));
  }
  return costs;
}

// Prices as they are, and flattened, each with some cost of a hop beside it.
void add_candidates(const FlowProblem& problem, std::span<const double> prices, Cost cost_max,
                    StartCosts& start) {
  struct Shape {
    double power, hop;
  };
  constexpr std::array<Shape, 6> kShapes{
      {{1, 0.0005}, {1, 0.01}, {1, 0.2}, {0.5, 0.001}, {0.5, 0.05}, {0.25, 0.01}}};
  const double most = std::ranges::max(prices);
  if (!(most > 0)) return;
  std::vector<double> wanted(prices.size());
  for (const Shape& shape : kShapes) {
    const double scale = 0.9 * cost_max / (1 + shape.hop);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      wanted[i] = scale * (shape.hop + std::pow(prices[i] / most, shape.power));
    }
    start.candidates.push_back(whole(problem, wanted, cost_max));
  }
}

void add_simple(const FlowProblem& problem, Cost cost_max, StartCosts& start) {
  std::vector<double> wanted(problem.arcs.size(), 100);
  start.candidates.push_back(whole(problem, wanted, cost_max));
  double least = kUnlimited;
  for (const FlowArc& arc : problem.arcs) least = std::min(least, arc.capacity);
  if (std::isinf(least)) return;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    wanted[i] = 0.9 * cost_max * least / problem.arcs[i].capacity;
  start.candidates.push_back(whole(problem, wanted, cost_max));
}

}  // namespace

StartCosts start_costs(const FlowProblem& problem, FlowGoal goal, Cost cost_max, std::size_t rounds,
                       const std::function<bool()>& is_over) {
  StartCosts start;
  add_simple(problem, cost_max, start);
  const bool by_lp = flow_lp_size(problem) <= kLpSize;
  const double enough = by_lp ? kGapEnough : kGapEnoughOfLarge;
  for (std::uint32_t matrix = 0; matrix < problem.matrices; ++matrix) {
    FlowDescent descent(problem, matrix, goal);
    std::size_t next = 2;
    bool over = false;
    for (std::size_t i = 1; i <= rounds && descent.gap() > enough && !over; ++i) {
      descent.round();
      over = is_over();
      if (i != next && i != rounds && descent.gap() > enough && !over) continue;
      next *= 2;
      add_candidates(problem, descent.lengths(), cost_max, start);
    }
    double lower = descent.lower();
    if (!over && by_lp && descent.gap() > enough) {
      if (const auto exact = solve_flow_lp(problem, matrix, goal, descent.solution(), is_over)) {
        lower = std::max(lower, exact->lower);
      }
    }
    const bool is_sum = goal == FlowGoal::kFortzThorup;
    start.lower = is_sum ? start.lower + lower : std::max(start.lower, lower);
  }
  return start;
}

}  // namespace anemone
