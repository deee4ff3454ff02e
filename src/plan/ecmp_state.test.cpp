#include "plan/ecmp_state.h"

#include <doctest/doctest.h>

#include "load/link_load.h"
#include "plan/optimize_weights.h"
#include "plan/random_problem.test.h"

namespace anemone {
namespace {

// A topology's links with a cost each, as load/link_load.h sees them; links that are down left out.
LinkLoad loads_under(const Topology& net, const FlowProblem& problem, std::span<const Cost> costs,
                     const TrafficMatrix& matrix) {
  PerLink<Cost> all(net.link_count(), 0);
  for (std::size_t i = 0; i < problem.arcs.size(); ++i) all[problem.arcs[i].link] = costs[i];
  return link_load(with_costs(net, all), matrix);
}

TEST_CASE("after any costs were tried and kept the loads are those of routes found from nothing") {
  Random random(11);
  for (int round = 0; round < 60; ++round) {
    // No parallel links of different cost: with_costs() may sort them anew.
    Topology net = random_topology(random, {.routers = 9, .links = 14});
    TopologyParts parts = net.parts();
    for (std::size_t i = 0; i < parts.links.size(); ++i)
      parts.links[i].port = static_cast<std::uint32_t>(i + 1);
    net = Topology(std::move(parts));
    const std::vector<TrafficMatrix> matrices{random_demands(random, net, 30),
                                              random_demands(random, net, 9)};
    const FlowProblem problem = flow_problem(net, matrices);
    std::vector<Cost> costs;
    for (const FlowArc& arc : problem.arcs) costs.push_back(arc.cost);
    EcmpState state(problem, costs);
    for (int change = 0; change < 30; ++change) {
      const std::uint32_t arc = random.below(static_cast<std::uint32_t>(problem.arcs.size()));
      if (problem.arcs[arc].fixed) continue;
      const Cost cost = 1 + random.below(4);
      const auto tried = state.try_cost(arc, cost);
      std::vector<Cost> with = costs;
      with[arc] = cost;
      for (std::size_t i = 0; i < 2; ++i) {
        const LinkLoad want = loads_under(net, problem, with, matrices[i]);
        for (std::size_t j = 0; j < problem.arcs.size(); ++j) {
          CHECK(tried[i * problem.arcs.size() + j] ==
                doctest::Approx(want.links[problem.arcs[j].link].bps).epsilon(1e-9));
        }
      }
      if (random.below(2) == 0) continue;
      state.keep();
      costs = with;
    }
  }
}

TEST_CASE(
    "however many changes were poured, each node passes on to the last bit what it would from nothing") {
  Random random(13);
  for (int round = 0; round < 20; ++round) {
    const Topology net = random_topology(random, {.routers = 14, .links = 30, .cost_end = 6});
    const std::vector<TrafficMatrix> matrices{random_demands(random, net, 60),
                                              random_demands(random, net, 20)};
    const FlowProblem problem = flow_problem(net, matrices);
    std::vector<Cost> costs;
    for (const FlowArc& arc : problem.arcs) costs.push_back(arc.cost);
    EcmpState state(problem, costs);
    for (int change = 0; change < 200; ++change) {
      const std::uint32_t arc = random.below(static_cast<std::uint32_t>(problem.arcs.size()));
      if (problem.arcs[arc].fixed) continue;
      state.try_cost(arc, random.below(8) == 0 ? EcmpState::kDown : 1 + random.below(5));
      if (random.below(2) == 0) state.keep();
    }
    const EcmpState anew(problem, {state.costs().begin(), state.costs().end()});
    for (std::size_t target = 0; target < problem.targets.size(); ++target) {
      for (std::uint32_t node = 0; node < problem.nodes; ++node) {
        CHECK(state.through(target, node) == anew.through(target, node));
        CHECK(state.distance(target, node) == anew.distance(target, node));
      }
    }
    for (std::size_t i = 0; i < anew.loads().size(); ++i) {
      CHECK(state.loads()[i] == doctest::Approx(anew.loads()[i]).epsilon(1e-9));
    }
    CHECK(state.unrouted() == anew.unrouted());
  }
}

TEST_CASE("a link that goes down and comes up again leaves the loads as they were") {
  Random random(12);
  for (int round = 0; round < 40; ++round) {
    const Topology net = random_topology(random, {.routers = 9, .links = 14});
    const TrafficMatrix matrix = random_demands(random, net, 30);
    const FlowProblem problem = flow_problem(net, std::span(&matrix, 1));
    std::vector<Cost> costs;
    for (const FlowArc& arc : problem.arcs) costs.push_back(arc.cost);
    EcmpState state(problem, costs);
    const std::vector<double> before(state.loads().begin(), state.loads().end());
    for (std::uint32_t arc = 0; arc < problem.arcs.size(); ++arc) {
      const auto down = state.try_cost(arc, EcmpState::kDown);
      CHECK(down[arc] == doctest::Approx(0));
      state.keep();
      CHECK(EcmpState(problem, {state.costs().begin(), state.costs().end()}).unrouted() ==
            doctest::Approx(state.unrouted()));
      state.try_cost(arc, costs[arc]);
      state.keep();
      CHECK(state.unrouted() == 0);
      for (std::size_t i = 0; i < before.size(); ++i) CHECK(state.loads()[i] == doctest::Approx(before[i]));
    }
  }
}

TEST_CASE("a prefix with several attachments is reached at the nearest") {
  const auto file = parse_network_text(
      "link a b cost 5\nlink b c cost 5\nlink c d cost 9\nprefix 10.0.0.0/24 at a\nprefix 10.0.0.0/24 at d");
  REQUIRE(file);
  const Topology net(file->parts);
  const TrafficMatrix matrix{
      {{*net.find("b"), {NodeId{}, PrefixId{0}}, {1, 0}}, {*net.find("c"), {NodeId{}, PrefixId{0}}, {2, 0}}}};
  const FlowProblem problem = flow_problem(net, std::span(&matrix, 1));
  std::vector<Cost> costs;
  for (const FlowArc& arc : problem.arcs) costs.push_back(arc.cost);
  const EcmpState state(problem, costs);
  const LinkLoad want = link_load(net, matrix);
  for (std::size_t i = 0; i < problem.arcs.size(); ++i) {
    if (problem.arcs[i].link.valid()) CHECK(state.loads()[i] == want.links[problem.arcs[i].link].bps);
  }
}

}  // namespace
}  // namespace anemone
