#include "estimate/tomogravity.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace anemone {
namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;

constexpr int kStepsMax = 100;
constexpr int kSweeps = 8;
constexpr double kErrorFloor = 1e-6;  // of the largest counter
constexpr double kStepMax = 3;        // that a demand's logarithm grows in one step

// Everything in units of the largest number, so that scale does not matter.
class Problem {
 public:
  Problem(std::span<const double> prior_bps, std::span<const CounterRow> counters)
      : columns_(prior_bps.size()), prior_(Vector::Zero(static_cast<Eigen::Index>(prior_bps.size()))) {
    const auto rows = static_cast<Eigen::Index>(counters.size());
    double largest = 0;
    for (const CounterRow& row : counters) largest = std::max(largest, row.bps);
    for (double bps : prior_bps) largest = std::max(largest, bps);
    unit_ = largest > 0 ? largest : 1;
    for (Eigen::Index i = 0; i < prior_.size(); ++i)
      prior_[i] = prior_bps[static_cast<std::size_t>(i)] / unit_;
    counted_.resize(rows);
    variance_.resize(rows);
    for (Eigen::Index i = 0; i < rows; ++i) {
      const CounterRow& row = counters[static_cast<std::size_t>(i)];
      counted_[i] = row.bps / unit_;
      const double error = std::max(row.error_bps / unit_, kErrorFloor);
      variance_[i] = error * error;
      for (const DemandShare& part : row.shares) columns_[part.demand].push_back({i, part.share});
    }
  }

  Tomogravity solve() {
    Tomogravity result;
    const double dispersion = measure_dispersion();
    lambda_ = Vector::Zero(counted_.size());
    demands_ = prior_;
    // A prior that is not known to be wrong is still not believed more than the counters.
    ridge_ = variance_ / std::max(dispersion, kErrorFloor);
    begin_near_counters();
    for (int step = 0; step < kStepsMax && newton_step(); ++step) {
    }
    result.dispersion_bps = dispersion * unit_;
    fill(result, dispersion);
    return result;
  }

 private:
  // A times x.
  Vector loads_of(const Vector& demands) const {
    Vector loads = Vector::Zero(counted_.size());
    for (std::size_t demand = 0; demand < columns_.size(); ++demand) {
      for (const OnCounter& part : columns_[demand]) loads[part.counter] += part.share * demands[demand];
    }
    return loads;
  }

  // A times diag(weights) times A transposed.
  Matrix spread_of(const Vector& weights) const {
    Matrix spread = Matrix::Zero(counted_.size(), counted_.size());
    for (std::size_t demand = 0; demand < columns_.size(); ++demand) {
      const double weight = weights[static_cast<Eigen::Index>(demand)];
      if (weight == 0) continue;
      for (const OnCounter& one : columns_[demand]) {
        for (const OnCounter& other : columns_[demand]) {
          spread(one.counter, other.counter) += weight * one.share * other.share;
        }
      }
    }
    return spread;
  }

  // How far the counters lie from what the prior gives, over how far they would lie if each demand's
  // variance were its mean; in the directions in which the counters are sure.
  double measure_dispersion() const {
    if (counted_.size() == 0) return 0;
    const Eigen::SelfAdjointEigenSolver<Matrix> eigen(spread_of(prior_));
    const Vector turned = eigen.eigenvectors().transpose() * (counted_ - loads_of(prior_));
    const Matrix squares = eigen.eigenvectors().cwiseAbs2();
    const double largest = eigen.eigenvalues().maxCoeff();
    if (largest <= 0) return 0;  // no demand takes any link that is counted
    double sum = 0;
    int directions = 0;
    for (Eigen::Index i = 0; i < turned.size(); ++i) {
      const double value = eigen.eigenvalues()[i];
      if (value < 1e-6 * largest) continue;
      const double noise = squares.col(i).dot(variance_);
      sum += std::max(0.0, turned[i] * turned[i] - noise) / value;
      ++directions;
    }
    return directions > 0 ? sum / directions : 0;
  }

  // A transposed times lambda.
  Vector pull_of(const Vector& lambda) const {
    Vector pull = Vector::Zero(prior_.size());
    for (std::size_t demand = 0; demand < columns_.size(); ++demand) {
      double sum = 0;
      for (const OnCounter& part : columns_[demand]) sum += part.share * lambda[part.counter];
      pull[static_cast<Eigen::Index>(demand)] = sum;
    }
    return pull;
  }

  // The dual's value, which Newton's method brings down: sum of demands - lambda * counters + errors.
  double value_of(const Vector& lambda, const Vector& demands) const {
    return demands.sum() - lambda.dot(counted_) + 0.5 * lambda.cwiseAbs2().dot(ridge_);
  }

