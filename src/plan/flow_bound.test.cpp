#include "plan/flow_bound.h"

#include <doctest/doctest.h>
#include <coin/ClpSimplex.hpp>

#include <algorithm>
#include <cmath>
#include <functional>

#include "load/link_load.h"
#include "plan/flow_descent.h"
#include "plan/flow_lp.h"
#include "plan/fortz_thorup.h"
#include "plan/random_problem.test.h"

namespace anemone {
namespace {

struct Network {
  Topology topology;
  TrafficMatrix matrix;
};

Network network(const char* text) {
  auto file = parse_network_text(text);
  REQUIRE(file);
  Network net{Topology(file->parts), {}};
  for (const NamedDemand& demand : file->demands) {
    net.matrix.demands.push_back(
        {*net.topology.find(demand.from), {*net.topology.find(demand.to), {}}, {demand.bps, 0}});
  }
  return net;
}

FlowBound bound(const Network& net, FlowGoal goal = FlowGoal::kMaxUtilisation,
                const BoundLimits& limits = {}) {
  return flow_bound(net.topology, net.matrix, goal, limits, SteadyClock());
}

TEST_CASE("flow splits in any share, which equal costs cannot") {
  //    a - b - d     capacity 10 above, 30 below: 8 splits 2 to 6
  //      - c -
  const FlowBound found = bound(network(R"(
    link a b capacity 10 M
    link b d capacity 10 M
    link a c capacity 30 M
    link c d capacity 30 M
    demand a d 8 M
  )"));
  CHECK(found.exact);
  CHECK(found.lower == doctest::Approx(0.2));
  CHECK(found.upper == doctest::Approx(0.2));
}

TEST_CASE("a bridge decides when everything must cross it") {
  const FlowBound found = bound(network(R"(
    link a b capacity 10 M
    link b c capacity 5 M
    link c d capacity 10 M
    link a b2 capacity 10 M
    link b2 b capacity 10 M
    demand a d 4 M
    demand d b 1 M
  )"));
  CHECK(found.exact);
  CHECK(found.upper == doctest::Approx(0.8));
}

TEST_CASE("what has no path is left out and told") {
  const FlowBound found = bound(network("arc a b capacity 10 M\ndemand a b 5 M\ndemand b a 3 M"));
  CHECK(found.upper == doctest::Approx(0.5));
  CHECK(found.unrouted_bps == 3e6);
}

TEST_CASE("nothing to send, and nothing known of capacities, is a bound of zero") {
  CHECK(bound(network("link a b capacity 1 M")).upper == 0);
  const FlowBound found = bound(network("link a b\nlink b c\ndemand a c 5 M"));
  CHECK(found.exact);
  CHECK(found.lower == 0);
  CHECK(found.upper == 0);
}

TEST_CASE("the Fortz-Thorup cost is the integral of its slopes, the conjugate what lies above it") {
  CHECK(fortz_thorup_cost(0.5, 1) == doctest::Approx(1.0 / 3 + 3 * (0.5 - 1.0 / 3)));
  CHECK(fortz_thorup_cost(1.2, 1) ==
        doctest::Approx(1.0 / 3 + 1 + 10 * (0.9 - 2.0 / 3) + 70 * 0.1 + 500 * 0.1 + 5000 * 0.1));
  for (const double length : {0.5, 1.0, 2.0, 40.0, 300.0, 5000.0}) {
    double most = 0;
    for (int i = 0; i <= 20'000; ++i)
      most = std::max(most, length * i * 1e-4 - fortz_thorup_cost(i * 1e-4, 1));
    CHECK(fortz_thorup_conjugate(length, 1) == doctest::Approx(most).epsilon(1e-3));
  }
}

// Another formulation: one variable for each simple path of each demand. Only for tiny networks.
class PathProgramme {
 public:
  explicit PathProgramme(const Topology& net) : net_(net) {}

  double max_utilisation(const TrafficMatrix& matrix) {
    ClpSimplex model;
    model.setLogLevel(0);
    std::vector<LinkId> limited;
    for (LinkId id : indices<LinkId>(net_.link_count())) {
      if (net_.link(id).capacity_bps > 0) limited.push_back(id);
    }
    const int links = static_cast<int>(limited.size());
    model.resize(links, 0);
    for (int i = 0; i < links; ++i) model.setRowBounds(i, -COIN_DBL_MAX, 0);
    std::vector<int> rows;
    std::vector<double> capacities;
    for (int i = 0; i < links; ++i) {
      rows.push_back(i);
      capacities.push_back(-net_.link(limited[static_cast<std::size_t>(i)]).capacity_bps / 1e6);
    }
    model.addColumn(links, rows.data(), capacities.data(), 0, COIN_DBL_MAX, 1);
    for (const Demand& demand : matrix.demands) {
      find_paths(demand.ingress, demand.to.node);
      if (paths_.empty()) continue;
      const double mbps = demand.traffic.bps / 1e6;
      model.addRow(0, nullptr, nullptr, mbps, mbps);
      for (const std::vector<LinkId>& path : paths_) {
        std::vector<int> at{model.numberRows() - 1};
        for (LinkId id : path) {
          const auto place = std::ranges::find(limited, id);
          if (place != limited.end()) at.push_back(static_cast<int>(place - limited.begin()));
        }
        const std::vector<double> ones(at.size(), 1);
        model.addColumn(static_cast<int>(at.size()), at.data(), ones.data(), 0, COIN_DBL_MAX, 0);
      }
    }
    model.dual();
    REQUIRE(model.status() == 0);
    return model.objectiveValue();
  }

 private:
  void find_paths(NodeId from, NodeId to) {
    paths_.clear();
    path_.clear();
    seen_.assign(net_.node_count(), false);
    walk(from, to);
  }
  void walk(NodeId at, NodeId to) {
    if (at == to) return paths_.push_back(path_);
    seen_[at] = true;
    for (LinkId id : net_.links_from(at)) {
      if (seen_[net_.link(id).to]) continue;
      path_.push_back(id);
      walk(net_.link(id).to, to);
      path_.pop_back();
    }
    seen_[at] = false;
  }

  const Topology& net_;
  std::vector<std::vector<LinkId>> paths_;
  std::vector<LinkId> path_;
  PerNode<std::uint8_t> seen_;
};

TEST_CASE("the bound is that of a programme over all simple paths") {
  Random random(1);
  for (int round = 0; round < 80; ++round) {
    const Topology net = random_topology(random, {.routers = 6, .links = 7 + random.below(5)});
    const TrafficMatrix matrix = random_demands(random, net, 12);
    const FlowBound found = flow_bound(net, matrix, FlowGoal::kMaxUtilisation, {}, SteadyClock());
    const double want = PathProgramme(net).max_utilisation(matrix);
    CHECK(found.upper == doctest::Approx(want).epsilon(1e-7));
    CHECK(found.lower == doctest::Approx(want).epsilon(1e-6));
  }
}

// Floyd and Warshall's distances along the lengths, which share nothing with LengthPaths.
double proved_by(const Topology& net, const TrafficMatrix& matrix, FlowGoal goal,
                 const PerLink<double>& lengths) {
  const std::size_t n = net.node_count();
  std::vector<std::vector<double>> d(n, std::vector<double>(n, kUnlimited));
  double price = 0;
  for (LinkId id : lengths.ids()) {
    const Link& link = net.link(id);
    double& known = d[link.from.value()][link.to.value()];
    known = std::min(known, lengths[id]);
    const double capacity = link.capacity_bps > 0 ? link.capacity_bps : kUnlimited;
    if (goal == FlowGoal::kFortzThorup) {
      price += fortz_thorup_conjugate(lengths[id], capacity);
    } else if (link.capacity_bps > 0) {
      price += lengths[id] * capacity;
    } else {
      CHECK(lengths[id] == 0);
    }
  }
  for (std::size_t i = 0; i < n; ++i) d[i][i] = 0;
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) d[i][j] = std::min(d[i][j], d[i][k] + d[k][j]);
  double paid = 0;
  for (const Demand& demand : matrix.demands) {
    const double distance = d[demand.ingress.value()][demand.to.node.value()];
    if (std::isfinite(distance)) paid += distance * demand.traffic.bps;
  }
  return goal == FlowGoal::kFortzThorup ? paid - price : (price > 0 ? paid / price : 0);
}

TEST_CASE("the lengths prove the lower bound to anybody, of either goal, and no routing is below it") {
  Random random(2);
  for (int round = 0; round < 60; ++round) {
    const Topology net = random_topology(random, {.routers = 10, .links = 10 + random.below(12)});
    const TrafficMatrix matrix = random_demands(random, net, 40);
    for (const FlowGoal goal : {FlowGoal::kMaxUtilisation, FlowGoal::kFortzThorup}) {
      const FlowBound found = flow_bound(net, matrix, goal, {}, SteadyClock());
      CHECK(found.exact);
      CHECK(found.lower <= found.upper * (1 + 1e-9));
      CHECK(proved_by(net, matrix, goal, found.lengths) == doctest::Approx(found.lower).epsilon(1e-6));
      const LinkLoad today = link_load(net, matrix);
      double value = 0;
      for (LinkId id : today.links.ids()) {
        const double capacity = net.link(id).capacity_bps;
        value += fortz_thorup_cost(today.links[id].bps, capacity > 0 ? capacity : kUnlimited);
      }
      if (goal == FlowGoal::kMaxUtilisation) value = max_utilisation(net, today);
      CHECK(found.lower <= value * (1 + 1e-9));
    }
  }
}

void check_flows(const FlowProblem& problem, const FlowSolution& found) {
  REQUIRE(found.flows.size() == problem.targets.size());
  std::vector<double> loads(problem.arcs.size());
  for (std::size_t i = 0; i < problem.targets.size(); ++i) {
    std::vector<double> left(problem.targets[i].supply);
    for (std::size_t arc = 0; arc < problem.arcs.size(); ++arc) {
      CHECK(found.flows[i][arc] >= 0);
      loads[arc] += found.flows[i][arc];
      left[problem.arcs[arc].from] -= found.flows[i][arc];
      left[problem.arcs[arc].to] += found.flows[i][arc];
    }
    for (std::uint32_t node = 0; node < problem.nodes; ++node) {
      if (node != problem.targets[i].node)
        CHECK(std::abs(left[node]) < 1);  // bit/s, of a hundred thousand and more
    }
  }
  for (std::size_t arc = 0; arc < loads.size(); ++arc) CHECK(found.loads[arc] == doctest::Approx(loads[arc]));
}

TEST_CASE("both ways to the optimum send everything, and meet") {
  Random random(3);
  for (int round = 0; round < 30; ++round) {
    const Topology net = random_topology(random, {.routers = 9, .links = 16});
    const TrafficMatrix matrix = random_demands(random, net, 40);
    const FlowProblem problem = flow_problem(net, std::span(&matrix, 1));
    for (const FlowGoal goal : {FlowGoal::kMaxUtilisation, FlowGoal::kFortzThorup}) {
      FlowDescent descent(problem, 0, goal);
      for (int i = 0; i < 200 && descent.gap() > 1e-3; ++i) descent.round();
      const auto exact = solve_flow_lp(problem, 0, goal, descent.solution(), [] { return false; });
      REQUIRE(exact);
      check_flows(problem, *exact);
      check_flows(problem, descent.solution());
      CHECK(descent.gap() < (goal == FlowGoal::kMaxUtilisation ? 0.01 : 0.1));
      CHECK(descent.lower() <= exact->upper * (1 + 1e-6));
      CHECK(descent.upper() >= exact->lower * (1 - 1e-6));
    }
  }
}

TEST_CASE("the programme opens what its start does not have, and both proofs meet to the last digits") {
  Random random(4);
  for (int round = 0; round < 40; ++round) {
    const Topology net = random_topology(random, {.routers = 12, .links = 26, .odd = round % 2 == 0});
    const TrafficMatrix matrix = random_demands(random, net, 90);
    const FlowProblem problem = flow_problem(net, std::span(&matrix, 1));
    for (const FlowGoal goal : {FlowGoal::kMaxUtilisation, FlowGoal::kFortzThorup}) {
      const FlowDescent descent(problem, 0, goal);  // one tree for each destination, by hops or capacity
      const auto exact = solve_flow_lp(problem, 0, goal, descent.solution(), [] { return false; });
      REQUIRE(exact);
      check_flows(problem, *exact);
      CHECK(exact->upper - exact->lower <= 1e-9 * exact->upper);
      CHECK(exact->lower - exact->upper <= 1e-9 * exact->upper);
    }
  }
}

TEST_CASE("a programme that is told that its time is over has no answer") {
  Random random(5);
  const Topology net = random_topology(random, {.routers = 12, .links = 26});
  const TrafficMatrix matrix = random_demands(random, net, 90);
  const FlowProblem problem = flow_problem(net, std::span(&matrix, 1));
  const FlowDescent descent(problem, 0, FlowGoal::kMaxUtilisation);
  CHECK_FALSE(solve_flow_lp(problem, 0, FlowGoal::kMaxUtilisation, descent.solution(), [] { return true; }));
}

}  // namespace
}  // namespace anemone
