#include "scenario/what_if.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/random.h"
#include "scenario/net_from_text.test.h"
#include "scenario/scenario_text.h"

using namespace anemone;

namespace {

WhatIfBin bin_of(const Net& net, int number = 0) {
  WhatIfBin bin;
  bin.from = Time{} + Duration{number};
  bin.to = bin.from + Duration{1};
  bin.parts = {{bin.from, net.topology}};
  bin.matrix = &net.matrix;
  return bin;
}

Result<WhatIfAnswer> try_out(const Net& net, std::string_view text, const Places& places = {}) {
  auto scenario = parse_scenario(text);
  if (!scenario) return scenario.error();
  WhatIf what_if(*scenario, places, nullptr);
  if (auto added = what_if.add(bin_of(net)); !added) return added.error();
  return what_if.answer();
}

std::string after(const Net& net, std::string_view text, const Places& places = {}) {
  const auto answer = try_out(net, text, places);
  if (!answer) return answer.error().message;
  std::string loads;
  for (const LinkOutcome& link : answer->links) {
    if (link.after.worst_bps == 0) continue;
    loads += (loads.empty() ? "" : ", ") + link.id + " " +
             std::to_string(std::lround(link.after.worst_bps / 1e6)) + "M";
  }
  return loads;
}

//        b
//   10 /   \ 10
//    a       d      a sends 8 Mb/s to d
//   10 \   / 10
//        c
constexpr const char* kDiamond = R"(
  link a b cost 10 capacity 10 M
  link b d cost 10 capacity 10 M
  link a c cost 10 capacity 10 M
  link c d cost 10 capacity 10 M
  demand a d 8 M
)";

}  // namespace

TEST_CASE("a failed link's traffic takes the other way") {
  const Net net = network(kDiamond);
  CHECK(after(net, "") == "a>b 4M, a>c 4M, b>d 4M, c>d 4M");
  CHECK(after(net, "fail link a b") == "a>c 8M, c>d 8M");
  CHECK(after(net, "fail router b") == "a>c 8M, c>d 8M");
  CHECK(after(net, "remove link a b") == "a>c 8M, c>d 8M");
  CHECK(after(net, "overload router b") == "a>c 8M, c>d 8M");
  CHECK(after(net, "set cost a b 5") == "a>b 8M, b>d 8M");
  CHECK(after(net, "set cost a>b 11") == "a>c 8M, c>d 8M");
  CHECK(after(net, "add link a d cost 1 capacity 1 M") == "a>d 8M");
  CHECK(after(net, "scale 50%") == "a>b 2M, a>c 2M, b>d 2M, c>d 2M");
  CHECK(after(net, "scale 3 from router a to router d") == "a>b 12M, a>c 12M, b>d 12M, c>d 12M");
  CHECK(after(net, "scale 3 from router d") == "a>b 4M, a>c 4M, b>d 4M, c>d 4M");
  CHECK(after(net, "move router d to router b") == "a>b 8M");
  CHECK(after(net, "add router e; add link d e cost 1; move router d to router e") ==
        "a>b 4M, a>c 4M, b>d 4M, c>d 4M, d>e 8M");
}

TEST_CASE("what becomes of the traffic is said: lost, overloaded, dearer") {
  const Net net = network(kDiamond);
  auto answer = try_out(net, "fail link a b; fail link a c");
  REQUIRE(answer.has_value());
  CHECK(answer->disconnected_bps == doctest::Approx(8e6));
  CHECK(answer->after.unrouted_bps == doctest::Approx(8e6));
  REQUIRE(answer->demands.size() == 1);
  CHECK_FALSE(answer->demands[0].cost_after.has_value());
  REQUIRE(answer->routers.size() == 1);
  CHECK(answer->routers[0].name == "a");

  answer = try_out(net, "resize link a b 3 M");
  REQUIRE(answer.has_value());
  CHECK(answer->after.max_utilisation == doctest::Approx(4.0 / 3));
  CHECK(answer->routers[0].overloaded_bps == doctest::Approx(8e6));

  answer = try_out(net, "set cost a b 20; set cost a c 20");
  REQUIRE(answer.has_value());
  CHECK(answer->routers[0].longer_bps == doctest::Approx(8e6));
  CHECK(answer->demands[0].cost_after == 30);
}

