#include "estimate/gravity_history.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cassert>
#include <map>

namespace anemone {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr double kFirst = 0.03;       // variance of a factor of which nothing is known
constexpr double kWander = 1e-3;      // variance that a bin adds to it
constexpr double kPassing = 0.1;      // standard deviation of what passes, over the demand
constexpr double kPassingMin = 0.01;  // its variance over demand times mean demand: the small vary more
constexpr double kErrorMin = 1e-3;    // of a counter
constexpr double kFactorMin = 0.01;
constexpr double kFactorMax = 50;

// Counters and prior in units of the mean demand, so that scale does not matter.
struct Counted {
  Counted(const Vector& prior, double unit, std::span<const CounterRow> counters)
      : seen(Matrix::Zero(static_cast<Eigen::Index>(counters.size()), prior.size())),
        loads(seen.rows()),
        variance(seen.rows()),
        sizes(prior) {
    for (Eigen::Index i = 0; i < seen.rows(); ++i) {
      const CounterRow& row = counters[static_cast<std::size_t>(i)];
      for (const DemandShare& part : row.shares) seen(i, part.demand) += part.share * prior[part.demand];
      loads[i] = row.bps / unit;
      const double error = std::max(row.error_bps / unit, kErrorMin * std::abs(loads[i]));
      variance[i] = error * error + 1e-9;
    }
  }

  // What passes of the demands, as the counters see it.
  Matrix passing(const Vector& factors) const {
    const Vector corrected = sizes.cwiseProduct(factors).cwiseMax(1e-9);
    const Vector relative = (kPassing * kPassing + kPassingMin / corrected.array()).matrix();
    const Vector weights = relative.cwiseProduct(factors.cwiseAbs2());
    return seen * weights.asDiagonal() * seen.transpose();
  }

  Matrix seen;  // by counter and demand: what the counter has of it if its factor is 1
  Vector loads;
  Vector variance;
  Vector sizes;
};

}  // namespace

void GravityHistory::follow(const std::vector<Key>& keys) {
  assert(keys.size() <= kDemandsMax);
  if (keys == keys_) return;
  std::map<Key, std::size_t> known;
  for (std::size_t i = 0; i < keys_.size(); ++i) known.emplace(keys_[i], i);
  std::vector<double> factors(keys.size(), 1);
  std::vector<double> covariance(keys.size() * keys.size(), 0);
  std::vector<std::pair<std::size_t, std::size_t>> kept;  // where it is, where it was
  for (std::size_t i = 0; i < keys.size(); ++i) {
    covariance[i * keys.size() + i] = kFirst;
    if (const auto at = known.find(keys[i]); at != known.end()) kept.emplace_back(i, at->second);
  }
  for (const auto& [now, before] : kept) {
    factors[now] = factors_[before];
    for (const auto& [other, other_before] : kept) {
      covariance[now * keys.size() + other] = covariance_[before * keys_.size() + other_before];
    }
  }
  keys_ = keys;
  factors_ = std::move(factors);
  covariance_ = std::move(covariance);
}

void GravityHistory::learn(std::span<const double> prior_bps, std::span<const CounterRow> counters) {
  assert(prior_bps.size() == keys_.size());
  const auto demands = static_cast<Eigen::Index>(prior_bps.size());
  const Eigen::Map<const Vector> prior(prior_bps.data(), demands);
  const double mean = demands > 0 ? prior.mean() : 0;
  if (mean <= 0 || counters.empty()) return;
  Eigen::Map<Vector> factors(factors_.data(), demands);
  Eigen::Map<Matrix> covariance(covariance_.data(), demands, demands);
  covariance.diagonal().array() += kWander;

  const Counted counted(prior / mean, mean, counters);
  const Matrix through = counted.seen * covariance;
  Matrix innovation = through * counted.seen.transpose() + counted.passing(factors);
  innovation.diagonal() += counted.variance;
  const Eigen::LDLT<Matrix> solver(innovation);
  factors += through.transpose() * solver.solve(counted.loads - counted.seen * factors);
  factors = factors.cwiseMax(kFactorMin).cwiseMin(kFactorMax).eval();
  covariance -= through.transpose() * solver.solve(through);
  covariance = (0.5 * (covariance + covariance.transpose())).eval();
}

}  // namespace anemone
