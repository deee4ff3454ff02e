#include "plan/weight_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace anemone {
namespace {

constexpr double kNearEnough = 1 + 1e-7;
constexpr double kHot = 0.02;  // relative worsening that is taken with a chance of 1/e when a cycle begins
constexpr std::uint32_t kHotRange =
    6;  // powers of two around it, by chance, so that no network's scale is missed
constexpr double kCycleGrowth = 1.15;
constexpr std::uint64_t kCycleMost = 20'000;
constexpr std::uint64_t kStray = 8;  // cycles

double reference_of(const FlowProblem& problem, const WeightSearchOptions& options) {
  const bool is_known = options.lower > 0 && options.goal == FlowGoal::kMaxUtilisation;
  return is_known ? options.lower : own_utilisation(problem);
}

}  // namespace

WeightSearch::WeightSearch(const FlowProblem& problem, WeightSearchOptions options)
    : problem_(problem),
      options_(std::move(options)),
      random_(options_.seed),
      scored_(problem, options_.goal, reference_of(problem, options_), options_.failures, costs_of(problem)),
      state_(scored_.routes()),
      blame_(problem.arcs.size()) {
  take_costs(costs_of(problem));
  best_ = present_;
  best_costs_ = costs_of(problem);
}

bool WeightSearch::done() const { return best_.late == 0 && best_.value <= options_.lower * kNearEnough; }

void WeightSearch::offer(std::vector<Cost> costs) {
  for (std::size_t i = 0; i < costs.size(); ++i) {
    costs[i] =
        problem_.arcs[i].fixed ? problem_.arcs[i].cost : std::clamp(costs[i], Cost{1}, options_.cost_max);
  }
  take_costs(costs);
}

void WeightSearch::take_costs(const std::vector<Cost>& costs) { became_present(scored_.set_costs(costs)); }

void WeightSearch::became_present(const WeightScore& score) {
  present_ = score;
  scored_.blame(blame_);
  for (std::size_t i = 1; i < blame_.size(); ++i) blame_[i] += blame_[i - 1];
  if (best_costs_.empty() || !present_.better_than(best_)) return;
  fruitless_ = 0;
  best_ = present_;
  best_costs_.assign(state_.costs().begin(), state_.costs().end());
}

bool WeightSearch::step() {
  if (done() || problem_.arcs.empty()) return false;
  if (steps_ >= cycle_begin_ + cycle_length_) begin_cycle();
  ++steps_;
  Move move{};
  if (!find_move(move)) return true;
  const WeightScore score = scored_.try_cost(move.arc, move.cost);
  const double worse = scored_.goal().worse_by(present_, score);
  if (worse > 0 && worse > -temperature() * std::log(1 - random_.unit())) return true;
  scored_.keep();
  became_present(score);
  return true;
}

// Falls from kHot to nothing; the first cycle only descends.
double WeightSearch::temperature() const {
  if (cycle_ == 0) return 0;
  const double left = 1 - static_cast<double>(steps_ - cycle_begin_) / static_cast<double>(cycle_length_);
  return hot_ * left * left;
}

void WeightSearch::begin_cycle() {
  ++cycle_;
  cycle_begin_ = steps_;
  cycle_length_ =
      std::min(kCycleMost, static_cast<std::uint64_t>(static_cast<double>(cycle_length_) * kCycleGrowth));
  hot_ = kHot * std::exp2(random_.below(kHotRange) - kHotRange / 2.0);
  std::vector<Cost> costs = best_costs_;
  if (is_astray()) {
    costs.assign(state_.costs().begin(), state_.costs().end());
    if (fruitless_ % kStray == 0) mix(costs);
  }
  ++fruitless_;
  if (random_.below(3) == 0) shake(costs);
  take_costs(costs);
}

// After many cycles that found nothing as many lead away from the best, each from the end of the last.
bool WeightSearch::is_astray() const { return fruitless_ / kStray % 2 == 1; }

// Half of the costs are others' then.
void WeightSearch::mix(std::vector<Cost>& costs) {
  for (int i = 0; i < 8; ++i) shake(costs);
}

void WeightSearch::shake(std::vector<Cost>& costs) {
  const auto arcs = static_cast<std::uint32_t>(costs.size());
  for (std::uint32_t i = 1 + random_.below(arcs / 8 + 2); i > 0; --i) {
    const std::uint32_t arc = random_.below(arcs);
    if (problem_.arcs[arc].fixed) continue;
    const Cost other = costs[random_.below(arcs)];
    costs[arc] = std::clamp(other, Cost{1}, options_.cost_max);
  }
}

bool WeightSearch::find_move(Move& move) {
  std::uint32_t arc = 0;
  std::size_t target = 0;
  if (present_.late == 0 || random_.below(2) == 0) {
    arc = blamed_arc();
    if (!target_on(arc, target)) return false;
  } else if (!find_late(arc, target)) {
    return false;
  }
  const std::uint32_t kind = random_.below(20);
  bool found = false;
  if (kind < 8) {
    found = leave_arc(arc, target, move);
  } else if (kind < 18) {
    found = attract_elsewhere(arc, target, move);
  } else {
    const std::uint32_t any = random_.below(static_cast<std::uint32_t>(problem_.arcs.size()));
    found = kind == 18
                ? lower_arc(any, random_.below(static_cast<std::uint32_t>(problem_.targets.size())), move)
                : anything(any, move);
  }
  return found && !problem_.arcs[move.arc].fixed && move.cost >= 1 && move.cost <= options_.cost_max &&
         move.cost != state_.costs()[move.arc];
}

