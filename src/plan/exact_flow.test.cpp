#include "plan/exact_flow.h"

#include <doctest/doctest.h>

namespace anemone {
namespace {

// Arcs 0: a>b, 1: a>c, 2: b>c, 3: b>d, 4: c>b, 5: c>d; a sends 8 to d.
FlowProblem network() {
  FlowProblem problem;
  problem.nodes = 4;
  for (const auto& [from, to] : {std::pair{0, 1}, {0, 2}, {1, 2}, {1, 3}, {2, 1}, {2, 3}}) {
    FlowArc arc;
    arc.from = static_cast<std::uint32_t>(from);
    arc.to = static_cast<std::uint32_t>(to);
    problem.arcs.push_back(arc);
  }
  index_arcs(problem);
  problem.targets.push_back({3, {8, 0, 0, 0}});
  return problem;
}

TEST_CASE("what a solver lost within its tolerance is sent all the same, in the same shares") {
  const FlowProblem problem = network();
  std::vector<double> flow{1.9, 6.1, 0, 2, 0, 5.9};
  REQUIRE(send_exactly(problem, 0, 0, flow));
  CHECK(flow == std::vector<double>{8 * (1.9 / 8), 8 * (6.1 / 8), 0, 8 * (1.9 / 8), 0, 8 * (6.1 / 8)});
}

TEST_CASE("a cycle is taken out, and what crosses it stays") {
  const FlowProblem problem = network();
  std::vector<double> flow{2, 6, 3, 4, 5, 4};  // b>c 3 and c>b 5: only 2 of it goes anywhere
  REQUIRE(send_exactly(problem, 0, 0, flow));
  CHECK(flow[2] == 0);
  CHECK(flow[4] == doctest::Approx(2));
  CHECK(flow[3] == doctest::Approx(4));
  CHECK(flow[5] == doctest::Approx(4));
}

TEST_CASE("a flow in which something would get stuck is left as it is") {
  const FlowProblem problem = network();
  const std::vector<double> before{8, 0, 0, 0, 0, 0};
  std::vector<double> flow = before;
  CHECK_FALSE(send_exactly(problem, 0, 0, flow));
  CHECK(flow == before);
}

}  // namespace
}  // namespace anemone
