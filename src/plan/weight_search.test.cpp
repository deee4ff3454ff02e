#include "plan/weight_search.h"

#include <doctest/doctest.h>

#include "load/link_load.h"
#include "plan/few_changes.h"
#include "plan/optimize_weights.h"
#include "plan/random_problem.test.h"
#include "plan/routing_gap.h"

namespace anemone {
namespace {

// The least value of all costs from 1 to `cost_max` of which at most `changes_max` are not the problem's own.
double by_enumeration(const FlowProblem& problem, FlowGoal goal, Cost cost_max, std::size_t changes_max) {
  std::vector<Cost> costs(problem.arcs.size(), 1);
  const WeightGoal value(problem, goal, 1);
  EcmpState state(problem, costs);
  double least = kUnlimited;
  for (;;) {
    std::size_t changes = 0;
    for (std::size_t i = 0; i < costs.size(); ++i) changes += costs[i] == problem.arcs[i].cost ? 0 : 1;
    if (changes <= changes_max) {
      state.set_costs(costs);
      least = std::min(least, value.score(state.loads()).value);
    }
    std::size_t at = 0;
    while (at < costs.size() && costs[at] == cost_max) costs[at++] = 1;
    if (at == costs.size()) return least;
    ++costs[at];
  }
}

TEST_CASE("on tiny networks the search finds what enumeration finds") {
  Random random(21);
  for (int round = 0; round < 12; ++round) {
    const Topology net = random_topology(random, {.routers = 4, .links = 5, .cost_end = 3, .odd = false});
    const TrafficMatrix matrix = random_demands(random, net, 8);
    const FlowProblem problem = flow_problem(net, std::span(&matrix, 1));
    if (problem.arcs.size() > 10 || problem.targets.empty()) continue;
    for (const FlowGoal goal : {FlowGoal::kMaxUtilisation, FlowGoal::kFortzThorup}) {
      const double want = by_enumeration(problem, goal, 3, problem.arcs.size());
      WeightSearchOptions options;
      options.goal = goal;
      options.cost_max = 3;
      WeightSearch search(problem, options);
      for (int i = 0; i < 20'000 && search.step(); ++i) {
      }
      CHECK(search.best().value == doctest::Approx(want));
    }
  }
}

TEST_CASE("the best single change is the one that enumeration finds, and two are no worse than one") {
  Random random(22);
  for (int round = 0; round < 12; ++round) {
    const Topology net = random_topology(random, {.routers = 4, .links = 5, .cost_end = 3, .odd = false});
    const TrafficMatrix matrix = random_demands(random, net, 8);
    const FlowProblem problem = flow_problem(net, std::span(&matrix, 1));
    if (problem.arcs.size() > 10 || problem.targets.empty()) continue;
    double last = kUnlimited;
    for (const std::size_t most : {1, 2}) {
      FewChanges search(problem, {.changes_max = most, .cost_max = 3, .failures = {}});
      for (int i = 0; i < 3000; ++i) search.step();
      CHECK(search.best_changes().size() <= most);
      CHECK(search.best().value == doctest::Approx(search.value_of(search.best_changes())));
      const double want = by_enumeration(problem, FlowGoal::kMaxUtilisation, 3, most);
      if (most == 1) CHECK(search.best().value == doctest::Approx(want));
      CHECK(search.best().value >= want - 1e-12);
      CHECK(search.best().value <= last + 1e-12);
      last = search.best().value;
    }
  }
}

TEST_CASE("the same seed and steps give the same costs, another seed others") {
  Random random(23);
  const Topology net = random_topology(random, {.routers = 12, .links = 26, .odd = false});
  const TrafficMatrix matrix = random_demands(random, net, 90);
  const FlowProblem problem = flow_problem(net, std::span(&matrix, 1));
  std::vector<std::vector<Cost>> found;
  for (const std::uint64_t seed : {7, 7, 8}) {
    WeightSearchOptions options;
    options.seed = seed;
    WeightSearch search(problem, options);
    for (int i = 0; i < 2000; ++i) search.step();
    found.push_back(search.best_costs());
  }
  CHECK(found[0] == found[1]);
  CHECK(found[0] != found[2]);
}

TEST_CASE("what the optimiser reports is what the loads on the changed topology are") {
  Random random(24);
  for (int round = 0; round < 10; ++round) {
    const Topology net = random_topology(random, {.routers = 10, .links = 18});
    const std::vector<TrafficMatrix> matrices{random_demands(random, net, 40),
                                              random_demands(random, net, 20)};
    OptimizeOptions options;
    options.steps_max = 3000;
    if (round % 2 == 1) options.changes_max = 3;
    const OptimizedWeights found = optimize_weights(net, matrices, options, SteadyClock());
    double after = 0;
    for (const TrafficMatrix& matrix : matrices) {
      const Topology changed = with_costs(net, found.costs);
      after = std::max(after, max_utilisation(changed, link_load(changed, matrix)));
    }
    CHECK(found.max_utilisation_after == after);
    CHECK(found.max_utilisation_after <= found.max_utilisation_before);
    CHECK(found.lower <= found.max_utilisation_after * (1 + 1e-9));
    if (options.changes_max) {
      CHECK(found.changes.size() <= 3);
      if (!found.changes.empty()) CHECK(found.changes.back().together == doctest::Approx(after));
    }
    for (LinkId id : found.costs.ids()) {
      if (net.node(net.link(id).from).kind == NodeKind::kNetwork) CHECK(found.costs[id] == 0);
    }
  }
}

TEST_CASE("with failures the worst of all counts") {
  Random random(25);
  const Topology net = random_topology(random, {.routers = 8, .links = 16, .odd = false});
  const TrafficMatrix matrix = random_demands(random, net, 40);
  const FlowProblem problem = flow_problem(net, std::span(&matrix, 1));
  WeightSearchOptions options;
  for (std::uint32_t i = 0; i < problem.arcs.size(); ++i) options.failures.push_back({i});
  WeightSearch search(problem, options);
  const double before = search.best().value;
  for (int i = 0; i < 3000; ++i) search.step();
  CHECK(search.best().value <= before);
  const WeightGoal goal(problem, FlowGoal::kMaxUtilisation, 1);
  double worst = goal.score(EcmpState(problem, search.best_costs()).loads()).value;
  for (std::uint32_t i = 0; i < problem.arcs.size(); ++i) {
    std::vector<Cost> costs = search.best_costs();
    costs[i] = EcmpState::kDown;
    worst = std::max(worst, goal.score(EcmpState(problem, costs).loads()).value);
  }
  CHECK(search.best().value == doctest::Approx(worst));
}

// A network of pairs with latencies, as metrics for traffic engineering.
Topology with_latencies(Random& random, const Topology& net) {
  TopologyParts parts = net.parts();
  for (Link& link : parts.links) link.te_metric = 1 + random.below(9);
  return Topology(std::move(parts));
}

// The slowest of all cheapest simple paths, found by walking every one.
class SlowestPath {
 public:
  SlowestPath(const Topology& net, NodeId from, NodeId to) : net_(net), to_(to), seen_(net.node_count(), 0) {
    walk(from, 0, 0);
  }
  double latency_us() const { return latency_us_; }

