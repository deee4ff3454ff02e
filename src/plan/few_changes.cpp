#include "plan/few_changes.h"

#include <algorithm>
#include <cmath>

namespace anemone {
namespace {

constexpr std::size_t kCostsToTry = 24;  // per arc and round; evenly picked where there are more

std::vector<Cost> costs_of(const FlowProblem& problem) {
  std::vector<Cost> costs;
  for (const FlowArc& arc : problem.arcs) costs.push_back(arc.cost);
  return costs;
}

double largest_utilisation(const FlowProblem& problem, const EcmpState& state) {
  double most = 0;
  for (std::size_t i = 0; i < state.loads().size(); ++i) {
    most = std::max(most, state.loads()[i] / problem.arcs[i % problem.arcs.size()].capacity);
  }
  return most;
}

}  // namespace

FewChanges::FewChanges(const FlowProblem& problem, FlowGoal goal, std::size_t changes_max, Cost cost_max,
                       std::uint64_t seed)
    : problem_(problem),
      goal_(problem, goal, largest_utilisation(problem, EcmpState(problem, costs_of(problem)))),
      changes_max_(changes_max),
      cost_max_(cost_max),
      random_(seed),
      costs_(costs_of(problem)),
      state_(problem, costs_) {
  present_ = best_ = goal_.score(state_.loads());
  begin_round();
}

bool FewChanges::step() {
  if (changes_max_ == 0 || problem_.arcs.empty()) return false;
  if (arcs_.empty() && !end_round()) return false;
  ++steps_;
  try_arc(arcs_.back());
  arcs_.pop_back();
  return true;
}

double FewChanges::value_of(const std::vector<ArcChange>& changes) const {
  return goal_.score(EcmpState(problem_, costs_with(changes)).loads()).value;
}

// All arcs that may be changed, in an order of chance: what stands after few steps is not the first arcs'
// doing.
void FewChanges::begin_round() {
  has_found_ = false;
  arcs_.clear();
  for (std::uint32_t i = 0; i < problem_.arcs.size(); ++i) {
    if (!problem_.arcs[i].fixed && !changed(i)) arcs_.push_back(i);
  }
  for (std::uint32_t i = static_cast<std::uint32_t>(arcs_.size()); i > 1; --i) {
    std::swap(arcs_[i - 1], arcs_[random_.below(i)]);
  }
}

// Takes the best change that was found and decides what to do next; false when there is nothing left.
bool FewChanges::end_round() {
  if (has_found_) {
    changes_.push_back(found_);
    present_ = found_score_;
  }
  const bool is_better = present_.better_than(best_);
  fruitless_ = is_better ? 0 : fruitless_ + 1;
  if (is_better) {
    best_ = present_;
    best_changes_ = changes_;
  }
  if (!has_found_ && changes_.empty()) return false;
  if (fruitless_ > 4 * changes_max_) return false;
  if (!is_better) changes_ = best_changes_;
  if (changes_.size() >= changes_max_ || !has_found_) give_up_one();
  state_.set_costs(costs_with(changes_));
  present_ = goal_.score(state_.loads());
  begin_round();
  return !arcs_.empty();
}

void FewChanges::give_up_one() {
  if (changes_.empty()) return;
  changes_.erase(changes_.begin() + random_.below(static_cast<std::uint32_t>(changes_.size())));
}

void FewChanges::try_arc(std::uint32_t arc) {
  for (const Cost cost : costs_to_try(arc)) {
    const WeightScore score = goal_.score(state_.try_cost(arc, cost));
    if (!score.better_than(has_found_ ? found_score_ : present_)) continue;
    found_ = {arc, cost};
    found_score_ = score;
    has_found_ = true;
  }
}

// Where a destination's traffic would begin to share the arc with others, and where it all comes or leaves.
std::vector<Cost> FewChanges::costs_to_try(std::uint32_t arc) {
  const FlowArc& ends = problem_.arcs[arc];
  const Cost now = state_.costs()[arc];
  std::vector<Cost> costs;
  const auto add = [&](Cost cost) {
    if (cost >= 1 && cost <= cost_max_ && cost != now) costs.push_back(cost);
  };
  for (std::size_t i = 0; i < problem_.targets.size(); ++i) {
    const Cost here = state_.distance(i, ends.from);
    const Cost beyond = state_.distance(i, ends.to);
    if (problem_.targets[i].node == ends.from || here == kUnreachable || beyond == kUnreachable) continue;
    if (here == beyond + now) {
      const Cost other = next_best(arc, i);
      if (other == kUnreachable || state_.through(i, ends.from) == 0) continue;
      add(other - beyond);
      add(other - beyond + 1);
    } else if (beyond < here) {
      add(here - beyond);
      add(here - beyond - 1);
    }
  }
  add(cost_max_);
  std::ranges::sort(costs);
  costs.erase(std::unique(costs.begin(), costs.end()), costs.end());
  if (costs.size() <= kCostsToTry) return costs;
  std::vector<Cost> picked;
  for (std::size_t i = 0; i < kCostsToTry; ++i)
    picked.push_back(costs[i * (costs.size() - 1) / (kCostsToTry - 1)]);
  return picked;
}

Cost FewChanges::next_best(std::uint32_t arc, std::size_t target) const {
  const std::uint32_t from = problem_.arcs[arc].from;
  Cost least = kUnreachable;
  for (std::uint32_t out = problem_.first_out[from]; out < problem_.first_out[from + 1]; ++out) {
    const Cost beyond = state_.distance(target, problem_.arcs[out].to);
    if (out != arc && beyond != kUnreachable) least = std::min(least, state_.costs()[out] + beyond);
  }
  return least;
}

std::vector<Cost> FewChanges::costs_with(const std::vector<ArcChange>& changes) const {
  std::vector<Cost> costs = costs_;
  for (const ArcChange& change : changes) costs[change.arc] = change.cost;
  return costs;
}

bool FewChanges::changed(std::uint32_t arc) const {
  return std::ranges::count(changes_, arc, &ArcChange::arc) > 0;
}

}  // namespace anemone
