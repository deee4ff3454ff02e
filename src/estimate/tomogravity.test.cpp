#include "estimate/tomogravity.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"

namespace anemone {
namespace {

struct Problem {
  std::vector<double> prior;
  std::vector<double> truth;
  std::vector<CounterRow> rows;

  void count(std::vector<DemandShare> shares, double error_share = 0) {
    CounterRow row{0, 0, std::move(shares)};
    for (const DemandShare& part : row.shares) row.bps += part.share * truth[part.demand];
    row.error_bps = row.bps * error_share;
    rows.push_back(std::move(row));
  }
};

Problem random_problem(Random& random) {
  Problem problem;
  const std::uint32_t demands = 3 + random.below(40);
  for (std::uint32_t i = 0; i < demands; ++i) {
    problem.truth.push_back(1e6 * std::exp(3 * random.unit()));
    problem.prior.push_back(problem.truth.back() * std::exp(2 * random.unit() - 1));
  }
  for (std::uint32_t row = 1 + random.below(demands); row > 0; --row) {
    std::vector<DemandShare> shares;
    for (std::uint32_t i = 0; i < demands; ++i) {
      if (random.below(4) == 0) shares.push_back({i, random.below(3) == 0 ? 0.5 : 1.0});
    }
    if (!shares.empty()) problem.count(std::move(shares));
  }
  return problem;
}

TEST_CASE("true counters are met, no demand is negative, none is inconsistent") {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    const Problem problem = random_problem(random);
    const Tomogravity met = tomogravity(problem.prior, problem.rows);
    for (double bps : met.bps) CHECK(bps >= 0);
    for (std::size_t i = 0; i < problem.rows.size(); ++i) {
      CHECK(std::abs(met.left_bps[i]) < 1e-4 * problem.rows[i].bps);
    }
    CHECK(met.inconsistent.empty());
  }
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// What is left of `vector` outside the span of the rows (Gram and Schmidt's way), at its largest.
double outside_of(const std::vector<CounterRow>& rows, std::vector<double> vector) {
  auto take_off = [](std::vector<double>& from, const std::vector<double>& direction) {
    const double part = dot(from, direction);
    for (std::size_t i = 0; i < from.size(); ++i) from[i] -= part * direction[i];
  };
  std::vector<std::vector<double>> basis;
  for (const CounterRow& row : rows) {
    std::vector<double> dense(vector.size(), 0);
    for (const DemandShare& part : row.shares) dense[part.demand] += part.share;
    for (int twice = 0; twice < 2; ++twice) {
      for (const auto& direction : basis) take_off(dense, direction);
    }
    const double length = std::sqrt(dot(dense, dense));
    if (length < 1e-9) continue;
    for (double& value : dense) value /= length;
    basis.push_back(std::move(dense));
  }
  for (const auto& direction : basis) take_off(vector, direction);
  double largest = 0;
  for (double value : vector) largest = std::max(largest, std::abs(value));
  return largest;
}

// Of a convex problem the optimum is where the distance's slope, log(demand / prior), is a sum of rows
// (Karush, Kuhn and Tucker): a certificate that needs no other solver.
TEST_CASE("what is found is the nearest to the prior: the distance's slope lies in the counters' span") {
  Random random(2);
  for (int round = 0; round < 100; ++round) {
    const Problem problem = random_problem(random);
    const Tomogravity met = tomogravity(problem.prior, problem.rows);
    std::vector<double> slope;
    for (std::size_t i = 0; i < problem.prior.size(); ++i)
      slope.push_back(std::log(met.bps[i] / problem.prior[i]));
    CHECK(outside_of(problem.rows, slope) < 1e-5);
  }
}

TEST_CASE("with counters of what enters and leaves only, a gravity prior is fitted to them by scaling") {
  // Two sources, two sinks: out 30 and 10, in 20 and 20. Of a prior that is a product, the answer is one:
  // out * in / total.
  Problem problem;
  problem.prior = {1, 1, 1, 1};
  problem.truth = {20, 10, 0, 10};
  problem.count({{0, 1}, {1, 1}});
  problem.count({{2, 1}, {3, 1}});
  problem.count({{0, 1}, {2, 1}});
  problem.count({{1, 1}, {3, 1}});
  const Tomogravity met = tomogravity(problem.prior, problem.rows);
  const double want[] = {15, 15, 5, 5};
  for (std::size_t i = 0; i < 4; ++i) CHECK(met.bps[i] == doctest::Approx(want[i]).epsilon(1e-4));
}

TEST_CASE("the unit does not matter") {
  Random random(3);
  Problem problem = random_problem(random);
  const Tomogravity one = tomogravity(problem.prior, problem.rows);
  for (double& bps : problem.prior) bps *= 1e-6;
  for (CounterRow& row : problem.rows) {
    row.bps *= 1e-6;
    row.error_bps *= 1e-6;
  }
  const Tomogravity other = tomogravity(problem.prior, problem.rows);
  for (std::size_t i = 0; i < one.bps.size(); ++i) {
    CHECK(other.bps[i] == doctest::Approx(1e-6 * one.bps[i]).epsilon(1e-5));
    CHECK(other.error_bps[i] == doctest::Approx(1e-6 * one.error_bps[i]).epsilon(1e-3));
  }
}

TEST_CASE("a demand that the prior holds for nothing stays nothing; without counters the prior stays") {
  const std::vector<double> prior = {5, 0, 7};
  const std::vector<CounterRow> rows = {{24, 0, {{0, 1}, {1, 1}, {2, 1}}}};
  const Tomogravity met = tomogravity(prior, rows);
  CHECK(met.bps[1] == 0);
  CHECK(met.bps[0] == doctest::Approx(10).epsilon(1e-4));
  CHECK(tomogravity(prior, {}).bps == prior);
}

TEST_CASE("counters of links that no demand takes say nothing of any demand, and leave numbers numbers") {
  const std::vector<CounterRow> rows = {{8000, 80, {}}, {0, 0, {{1, 1.0}}}};
  const Tomogravity found = tomogravity(std::vector<double>{5, 0}, rows);
  CHECK(found.bps == std::vector<double>{5, 0});
  CHECK(found.dispersion_bps == 0);
  CHECK(std::isfinite(found.error_bps[0]));
  CHECK(std::isfinite(found.error_bps[1]));
}

TEST_CASE("counters that cannot both be true are named, and met in between") {
  const std::vector<double> prior = {10, 10};
  std::vector<CounterRow> rows = {{10, 0.1, {{0, 1}}}, {20, 0.1, {{0, 1}}}, {10, 0.1, {{1, 1}}}};
  const Tomogravity met = tomogravity(prior, rows);
  CHECK(met.inconsistent == std::vector<std::uint32_t>{0, 1});
  CHECK(met.bps[0] > 12);
  CHECK(met.bps[0] < 18);
  CHECK(met.bps[1] == doctest::Approx(10).epsilon(0.05));
}

TEST_CASE("a counter of less than nothing, after what is known was taken off, makes no negative demand") {
  const std::vector<double> prior = {10, 10};
  const std::vector<CounterRow> rows = {{-3, 0.5, {{0, 1}}}, {12, 0.1, {{1, 1}}}};
  const Tomogravity met = tomogravity(prior, rows);
  CHECK(met.bps[0] >= 0);
  CHECK(met.bps[0] < 3);
  CHECK(met.inconsistent == std::vector<std::uint32_t>{0});
}

TEST_CASE("a demand that a counter tells alone is sure, one that none tells is not") {
  const std::vector<double> prior = {10, 10, 10};
  const std::vector<CounterRow> rows = {{14, 0.01, {{0, 1}}}, {9, 0.01, {{1, 0.5}}}};
  const Tomogravity met = tomogravity(prior, rows);
  CHECK(met.error_bps[0] < 0.05);
  CHECK(met.error_bps[2] == doctest::Approx(std::sqrt(met.dispersion_bps * 10)));
  CHECK(met.error_bps[2] > 1);
}

}  // namespace
}  // namespace anemone
