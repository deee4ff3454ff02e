#include "plan/flow_blocks.h"

#include <doctest/doctest.h>

#include <set>

#include "load/link_load.h"
#include "plan/ecmp_state.h"
#include "plan/random_problem.test.h"

namespace anemone {
namespace {

// Whether the ends of two arcs stay connected (without regard to directions) when any third node is taken
// away.
bool in_one_block(const FlowProblem& whole, const FlowArc& a, const FlowArc& b) {
  for (std::uint32_t gone = 0; gone < whole.nodes; ++gone) {
    std::vector<bool> reached(whole.nodes);
    std::vector<std::uint32_t> queue;
    for (const std::uint32_t end : {a.from, a.to}) {
      if (end != gone) queue.push_back(end), reached[end] = true;
    }
    for (std::size_t i = 0; i < queue.size(); ++i) {
      for (const FlowArc& arc : whole.arcs) {
        for (const auto& [from, to] : {std::pair(arc.from, arc.to), std::pair(arc.to, arc.from)}) {
          if (from != queue[i] || to == gone || reached[to]) continue;
          reached[to] = true;
          queue.push_back(to);
        }
      }
    }
    for (const std::uint32_t end : {b.from, b.to}) {
      if (end != gone && !reached[end]) return false;
    }
  }
  return true;
}

TEST_CASE("two links are in one block when no node parts them") {
  Random random(5);
  for (int round = 0; round < 60; ++round) {
    const Topology net = random_topology(random, {.routers = 7, .links = 4 + random.below(8)});
    TrafficMatrix all;
    for (NodeId from : net.nodes()) {
      for (NodeId to : net.nodes()) {
        if (from != to) all.demands.push_back({from, {to, {}}, {1, 0}});
      }
    }
    const FlowProblem whole = flow_problem(net, std::span(&all, 1));
    std::vector<int> block_of(net.link_count(), -1);
    int number = 0;
    for (const FlowProblem& block : split_into_blocks(whole)) {
      for (const FlowArc& arc : block.arcs) {
        CHECK(block_of[arc.link.value()] == -1);
        block_of[arc.link.value()] = number;
      }
      ++number;
    }
    for (const FlowArc& a : whole.arcs) {
      for (const FlowArc& b : whole.arcs) {
        const int of_a = block_of[a.link.value()];
        const int of_b = block_of[b.link.value()];
        if (of_a < 0 || of_b < 0) continue;  // its block is sent nothing: it leads nowhere
        CHECK((of_a == of_b) == in_one_block(whole, a, b));
      }
    }
  }
}

TEST_CASE("shortest paths load the links of a network as they load those of its blocks") {
  Random random(6);
  for (int round = 0; round < 200; ++round) {
    const Topology net = random_topology(random, {.routers = 12, .links = 8 + random.below(12)});
    const std::vector<TrafficMatrix> matrices{random_demands(random, net, 40),
                                              random_demands(random, net, 5)};
    const FlowProblem whole = flow_problem(net, matrices);
    std::vector<PerLink<double>> loads(2, PerLink<double>(net.link_count()));
    for (const FlowProblem& block : split_into_blocks(whole)) {
      std::vector<Cost> costs;
      for (const FlowArc& arc : block.arcs) costs.push_back(arc.cost);
      const EcmpState state(block, costs);
      for (std::size_t i = 0; i < state.loads().size(); ++i) {
        loads[i / block.arcs.size()][block.arcs[i % block.arcs.size()].link] = state.loads()[i];
      }
    }
    for (std::size_t i = 0; i < 2; ++i) {
      const LinkLoad want = link_load(net, matrices[i]);
      CHECK(whole.unrouted[i] == doctest::Approx(want.unrouted.bps));
      for (LinkId id : want.links.ids()) CHECK(loads[i][id] == doctest::Approx(want.links[id].bps));
    }
  }
}

TEST_CASE("what two halves of a network send each other stands at the node between them") {
  //  a - b - c    b parts them: a's 5 for c stands at b in the second block
  const auto file = parse_network_text("link a b\nlink b c\nlink a c2\nlink c2 b\ndemand a c 5");
  REQUIRE(file);
  const Topology net(file->parts);
  const TrafficMatrix matrix{{{*net.find("a"), {*net.find("c"), {}}, {5, 0}}}};
  const auto blocks = split_into_blocks(flow_problem(net, std::span(&matrix, 1)));
  REQUIRE(blocks.size() == 2);
  for (const FlowProblem& block : blocks) {
    REQUIRE(block.targets.size() == 1);
    double sum = 0;
    for (const double supply : block.targets[0].supply) sum += supply;
    CHECK(sum == 5);
  }
}

}  // namespace
}  // namespace anemone
