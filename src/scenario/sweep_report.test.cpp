#include "scenario/sweep_report.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "base/random.h"
#include "scenario/net_from_text.test.h"
#include "scenario/scenario_text.h"
#include "scenario/swept_traffic.h"
#include "scenario/what_if.h"

namespace anemone {
namespace {

// A ring, or a chain, with chords, and what some send to others.
Net random_net(Random& random) {
  const std::uint32_t routers = 4 + random.below(6);
  std::string text;
  const auto link = [&](std::uint32_t a, std::uint32_t b) {
    text += "link r" + std::to_string(a) + " r" + std::to_string(b) + " cost " +
            std::to_string(1 + random.below(5)) + " capacity 10M\n";
  };
  for (std::uint32_t i = 0; i + random.below(2) < routers; ++i) link(i, (i + 1) % routers);
  for (std::uint32_t i = 2; i + 1 < routers; i += 2 + random.below(2)) link(0, i);
  for (std::uint32_t i = 0; i < 2 * routers; ++i) {
    const std::uint32_t from = random.below(routers);
    const std::uint32_t to = (from + 1 + random.below(routers - 1)) % routers;
    text += "demand r" + std::to_string(from) + " r" + std::to_string(to) + " " +
            std::to_string(1 + random.below(9)) + "M\n";
  }
  return network(text);
}

// What /whatif says of one scenario.
WhatIfAnswer foretold(const Net& net, const std::string& text) {
  WhatIf what_if(*parse_scenario(text), {}, nullptr);
  WhatIfBin bin;
  bin.to = Time{} + Duration{1};
  bin.parts = {{bin.from, net.topology}};
  bin.matrix = &net.matrix;
  REQUIRE(what_if.add(bin).has_value());
  return what_if.answer();
}

Result<SweepReport> swept(const Net& net, const SweepWish& wish, std::size_t bins = 1,
                          const std::string& text = "") {
  SweptBins table;
  for (std::size_t i = 0; i < bins; ++i)
    REQUIRE(table.add(Time{} + Duration{static_cast<std::int64_t>(i)}, net.matrix.demands).has_value());
  const SweptTraffic traffic = std::move(table).finish(*net.topology);
  return sweep_report(traffic, *parse_scenario(text), {}, wish, [](Time) { return "bin"; });
}

void check_worst(const SweepReport& report, const std::map<std::string, double>& worst) {
  for (const SweepReport::OfLink& link : report.links)
    CHECK(link.worst.bps == doctest::Approx(worst.at(link.id)).epsilon(1e-9));
}

void take_worst(const WhatIfAnswer& answer, std::map<std::string, double>& worst) {
  for (const LinkOutcome& link : answer.links)
    worst[link.id] = std::max({worst[link.id], link.before.worst_bps, link.after.worst_bps});
}

TEST_CASE("sweep report: every failure is what the scenario of that failure says") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Net net = random_net(random);
    for (const auto choice : {FailureChoice::kLinks, FailureChoice::kRouters}) {
      SweepWish wish;
      wish.failures = choice;
      const auto report = swept(net, wish, 2);
      REQUIRE(report.has_value());
      CHECK(report->failures_tried == report->failures.size());
      std::map<std::string, double> worst;
      for (const SweepReport::OfFailure& one : report->failures) {
        CAPTURE(one.name);
        const WhatIfAnswer answer = foretold(
            net, (choice == FailureChoice::kLinks ? "fail link \"" : "fail router \"") + one.name + "\"");
        take_worst(answer, worst);
        CHECK(one.max_utilisation == doctest::Approx(answer.after.max_utilisation).epsilon(1e-9));
        CHECK(one.disconnected_bps == doctest::Approx(answer.disconnected_bps).epsilon(1e-9));
      }
      check_worst(*report, worst);
      CHECK(report->links.front().capacity_bps == 10e6);
    }
  }
}

TEST_CASE(
    "sweep report: a group is what the scenario that fails it says, its routers gone with all that enters "
    "there") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Net net = random_net(random);
    SweepWish wish;
    wish.failures = FailureChoice::kGroups;
    const std::string group = "group g = link r0 r1, router r2";
    const auto report = swept(net, wish, 1, group);
    REQUIRE(report.has_value());
    const WhatIfAnswer answer = foretold(net, group + "; fail group g");
    CHECK(report->failures.front().max_utilisation ==
          doctest::Approx(answer.after.max_utilisation).epsilon(1e-9));
    CHECK(report->failures.front().disconnected_bps ==
          doctest::Approx(answer.disconnected_bps).epsilon(1e-9));
  }
}

TEST_CASE("sweep report: every two failures, too") {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Net net = random_net(random);
    SweepWish wish;
    wish.pairs = true;
    const auto report = swept(net, wish);
    REQUIRE(report.has_value());
    const auto singles = swept(net, {});
    std::map<std::string, double> worst;
    double disconnected = 0;
    for (const SweepReport::OfFailure& one : singles->failures) {
      for (const SweepReport::OfFailure& other : singles->failures) {
        const WhatIfAnswer answer =
            foretold(net, "fail link \"" + one.name + "\"; fail link \"" + other.name + "\"");
        take_worst(answer, worst);
        disconnected = std::max(disconnected, answer.disconnected_bps);
      }
    }
    check_worst(*report, worst);
    const double most = report->failures.empty() ? 0 : report->failures.front().disconnected_bps;
    CHECK(most == doctest::Approx(disconnected).epsilon(1e-9));
  }
}

TEST_CASE("sweep report: what cannot be asked is said") {
  Random random(1);
  const Net net = random_net(random);
  SweepWish wish;
  wish.failures = FailureChoice::kGroups;
  CHECK(swept(net, wish).error().message.find("no group is named") == 0);
  CHECK(swept(net, wish, 1, "group g = link r0 r1, router r2")->failures.size() == 1);
  CHECK(swept(net, wish, 1, "group g = router nobody").error().message.find("column") != std::string::npos);
  wish.failures = FailureChoice::kSites;
  CHECK(swept(net, wish).error().message.find("no sites are known") == 0);
  wish.failures = FailureChoice::kLinks;
  wish.pairs = true;
  CHECK(swept(net, wish, 2).error().message == "pairs of failures want one bin; there are 2");
  wish.pairs_max = 3;
  CHECK(swept(net, wish).error().message.find("are more than 3") != std::string::npos);
}

TEST_CASE("swept bins: demands of several bins become one list, too many are refused") {
  SweptBins bins(5);
  const auto demand = [](std::uint32_t from, std::uint32_t to, double bps) {
    return Demand{NodeId{from}, {NodeId{to}, PrefixId{}}, {bps, 0}};
  };
  const std::vector<Demand> first = {demand(0, 1, 5), demand(1, 0, 7), demand(0, 1, 1)};
  const std::vector<Demand> second = {demand(1, 0, 3)};
  REQUIRE(bins.add(Time{}, first).has_value());
  REQUIRE(bins.add(Time{} + Duration{1}, second).has_value());
  CHECK_FALSE(bins.add(Time{} + Duration{2}, second).has_value());
  const SweptTraffic traffic = std::move(bins).finish({});
  CHECK(traffic.rates == std::vector<double>{6, 7, 0, 3, 0, 3});
  CHECK(traffic.first_matrix().demands[1].traffic.bps == 7);
}

}  // namespace
}  // namespace anemone