std::uint32_t WeightSearch::blamed_arc() {
  const double at = random_.unit() * blame_.back();
  const auto found = std::ranges::upper_bound(blame_, at);
  return static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(found - blame_.begin(), std::ssize(blame_) - 1));
}

// One of the targets whose traffic takes the arc, the more of it the likelier.
bool WeightSearch::target_on(std::uint32_t arc, std::size_t& target) {
  on_arc_.clear();
  double sum = 0;
  const std::uint32_t from = problem_.arcs[arc].from;
  for (std::size_t i = 0; i < problem_.targets.size(); ++i) {
    if (state_.through(i, from) == 0 || problem_.targets[i].node == from || !state_.on_route(i, arc))
      continue;
    on_arc_.push_back(i);
    sum += state_.through(i, from);
  }
  if (on_arc_.empty()) return false;
  double left = random_.unit() * sum;
  for (const std::size_t i : on_arc_) {
    target = i;
    left -= state_.through(i, from);
    if (left < 0) break;
  }
  return true;
}

// A target of which something is late, and an arc on the way there from a node whose traffic it is.
bool WeightSearch::find_late(std::uint32_t& arc, std::size_t& target) {
  double left = random_.unit() * present_.late;
  for (std::size_t i = 0; i < problem_.targets.size() && left >= 0; ++i) {
    if (state_.late(i) == 0) continue;
    target = i;
    left -= state_.late(i);
  }
  std::uint32_t seen = 0;
  for (std::uint32_t i = 0; i < problem_.arcs.size(); ++i) {
    const std::uint32_t from = problem_.arcs[i].from;
    if (state_.through(target, from) == 0 || !state_.on_route(target, i)) continue;
    if (random_.below(++seen) == 0) arc = i;
  }
  return seen > 0;
}

// Makes the arc as dear as the next best way from its beginning, or dearer by one.
bool WeightSearch::leave_arc(std::uint32_t arc, std::size_t target, Move& move) {
  const std::uint32_t from = problem_.arcs[arc].from;
  Cost least = kUnreachable;
  for (std::uint32_t out = problem_.first_out[from]; out < problem_.first_out[from + 1]; ++out) {
    const Cost beyond = state_.distance(target, problem_.arcs[out].to);
    if (out == arc || beyond == kUnreachable || state_.costs()[out] == EcmpState::kDown) continue;
    least = std::min(least, state_.costs()[out] + beyond);
  }
  if (least == kUnreachable) return attract_elsewhere(arc, target, move);
  const Cost more = least - state_.distance(target, from);
  move = {arc, state_.costs()[arc] + more + (more == 0 ? 1 : random_.below(2))};
  return true;
}

// Somewhere on the way to the arc, makes another way as cheap as the one that is taken, or cheaper by one.
bool WeightSearch::attract_elsewhere(std::uint32_t arc, std::size_t target, Move& move) {
  const std::uint32_t node = walk_upstream(problem_.arcs[arc].from, target);
  const std::uint32_t first = problem_.first_out[node];
  const std::uint32_t count = problem_.first_out[node + 1] - first;
  return lower_arc(first + random_.below(count), target, move);
}

bool WeightSearch::lower_arc(std::uint32_t arc, std::size_t target, Move& move) {
  const FlowArc& ends = problem_.arcs[arc];
  const Cost here = state_.distance(target, ends.from);
  const Cost beyond = state_.distance(target, ends.to);
  if (here == kUnreachable || beyond == kUnreachable || beyond >= here) return false;
  const Cost even = here - beyond;
  const Cost cost = state_.costs()[arc];
  if (even < cost) {
    move = {arc, even - random_.below(2)};
  } else if (even == cost) {
    move = {arc, cost - 1};
  }
  return even <= cost;
}

// A cost of chance, mostly near the present one.
bool WeightSearch::anything(std::uint32_t arc, Move& move) {
  const double factor =
      std::exp((random_.unit() - 0.5) * 2 * random_.unit() * std::log(options_.cost_max + 1.0));
  const double cost = std::round(state_.costs()[arc] * factor);
  move = {arc, static_cast<Cost>(std::clamp(cost, 1.0, static_cast<double>(options_.cost_max)))};
  return true;
}

// Back along the routes that carry traffic, a few hops at random.
std::uint32_t WeightSearch::walk_upstream(std::uint32_t node, std::size_t target) {
  while (random_.below(2) == 0) {
    std::uint32_t chosen = node;
    std::uint32_t seen = 0;
    for (const std::uint32_t in : problem_.arcs_to(node)) {
      const std::uint32_t from = problem_.arcs[in].from;
      if (state_.through(target, from) == 0 || !state_.on_route(target, in)) continue;
      if (random_.below(++seen) == 0) chosen = from;
    }
    if (chosen == node) break;
    node = chosen;
  }
  return node;
}

}  // namespace anemone