TEST_CASE("longer ways are told in time, too, where links announce it; and which site is hurt") {
  const Net net = network(
      "link a b cost 10 te-metric 1000\nlink b d cost 10 te-metric 2000\nlink a c cost 10 te-metric 5000\n"
      "link c d cost 20 te-metric 500\ndemand a d 8M\n");
  Places places;
  places.routers_of_site["west"] = {"a"};
  const auto answer = try_out(net, "fail link b d", places);
  REQUIRE(answer.has_value());
  REQUIRE(answer->demands.size() == 1);
  CHECK(answer->demands[0].latency_before_us == doctest::Approx(3000));
  CHECK(answer->demands[0].latency_after_us == doctest::Approx(5500));
  REQUIRE(answer->sites.size() == 1);
  CHECK(answer->sites[0].name == "west");
  CHECK(answer->sites[0].longer_bps == doctest::Approx(8e6));

  const auto unknown = try_out(network("link a b cost 10 te-metric 1000\nlink b d cost 10\nlink a d cost 50\n"
                                       "demand a d 8M\n"),
                               "fail link b d");
  REQUIRE(unknown.has_value());
  REQUIRE(unknown->demands.size() == 1);
  CHECK_FALSE(unknown->demands[0].latency_before_us.has_value());
}

TEST_CASE("a thing that is not there is an error with its place, and says what there is") {
  const Net net = network(kDiamond);
  CHECK(after(net, "fail router x") ==
        "line 1, column 6: no router 'x' in this topology; there are: a, b, c, d");
  CHECK(after(net, "fail link b c") == "line 1, column 6: no link between 'b' and 'c'");
  CHECK(after(net, "fail site x").starts_with("line 1, column 6: no site 'x'; there are: none"));
  CHECK(after(net, "fail group x").starts_with("line 1, column 6: no group 'x'"));
  CHECK(after(net, "scale 2 where process nginx").find("neither hosts nor processes") != std::string::npos);
  CHECK(after(net, "add router a").find("already") != std::string::npos);
}

TEST_CASE("sites and groups stand for what is in them") {
  const Net net = network(kDiamond);
  Places places;
  places.routers_of_site["north"] = {"b"};
  CHECK(after(net, "fail site north", places) == "a>c 8M, c>d 8M");
  CHECK(after(net, "group g = link a b, router b; fail group g", places) == "a>c 8M, c>d 8M");
  CHECK(after(net, "add router e site south; add link a e cost 1; add link e d cost 1; fail site south",
              places) == "a>b 4M, a>c 4M, b>d 4M, c>d 4M");
}

TEST_CASE("over many bins a link has a median, a 95th percentile and a worst bin") {
  Net net = network(kDiamond);
  const auto scenario = parse_scenario("fail link a b");
  WhatIf what_if(*scenario, {}, nullptr);
  for (int i = 0; i < 100; ++i) {
    net.matrix.demands[0].traffic.bps = i == 70 ? 100e6 : i * 1e6;
    REQUIRE(what_if.add(bin_of(net, i)).has_value());
  }
  const WhatIfAnswer answer = what_if.answer();
  CHECK(answer.bins == 100);
  for (const LinkOutcome& link : answer.links) {
    if (link.id != "a>c") continue;
    CHECK(link.before.median_bps == doctest::Approx(24.5e6));
    CHECK(link.after.median_bps == doctest::Approx(49e6));
    CHECK(link.after.p95_bps == doctest::Approx(95e6));
    CHECK(link.after.worst_bps == doctest::Approx(100e6));
    CHECK(link.after.worst_at == Time{} + Duration{70});
  }
}

