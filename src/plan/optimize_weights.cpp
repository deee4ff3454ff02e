#include "plan/optimize_weights.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "load/failure_sweep.h"
#include "load/link_load.h"
#include "plan/few_changes.h"
#include "plan/flow_blocks.h"
#include "plan/fortz_thorup.h"
#include "plan/start_costs.h"
#include "plan/weight_search.h"

namespace anemone {
namespace {

constexpr std::uint64_t kSliceSteps = 32;  // between two looks at the clock
constexpr Duration kProgressEvery = 200ms;
constexpr std::size_t kRounds = 60;
constexpr double kDescentShare = 0.2;  // of the time, for costs to begin with
constexpr double kOfferShare = 0.4;    // until when they are tried
constexpr double kBpsLess = 1;         // what counts as traffic that a failure cuts off
constexpr double kNearEnough = 1 + 1e-7;
constexpr Cost kScaleMost =
    100;  // costs are multiplied by up to this, which leaves routes and makes room between

// When to stop, and when to say how far it is.
class Watch {
 public:
  Watch(const OptimizeOptions& options, const Clock& clock,
        const std::function<void(const OptimizeProgress&)>& on_progress)
      : options_(options), clock_(clock), on_progress_(on_progress), start_(clock.now()), told_(start_) {}

  double passed_s() const { return seconds(clock_.now() - start_); }
  bool is_over(std::uint64_t steps) const {
    if (options_.steps_max > 0) return steps >= options_.steps_max;
    return passed_s() >= options_.seconds;
  }
  // Never when steps are counted: what is found must not depend on the clock.
  bool is_past(double share) const {
    return options_.steps_max == 0 && passed_s() >= share * options_.seconds;
  }
  void tell(std::uint64_t steps, double value, double lower) {
    const Time now = clock_.now();
    if (!on_progress_ || now - told_ < kProgressEvery) return;
    told_ = now;
    on_progress_({passed_s(), steps, value, lower});
  }

 private:
  const OptimizeOptions& options_;
  const Clock& clock_;
  const std::function<void(const OptimizeProgress&)>& on_progress_;
  Time start_;
  Time told_;
};

// Multiplies all costs by what leaves them within bounds: routes stay, and there are costs between them.
void spread_costs(FlowProblem& problem, Cost cost_max) {
  Cost most = 1;
  for (const FlowArc& arc : problem.arcs) {
    if (arc.fixed && arc.cost > 0) return;  // of prefixes: they would have to be multiplied too
    most = std::max(most, arc.cost);
  }
  const Cost scale = std::clamp(cost_max / (2 * most), Cost{1}, kScaleMost);
  for (FlowArc& arc : problem.arcs) arc.cost *= scale;
}

// Each adjacency after whose loss everything still has a way: its arcs are down together.
ArcFailures single_failures(const FlowProblem& block, const Topology& topology) {
  ArcFailures failures;
  for (std::uint32_t i = 0; i < block.arcs.size(); ++i) {
    const LinkId link = block.arcs[i].link;
    if (!link.valid()) continue;
    const LinkId reverse = topology.link(link).reverse;
    if (reverse.valid() && reverse < link) continue;
    std::vector<std::uint32_t> down{i};
    for (std::uint32_t j = 0; j < block.arcs.size() && reverse.valid(); ++j) {
      if (block.arcs[j].link == reverse) down.push_back(j);
    }
    std::vector<Cost> costs = costs_of(block);
    for (const std::uint32_t arc : down) costs[arc] = EcmpState::kDown;
    if (EcmpState(block, std::move(costs)).unrouted() < kBpsLess) failures.push_back(std::move(down));
  }
  return failures;
}

// Routes of the least latency, where latencies are known: if any costs meet a target these do.
std::vector<Cost> costs_by_latency(const FlowProblem& problem, Cost cost_max) {
  double most = 0;
  for (const FlowArc& arc : problem.arcs) most = std::max(most, arc.latency_us);
  std::vector<Cost> costs;
  for (const FlowArc& arc : problem.arcs) {
    const double share = most > 0 ? arc.latency_us / most : 0;
    costs.push_back(static_cast<Cost>(std::max(1.0, std::round(share * cost_max))));
  }
  return costs;
}

// All costs may change: every block is searched by itself, the one that is worst off first. Latencies add up
// over blocks: with a target of them the whole is one.
class FreeSearch {
 public:
  FreeSearch(const Topology& topology, const FlowProblem& problem, const OptimizeOptions& options,
             const Watch& watch)
      : options_(options),
        blocks_(options.latency_max_us ? std::vector{problem} : split_into_blocks(problem)) {
    for (FlowProblem& block : blocks_) {
      const StartCosts start = start_costs(block, options.goal, options.cost_max, kRounds,
                                           [&] { return watch.is_past(kDescentShare); });
      is_sum() ? lower_ += start.lower : lower_ = std::max(lower_, start.lower);
      spread_costs(block, options.cost_max);
      WeightSearchOptions own;
      own.goal = options.goal;
      own.lower = start.lower;
      own.cost_max = options.cost_max;
      own.seed = options.seed;
      if (options.failures == Failures::kSingleLinks) own.failures = single_failures(block, topology);
      searches_.push_back(std::make_unique<WeightSearch>(block, std::move(own)));
      if (searches_.back()->done()) continue;
      if (options.latency_max_us) searches_.back()->offer(costs_by_latency(block, options.cost_max));
      for (auto costs = start.candidates.rbegin(); costs != start.candidates.rend(); ++costs) {
        searches_.back()->offer(*costs);
        if (watch.is_past(kOfferShare)) break;
      }
      searches_.back()->restart();
    }
  }

