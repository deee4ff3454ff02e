#include "plan/weight_search.h"

#include <doctest/doctest.h>

#include "load/link_load.h"
#include "plan/few_changes.h"
#include "plan/optimize_weights.h"
#include "plan/random_problem.test.h"

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
      FewChanges search(problem, FlowGoal::kMaxUtilisation, most, 3, 1);
      while (search.step()) {
      }
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

}  // namespace
}  // namespace anemone
