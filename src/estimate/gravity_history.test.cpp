#include "estimate/gravity_history.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/random.h"

namespace anemone {
namespace {

// Six demands, each lastingly a factor off what the prior says, seen through three counters whose prior
// changes from bin to bin.
struct Weeks {
  static constexpr std::size_t kDemands = 6;
  Random random{5};
  std::vector<double> factors = {0.5, 2, 1, 1.5, 0.7, 1.2};
  std::vector<GravityHistory::Key> keys;
  std::vector<double> prior;
  std::vector<CounterRow> rows;

  Weeks() {
    for (std::size_t i = 0; i < kDemands; ++i) keys.emplace_back("a" + std::to_string(i), "b");
  }
  void next(double unit = 1e6) {
    prior.clear();
    for (std::size_t i = 0; i < kDemands; ++i) prior.push_back(unit * (0.2 + random.unit()));
    rows.clear();
    for (std::uint32_t row = 0; row < 3; ++row) {
      CounterRow& counter = rows.emplace_back();
      for (std::uint32_t i = row; i < row + 4; ++i) {
        counter.shares.push_back({i, 1});
        counter.bps += prior[i] * factors[i];
      }
    }
  }
  double worst(const GravityHistory& history) const {
    double worst = 0;
    for (std::size_t i = 0; i < kDemands; ++i) {
      worst = std::max(worst, std::abs(history.factors()[i] - factors[i]));
    }
    return worst;
  }
};

TEST_CASE("what is lastingly more or less than gravity comes out over bins of which none would tell it") {
  Weeks weeks;
  GravityHistory history;
  history.follow(weeks.keys);
  CHECK(weeks.worst(history) == doctest::Approx(1));
  for (int bin = 0; bin < 3; ++bin) {
    weeks.next();
    history.learn(weeks.prior, weeks.rows);
  }
  const double soon = weeks.worst(history);
  for (int bin = 0; bin < 300; ++bin) {
    weeks.next();
    history.learn(weeks.prior, weeks.rows);
  }
  CHECK(weeks.worst(history) < 0.1);
  CHECK(weeks.worst(history) < 0.5 * soon);
}

TEST_CASE("history does not depend on the unit") {
  Weeks small;
  Weeks large;
  GravityHistory one;
  GravityHistory other;
  one.follow(small.keys);
  other.follow(large.keys);
  for (int bin = 0; bin < 10; ++bin) {
    small.next(1);
    large.next(1e9);
    one.learn(small.prior, small.rows);
    other.learn(large.prior, large.rows);
  }
  for (std::size_t i = 0; i < Weeks::kDemands; ++i) {
    CHECK(one.factors()[i] == doctest::Approx(other.factors()[i]).epsilon(1e-6));
  }
}

TEST_CASE("demands keep what was learnt when others come and go, and new ones begin at what gravity says") {
  Weeks weeks;
  GravityHistory history;
  history.follow(weeks.keys);
  for (int bin = 0; bin < 50; ++bin) {
    weeks.next();
    history.learn(weeks.prior, weeks.rows);
  }
  const std::vector<double> before = history.factors();
  history.follow({weeks.keys[4], {"new", "b"}, weeks.keys[0]});
  REQUIRE(history.factors().size() == 3);
  CHECK(history.factors()[0] == before[4]);
  CHECK(history.factors()[1] == 1);
  CHECK(history.factors()[2] == before[0]);
}

TEST_CASE("an empty bin teaches nothing") {
  Weeks weeks;
  GravityHistory history;
  history.follow(weeks.keys);
  const std::vector<CounterRow> silent = {{0, 0, {{0, 1}}}};
  history.learn(std::vector<double>(Weeks::kDemands, 0), silent);
  for (double factor : history.factors()) CHECK(factor == 1);
  history.follow({});
  history.learn({}, {});
  CHECK(history.factors().empty());
}

}  // namespace
}  // namespace anemone