 private:
  void walk(NodeId at, Cost cost, double latency_us) {
    if (cost > cheapest_) return;
    if (at == to_) {
      if (cost < cheapest_) latency_us_ = 0;
      cheapest_ = cost;
      latency_us_ = std::max(latency_us_, latency_us);
      return;
    }
    seen_[at] = 1;
    for (LinkId id : net_.links_from(at)) {
      const Link& link = net_.link(id);
      if (seen_[link.to] == 0) walk(link.to, cost + link.cost, latency_us + link.te_metric);
    }
    seen_[at] = 0;
  }

  const Topology& net_;
  NodeId to_;
  PerNode<std::uint8_t> seen_;
  Cost cheapest_ = kUnreachable;
  double latency_us_ = 0;
};

TEST_CASE("lateness is that of the slowest of the cheapest paths") {
  Random random(26);
  for (int round = 0; round < 40; ++round) {
    const Topology net =
        with_latencies(random, random_topology(random, {.routers = 7, .links = 11, .odd = false}));
    const TrafficMatrix matrix = random_demands(random, net, 12);
    const double most_us = 5 + random.below(15);
    double worst_us = 0;
    double late_bps = 0;
    for (const Demand& demand : matrix.demands) {
      const double own = SlowestPath(net, demand.ingress, demand.to.node).latency_us();
      worst_us = std::max(worst_us, own);
      if (own > most_us) late_bps += demand.traffic.bps;
    }
    const Lateness found = lateness(net, std::span(&matrix, 1), most_us);
    CHECK(found.worst_us == worst_us);
    CHECK(found.late_bps == doctest::Approx(late_bps));
  }
}

TEST_CASE("what is late stays known while costs are tried and kept") {
  Random random(27);
  for (int round = 0; round < 20; ++round) {
    const Topology net =
        with_latencies(random, random_topology(random, {.routers = 9, .links = 15, .odd = false}));
    const TrafficMatrix matrix = random_demands(random, net, 30);
    FlowProblem problem = flow_problem(net, std::span(&matrix, 1));
    problem.latency_max_us = 8;
    EcmpState state(problem, costs_of(problem));
    for (int change = 0; change < 20; ++change) {
      state.try_cost(random.below(static_cast<std::uint32_t>(problem.arcs.size())), 1 + random.below(5));
      const double tried = state.late_if_tried();
      if (random.below(2) == 0) continue;
      state.keep();
      CHECK(state.late() == tried);
      CHECK(EcmpState(problem, {state.costs().begin(), state.costs().end()}).late() ==
            doctest::Approx(tried));
    }
  }
}

TEST_CASE("a target of latency that some costs meet is met, and the rest is as good as it can be") {
  //   a --1 ms-- b --1 ms-- d      a sends 8 Mb/s to d; over b 2 ms, over c 10 ms
  //    \--5 ms-- c --5 ms--/       half and half would be best, and too slow
  const auto file = parse_network_text(
      "link a b cost 1 capacity 10 M te-metric 1000\nlink b d cost 1 capacity 10 M te-metric 1000\n"
      "link a c cost 1 capacity 10 M te-metric 5000\nlink c d cost 1 capacity 10 M te-metric 5000");
  REQUIRE(file);
  const Topology net(file->parts);
  const std::vector<TrafficMatrix> matrices{{{{*net.find("a"), {*net.find("d"), {}}, {8e6, 0}}}}};
  for (const bool few : {false, true}) {
    OptimizeOptions options;
    options.steps_max = 500;
    if (few) options.changes_max = 1;
    options.latency_max_us = 3000;
    OptimizedWeights found = optimize_weights(net, matrices, options, SteadyClock());
    CHECK(found.late_before.late_bps == 8e6);
    CHECK(found.late_before.worst_us == 10'000);
    CHECK(found.late_after.late_bps == 0);
    CHECK(found.late_after.worst_us == 2000);
    CHECK(found.max_utilisation_after == doctest::Approx(0.8));
    options.latency_max_us = 20'000;
    found = optimize_weights(net, matrices, options, SteadyClock());
    CHECK(found.max_utilisation_after == doctest::Approx(0.4));
  }
}

TEST_CASE("with few changes and failures, what is reported is the worst that any failure leaves") {
  Random random(28);
  for (int round = 0; round < 6; ++round) {
    const Topology net = random_topology(random, {.routers = 7, .links = 13, .odd = false});
    const std::vector<TrafficMatrix> matrices{random_demands(random, net, 25)};
    OptimizeOptions options;
    options.failures = Failures::kSingleLinks;
    options.steps_max = 400;
    if (round % 2 == 0) options.changes_max = 2;
    const OptimizedWeights found = optimize_weights(net, matrices, options, SteadyClock());
    CHECK(found.value_after <= found.value_before);
    CHECK(found.value_after >= found.max_utilisation_after);
    const Topology changed = with_costs(net, found.costs);
    const double all = link_load(changed, matrices[0]).unrouted.bps;
    double worst = max_utilisation(changed, link_load(changed, matrices[0]));
    for (LinkId id : indices<LinkId>(changed.link_count())) {
      TopologyParts parts = changed.parts();
      const LinkId reverse = changed.link(id).reverse;
      std::vector<Link> left;
      for (LinkId other : indices<LinkId>(changed.link_count())) {
        if (other != id && other != reverse) left.push_back(changed.link(other));
      }
      parts.links = std::move(left);
      const Topology without(std::move(parts));
      const LinkLoad load = link_load(without, matrices[0]);
      if (load.unrouted.bps > all + 1) continue;
      worst = std::max(worst, max_utilisation(without, load));
    }
    CHECK(found.value_after == doctest::Approx(worst));
  }
}

TEST_CASE("how far today's routing is from the best is told in one call") {
  //   a - b - d and a - c - d: today all of 8 Mb/s over b, at best half
  const auto file = parse_network_text(
      "link a b cost 1 capacity 10 M\nlink b d cost 1 capacity 10 M\nlink a c cost 2 capacity 10 M\n"
      "link c d cost 2 capacity 10 M");
  REQUIRE(file);
  const Topology net(file->parts);
  const TrafficMatrix matrix{{{*net.find("a"), {*net.find("d"), {}}, {8e6, 0}}}};
  const RoutingGap gap =
      routing_gap(net, matrix, link_load(net, matrix), {.seconds = 2, .gap = 0}, SteadyClock());
  CHECK(gap.utilization == doctest::Approx(0.8));
  CHECK(gap.bound == doctest::Approx(0.4));
  CHECK(gap.exact);
  CHECK(gap.excess() == doctest::Approx(1));
  CHECK(routing_gap(net, {}, link_load(net, {}), {}, SteadyClock()).excess() == 0);
}

}  // namespace
}  // namespace anemone
