#include "plan/flow_choices.h"

#include <doctest/doctest.h>

#include "plan/random_problem.test.h"

namespace anemone {
namespace {

TEST_CASE("a row for each fork, a column for each of its ways, and the rest is known") {
  //   a - b - d - e     a and b send to e; b may go by d or c, a only by b
  //        \ c /
  const auto file = parse_network_text(
      "link a b\nlink b d\nlink d e\nlink b c\nlink c d\ndemand a e 2\ndemand b e 3\ndemand c e 4");
  REQUIRE(file);
  const Topology net(file->parts);
  TrafficMatrix matrix;
  for (const NamedDemand& demand : file->demands) {
    matrix.demands.push_back({*net.find(demand.from), {*net.find(demand.to), {}}, {demand.bps, 0}});
  }
  const FlowProblem problem = flow_problem(net, std::span(&matrix, 1));
  const auto arc = [&](const char* from, const char* to) {
    std::uint32_t at = 0;
    while (problem.arcs[at].from != net.find(from)->value() || problem.arcs[at].to != net.find(to)->value()) {
      ++at;
    }
    return at;
  };
  FlowChoices choices(problem, 0);
  for (const auto& [from, to] : {std::pair{"a", "b"}, {"b", "d"}, {"d", "e"}, {"c", "d"}}) {
    choices.open(0, arc(from, to));
  }
  choices.find_ways();
  CHECK(choices.forks().empty());
  CHECK(choices.loads()[arc("a", "b")] == 2);
  CHECK(choices.loads()[arc("b", "d")] == 5);
  CHECK(choices.loads()[arc("d", "e")] == 9);

  choices.open(0, arc("b", "c"));
  choices.find_ways();
  REQUIRE(choices.forks().size() == 1);
  CHECK(choices.forks()[0].node == net.find("b")->value());
  CHECK(choices.forks()[0].supply == 5);
  CHECK(choices.loads()[arc("a", "b")] == 2);
  CHECK(choices.loads()[arc("b", "d")] == 0);
  CHECK(choices.loads()[arc("d", "e")] == 4);
  REQUIRE(choices.ways().size() == 2);
  std::size_t longest = 0;
  for (const FlowChoices::Way& way : choices.ways()) {
    CHECK(way.end == FlowChoices::kTarget);
    CHECK(choices.arcs(way).back() == arc("d", "e"));
    longest = std::max(longest, choices.arcs(way).size());
  }
  CHECK(longest == 3);
}

}  // namespace
}  // namespace anemone