namespace {

// A random connected network with equal costs, parallel links and a broadcast network, and its demands.
std::string random_network(Random& random) {
  const std::uint32_t n = 4 + random.below(8);
  const auto name = [](std::uint32_t i) { return "r" + std::to_string(i); };
  std::string text;
  for (std::uint32_t i = 1; i < n; ++i) {
    text += "link " + name(i) + " " + name(random.below(i)) + " cost " + std::to_string(1 + random.below(4)) +
            " capacity 10 M\n";
  }
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint32_t a = random.below(n);
    const std::uint32_t b = random.below(n);
    if (a != b)
      text += "link " + name(a) + " " + name(b) + " cost " + std::to_string(1 + random.below(4)) +
              " capacity 10 M\n";
  }
  for (std::uint32_t i = 0; i < 2 * n; ++i) {
    const std::uint32_t a = random.below(n);
    const std::uint32_t b = random.below(n);
    if (a != b)
      text += "demand " + name(a) + " " + name(b) + " " + std::to_string(1 + random.below(1000)) + " k\n";
  }
  return text;
}

bool same(const WhatIfAnswer& a, const WhatIfAnswer& b) {
  if (a.links.size() != b.links.size()) return false;
  for (std::size_t i = 0; i < a.links.size(); ++i) {
    const bool alike = a.links[i].id == b.links[i].id &&
                       a.links[i].after.worst_bps == b.links[i].after.worst_bps &&
                       a.links[i].capacity_after_bps == b.links[i].capacity_after_bps;
    if (!alike) return false;
  }
  return a.after.unrouted_bps == b.after.unrouted_bps;
}

}  // namespace

TEST_CASE("a scenario and its inverse restore everything exactly; independent changes stand in any order") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Net net = network(random_network(random));
    const auto nothing = try_out(net, "");
    REQUIRE(nothing.has_value());
    for (const LinkOutcome& link : nothing->links) CHECK(link.before.worst_bps == link.after.worst_bps);

    const LinkId id{random.below(static_cast<std::uint32_t>(net.topology->link_count()))};
    const Link& link = net.topology->link(id);
    const std::string ends = net.topology->node(link.from).name + " " + net.topology->node(link.to).name;
    // Parallel links have one name: a change of cost takes them all, and its inverse cannot know them apart.
    std::size_t parallel = 0;
    for (const LinkId other : net.topology->links_from(link.from))
      parallel += net.topology->link(other).to == link.to;
    if (parallel == 1) {
      const std::string cost = std::to_string(link.cost);
      const auto there_and_back =
          try_out(net, "set cost " + ends + " 77; resize link " + ends + " 1 M; scale 2; set cost " + ends +
                           " " + cost + "; resize link " + ends + " 10 M; scale 0.5");
      REQUIRE(there_and_back.has_value());
      CHECK(same(*nothing, *there_and_back));
    }
    const std::string other = "r" + std::to_string(random.below(4));
    const auto one =
        try_out(net, "fail link " + ends + "; scale 3 from router " + other + "; overload router r0");
    const auto two = try_out(net, "overload router r0; scale 3 from router " + other + "; fail link " + ends);
    REQUIRE(one.has_value());
    REQUIRE(two.has_value());
    CHECK(same(*one, *two));

    // A new link that fails at once, and a router that nothing leads to, change nothing.
    const auto in_vain = try_out(net, "add router new; add link new r0 cost 1; fail router new");
    REQUIRE(in_vain.has_value());
    for (const LinkOutcome& row : in_vain->links) CHECK(row.before.worst_bps == row.after.worst_bps);

    // By zero: what is left is the rest.
    const auto none = try_out(net, "scale 0");
    REQUIRE(none.has_value());
    for (const LinkOutcome& row : none->links) CHECK(row.after.worst_bps == 0);
    const auto without = try_out(net, "scale 0 from router " + other);
    Net rest = net;
    const NodeId gone = *net.topology->find(other);
    std::erase_if(rest.matrix.demands, [&](const Demand& demand) { return demand.ingress == gone; });
    const auto of_rest = try_out(rest, "");
    REQUIRE(without.has_value());
    for (std::size_t i = 0; i < of_rest->links.size(); ++i) {
      CHECK(without->links[i].after.worst_bps == of_rest->links[i].after.worst_bps);
    }
  }
}