  double lower() const { return lower_; }
  double value() const {
    double value = 0;
    for (const auto& search : searches_) {
      value = is_sum() ? value + search->best().value : std::max(value, search->best().value);
    }
    return value;
  }
  std::uint64_t steps() const {
    std::uint64_t steps = 0;
    for (const auto& search : searches_) steps += search->steps();
    return steps;
  }

  // False when nothing better can be hoped for.
  bool step() {
    WeightSearch* worst = nullptr;
    double most = 0;
    for (const auto& search : searches_) {
      const double own = urgency(*search);
      if (own > most) worst = search.get(), most = own;
    }
    const bool by_value = !is_sum() && options_.failures == Failures::kNone && !options_.latency_max_us;
    if (worst == nullptr || (by_value && value() <= lower_ * kNearEnough)) return false;
    for (std::uint64_t i = 0; i < kSliceSteps; ++i) worst->step();
    return true;
  }

  void write(PerLink<Cost>& costs) const {
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      for (std::size_t arc = 0; arc < blocks_[i].arcs.size(); ++arc) {
        const LinkId link = blocks_[i].arcs[arc].link;
        if (link.valid()) costs[link] = searches_[i]->best_costs()[arc];
      }
    }
  }

 private:
  bool is_sum() const { return options_.goal == FlowGoal::kFortzThorup; }
  double urgency(const WeightSearch& search) const {
    if (search.done()) return 0;
    if (!is_sum()) return search.best().value;
    return search.best().value / (1 + static_cast<double>(search.steps()));
  }

  const OptimizeOptions& options_;
  std::vector<FlowProblem> blocks_;
  std::vector<std::unique_ptr<WeightSearch>> searches_;
  double lower_ = 0;
};

// `loads`: by LinkId.
double goal_of(const Topology& topology, FlowGoal goal, std::span<const double> loads) {
  double most = 0;
  double cost = 0;
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    const double capacity = topology.link(id).capacity_bps;
    if (capacity > 0) most = std::max(most, loads[id.value()] / capacity);
    cost += fortz_thorup_cost(loads[id.value()], capacity > 0 ? capacity : kUnlimited);
  }
  return goal == FlowGoal::kMaxUtilisation ? most : cost;
}

// With what each failure leaves that cuts nothing off: the worst, or the sum.
double goal_with_failures(const Topology& topology, const TrafficMatrix& matrix, FlowGoal goal,
                          double without) {
  const RoutedLoads base(topology, matrix);
  const std::vector<Failure> failures = link_failures(topology);
  double value = without;
  sweep_failures(base, failures, 1, [&](const FailureLoads& left) {
    if (left.unrouted > base.unrouted() + kBpsLess) return;
    const double own = goal_of(topology, goal, left.loads);
    value = goal == FlowGoal::kFortzThorup ? value + own : std::max(value, own);
  });
  return value;
}

struct Value {
  double goal = 0;
  double max_utilisation = 0;  // without failures
  Lateness late;

  bool better_than(const Value& other) const {
    return late.late_bps != other.late.late_bps ? late.late_bps < other.late.late_bps : goal < other.goal;
  }
};

Value value_of(const Topology& topology, std::span<const TrafficMatrix> matrices,
               const OptimizeOptions& options) {
  Value value;
  for (const TrafficMatrix& matrix : matrices) {
    const LinkLoad load = link_load(topology, matrix);
    std::vector<double> loads;
    for (const Traffic& traffic : load.links) loads.push_back(traffic.bps);
    double goal = goal_of(topology, options.goal, loads);
    if (options.failures != Failures::kNone) {
      goal = goal_with_failures(topology, matrix, options.goal, goal);
    }
    const bool is_sum = options.goal == FlowGoal::kFortzThorup;
    value.goal = is_sum ? value.goal + goal : std::max(value.goal, goal);
    value.max_utilisation = std::max(value.max_utilisation, max_utilisation(topology, load));
  }
  if (options.latency_max_us) value.late = lateness(topology, matrices, *options.latency_max_us);
  return value;
}

