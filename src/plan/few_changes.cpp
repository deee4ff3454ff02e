#include "plan/few_changes.h"

#include <algorithm>
#include <utility>

namespace anemone {
namespace {

constexpr std::size_t kCostsToTry = 24;  // per arc and round; evenly picked where there are more

}  // namespace

FewChanges::FewChanges(const FlowProblem& problem, FewChangesOptions options)
    : problem_(problem),
      options_(std::move(options)),
      random_(options_.seed),
      costs_(costs_of(problem)),
      scored_(problem, options_.goal, own_utilisation(problem), options_.failures, costs_),
      state_(scored_.routes()) {
  present_ = best_ = scored_.set_costs(costs_);
  begin_round();
}

bool FewChanges::step() {
  if (options_.changes_max == 0) return false;
  if (arcs_.empty()) end_round();
  if (arcs_.empty()) return false;
  ++steps_;
  try_arc(arcs_.back());
  arcs_.pop_back();
  return true;
}

double FewChanges::value_of(const std::vector<ArcChange>& changes) const {
  ScoredState with(problem_, options_.goal, 1, options_.failures, costs_);
  return with.set_costs(costs_with(changes)).value;
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

// Takes the best change that was found; when there is none, or no more may be, the climb has ended.
void FewChanges::end_round() {
  if (has_found_) {
    changes_.push_back(found_);
    present_ = found_score_;
  }
  const bool goes_on = has_found_ && changes_.size() < options_.changes_max;
  const bool is_better = present_.better_than(best_);
  if (is_better) {
    best_ = present_;
    best_changes_ = changes_;
  }
  if (!goes_on) {
    fruitless_ = is_better ? 0 : fruitless_ + 1;
    begin_climb();
  }
  present_ = scored_.set_costs(costs_with(changes_));
  begin_round();
}

void FewChanges::begin_climb() {
  changes_ = best_changes_;
  if (changes_.empty() && fruitless_ == 0) return;
  const std::size_t span = std::min(changes_.size(), 1 + fruitless_ / (2 * options_.changes_max));
  std::size_t back = span > 0 ? 1 + random_.below(static_cast<std::uint32_t>(span)) : 0;
  for (; back > 0; --back) {
    changes_.erase(changes_.begin() + random_.below(static_cast<std::uint32_t>(changes_.size())));
  }
  if (fruitless_ > 2 * options_.changes_max && random_.below(2) == 0) add_any();
}

// A change of chance, to climb from elsewhere.
void FewChanges::add_any() {
  scored_.set_costs(costs_with(changes_));
  const std::uint32_t arc = random_.below(static_cast<std::uint32_t>(problem_.arcs.size()));
  if (problem_.arcs[arc].fixed || changed(arc) || changes_.size() + 1 >= options_.changes_max) return;
  const std::vector<Cost> costs = costs_to_try(arc);
  if (!costs.empty()) {
    changes_.push_back({arc, costs[random_.below(static_cast<std::uint32_t>(costs.size()))]});
  }
}

void FewChanges::try_arc(std::uint32_t arc) {
  for (const Cost cost : costs_to_try(arc)) {
    const WeightScore score = scored_.try_cost(arc, cost);
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
    if (cost >= 1 && cost <= options_.cost_max && cost != now) costs.push_back(cost);
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
  add(options_.cost_max);
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
