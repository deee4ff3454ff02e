#include "estimate/coverage_ranking.h"

#include <doctest/doctest.h>

#include <string>

namespace anemone {
namespace {

// Endpoint 0 is instrumented; the hosts 1 .. n are not, and send and receive as told.
struct Day {
  CoverageRanking ranking;

  void hour(const std::vector<double>& sizes) {
    std::vector<Endpoint> endpoints;
    std::vector<HostNumber> hosts;
    std::vector<SeenTraffic> seen;
    Gravity gravity;
    for (auto& row : gravity.affinity) row.fill(1);
    for (std::uint32_t i = 0; i < sizes.size(); ++i) {
      Endpoint endpoint;
      endpoint.place = i;
      endpoint.instrumented = i == 0;
      endpoints.push_back(endpoint);
      hosts.push_back(i);
      gravity.out_bps.push_back(sizes[i]);
      gravity.in_bps.push_back(sizes[i]);
      gravity.total_bps += sizes[i];
      if (i > 0) seen.push_back({0, i, sizes[i]});
    }
    ranking.add(3600s, 1, endpoints, hosts, seen, gravity);
  }

  std::string order(std::size_t count) const {
    std::string text;
    for (const HostGain& row : ranking.rank(count)) text += std::to_string(row.host) + " ";
    return text;
  }
};

TEST_CASE("the host that says most to the un-instrumented comes first") {
  Day day;
  day.hour({10, 1, 5, 2});
  CHECK(day.order(1) == "2 ");
  CHECK(day.ranking.rank(9).size() == 2);  // after two of them the third has nobody left to talk to unseen
}

TEST_CASE("a host that is heavy for many hours goes before one that was heaviest for one") {
  Day day;
  day.hour({10, 30, 4, 4, 4});
  for (int hour = 0; hour < 11; ++hour) day.hour({10, 0.1, 4, 9, 4});
  CHECK(day.order(1) == "3 ");
  const auto rows = day.ranking.rank(4);
  CHECK(rows[0].heavy_hours == doctest::Approx(12));
  double share = 0;
  for (const HostGain& row : rows) share += row.gain_share;
  CHECK(share == doctest::Approx(1));  // all but one of them: everything is seen
}

TEST_CASE("gains are of what is left, and add up to what nobody sees") {
  Day day;
  day.hour({10, 2, 2, 2});
  const auto rows = day.ranking.rank(3);
  REQUIRE(rows.size() == 2);
  // 3 pairs, both ways, 2 * 2 / 16 each
  CHECK(day.ranking.unseen_bps() == doctest::Approx(6 * 0.25));
  CHECK(rows[0].gain_bps == doctest::Approx(4 * 0.25));
  CHECK(rows[1].gain_bps == doctest::Approx(2 * 0.25));
  CHECK(rows[0].known_bps == doctest::Approx(2));
}

TEST_CASE("an empty window ranks nobody") {
  CHECK(CoverageRanking().rank(10).empty());
  CHECK(CoverageRanking().unseen_bps() == 0);
}

}  // namespace
}  // namespace anemone