  // A prior that is thousands of times too small is far from Newton's reach: each counter in turn scales its
  // demands to itself (Kruithof 1937), and Newton's method begins there where that is nearer.
  void begin_near_counters() {
    std::vector<std::vector<OnRow>> rows(static_cast<std::size_t>(counted_.size()));
    for (std::size_t demand = 0; demand < columns_.size(); ++demand) {
      for (const OnCounter& part : columns_[demand]) {
        rows[static_cast<std::size_t>(part.counter)].push_back(
            {static_cast<Eigen::Index>(demand), part.share});
      }
    }
    Vector lambda = lambda_;
    Vector demands = demands_;
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (Eigen::Index i = 0; i < counted_.size(); ++i) {
        double load = 0;
        for (const OnRow& part : rows[static_cast<std::size_t>(i)]) load += part.share * demands[part.demand];
        if (counted_[i] <= 0 || load <= 0) continue;
        const double step = std::clamp(std::log(counted_[i] / load), -kStepMax, kStepMax);
        lambda[i] += step;
        for (const OnRow& part : rows[static_cast<std::size_t>(i)]) {
          demands[part.demand] *= std::exp(part.share * step);
        }
      }
    }
    if (!demands.allFinite() || !(value_of(lambda, demands) < value_of(lambda_, demands_))) return;
    lambda_ = lambda;
    demands_ = demands;
  }

  // False when there is nothing left to gain.
  bool newton_step() {
    if (counted_.size() == 0) return false;
    const Vector slope = loads_of(demands_) - counted_ + ridge_.cwiseProduct(lambda_);
    Matrix curve = spread_of(demands_);
    curve.diagonal() += ridge_;
    // Counters that depend on each other leave directions that only errors hold.
    curve.diagonal().array() += 1e-13 * std::max(curve.diagonal().maxCoeff(), 1e-12);
    const Vector step = -curve.ldlt().solve(slope);
    const double gain = -slope.dot(step);
    if (!std::isfinite(gain) || gain <= 1e-16 * std::max(1.0, prior_.sum())) return false;
    // Upward only: a demand that counters have no room for goes to nothing as fast as it likes.
    const double reach = pull_of(step).maxCoeff();
    double length = reach > kStepMax ? kStepMax / reach : 1;
    const double before = value_of(lambda_, demands_);
    for (int tries = 0; tries < 40; ++tries, length /= 2) {
      const Vector lambda = lambda_ + length * step;
      const Vector demands = prior_.cwiseProduct(pull_of(lambda).array().min(60.0).exp().matrix());
      const double after = value_of(lambda, demands);
      if (after <= before - 1e-4 * length * gain + 1e-15 * std::abs(before)) {
        lambda_ = lambda;
        demands_ = demands;
        return true;
      }
    }
    return false;
  }

  void fill(Tomogravity& result, double dispersion) const {
    for (double value : demands_) result.bps.push_back(value * unit_);
    const Vector left = counted_ - loads_of(demands_);
    for (Eigen::Index i = 0; i < left.size(); ++i) {
      result.left_bps.push_back(left[i] * unit_);
      const double error = std::sqrt(variance_[i]);
      if (std::abs(left[i]) > 3 * error && std::abs(left[i]) > 1e-4 * std::abs(counted_[i])) {
        result.inconsistent.push_back(static_cast<std::uint32_t>(i));
      }
    }
    fill_errors(result, dispersion);
  }

  // Of a Gaussian with the demands' variances, what the counters leave.
  void fill_errors(Tomogravity& result, double dispersion) const {
    const Vector variances = dispersion * demands_;
    Matrix curve = spread_of(variances);
    curve.diagonal() += variance_;
    if (curve.size() > 0) curve.diagonal().array() += 1e-12 * curve.diagonal().maxCoeff();
    const Eigen::LDLT<Matrix> solver(curve);
    Vector column(counted_.size());
    for (std::size_t demand = 0; demand < columns_.size(); ++demand) {
      const double variance = variances[static_cast<Eigen::Index>(demand)];
      double explained = 0;
      if (!columns_[demand].empty()) {
        column.setZero();
        for (const OnCounter& part : columns_[demand]) column[part.counter] += part.share * variance;
        explained = column.dot(solver.solve(column));
      }
      result.error_bps.push_back(std::sqrt(std::max(0.0, variance - explained)) * unit_);
    }
  }

  struct OnCounter {
    Eigen::Index counter = 0;
    double share = 0;
  };
  struct OnRow {
    Eigen::Index demand = 0;
    double share = 0;
  };

  std::vector<std::vector<OnCounter>> columns_;  // by demand
  double unit_ = 1;
  Vector prior_;
  Vector counted_;
  Vector variance_;
  Vector ridge_;
  Vector lambda_;
  Vector demands_;
};

}  // namespace

Tomogravity tomogravity(std::span<const double> prior_bps, std::span<const CounterRow> counters) {
  return Problem(prior_bps, counters).solve();
}

}  // namespace anemone