PerLink<Cost> link_costs(const Topology& topology) {
  PerLink<Cost> costs;
  for (const Link& link : topology.links()) costs.push_back(link.cost);
  return costs;
}

void search_freely(const Topology& topology, const FlowProblem& problem, const OptimizeOptions& options,
                   Watch& watch, OptimizedWeights& answer) {
  FreeSearch search(topology, problem, options, watch);
  answer.lower = search.lower();
  while (!watch.is_over(search.steps()) && search.step()) {
    watch.tell(search.steps(), search.value(), search.lower());
  }
  answer.steps = search.steps();
  search.write(answer.costs);
  for (LinkId id : answer.costs.ids()) {
    if (answer.costs[id] != topology.link(id).cost) {
      answer.changes.push_back({id, topology.link(id).cost, answer.costs[id], 0, 0});
    }
  }
}

// The changes in the order of what each adds to those before it.
void rank(const FlowProblem& problem, const FewChanges& search, std::vector<ArcChange> left,
          OptimizedWeights& answer) {
  std::vector<ArcChange> taken;
  while (!left.empty()) {
    std::size_t best = 0;
    double least = kUnlimited;
    for (std::size_t i = 0; i < left.size(); ++i) {
      std::vector<ArcChange> with = taken;
      with.push_back(left[i]);
      const double value = search.value_of(with);
      if (value < least) best = i, least = value;
    }
    const ArcChange next = left[best];
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(best));
    taken.push_back(next);
    const FlowArc& arc = problem.arcs[next.arc];
    answer.changes.push_back({arc.link, arc.cost, next.cost, search.value_of({next}), least});
    answer.costs[arc.link] = next.cost;
  }
}

void search_few(const Topology& topology, const FlowProblem& problem, const OptimizeOptions& options,
                Watch& watch, OptimizedWeights& answer) {
  for (const FlowProblem& block : split_into_blocks(problem)) {
    const auto is_over = [&] { return watch.is_past(kDescentShare); };
    const double lower = start_costs(block, options.goal, options.cost_max, kRounds, is_over).lower;
    const bool is_sum = options.goal == FlowGoal::kFortzThorup;
    answer.lower = is_sum ? answer.lower + lower : std::max(answer.lower, lower);
  }
  FewChangesOptions own;
  own.goal = options.goal;
  own.changes_max = *options.changes_max;
  own.cost_max = options.cost_max;
  own.seed = options.seed;
  if (options.failures == Failures::kSingleLinks) own.failures = single_failures(problem, topology);
  FewChanges search(problem, std::move(own));
  const auto is_best = [&] {
    return search.best().late == 0 && search.best().value <= answer.lower * kNearEnough;
  };
  while (!watch.is_over(search.steps()) && !is_best() && search.step()) {
    watch.tell(search.steps(), search.best().value, answer.lower);
  }
  answer.steps = search.steps();
  rank(problem, search, search.best_changes(), answer);
}

}  // namespace

Topology with_costs(const Topology& topology, const PerLink<Cost>& costs) {
  TopologyParts parts = topology.parts();
  for (std::size_t i = 0; i < parts.links.size(); ++i) parts.links[i].cost = costs[LinkId{i}];
  return Topology(std::move(parts));
}

OptimizedWeights optimize_weights(const Topology& topology, std::span<const TrafficMatrix> matrices,
                                  const OptimizeOptions& options, const Clock& clock,
                                  const std::function<void(const OptimizeProgress&)>& on_progress) {
  Watch watch(options, clock, on_progress);
  OptimizedWeights answer;
  answer.costs = link_costs(topology);
  const Value before = value_of(topology, matrices, options);
  FlowProblem problem = flow_problem(topology, matrices);
  if (options.latency_max_us) problem.latency_max_us = *options.latency_max_us;
  if (options.changes_max) {
    search_few(topology, problem, options, watch, answer);
  } else {
    search_freely(topology, problem, options, watch, answer);
  }
  Value after = value_of(with_costs(topology, answer.costs), matrices, options);
  if (!after.better_than(before)) {
    answer.costs = link_costs(topology);
    answer.changes.clear();
    after = before;
  }
  answer.value_before = before.goal;
  answer.value_after = after.goal;
  answer.late_before = before.late;
  answer.late_after = after.late;
  answer.max_utilisation_before = before.max_utilisation;
  answer.max_utilisation_after = after.max_utilisation;
  answer.seconds = watch.passed_s();
  return answer;
}

}  // namespace anemone
