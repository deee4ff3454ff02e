#include "estimate/calibration.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace anemone {
namespace {

// So many cases around an estimate's size decide, or a tenth of all if that is more.
constexpr std::size_t kNearestMin = 100;

double log_size_of(double estimate) { return std::log(std::max(estimate, 1e-3)); }

// The value below which `share` of a new case's scores lie, given sorted ones (a conformal rank).
double quantile(const std::vector<double>& sorted, double share) {
  const auto count = static_cast<double>(sorted.size());
  const double rank = share < 0.5 ? std::floor(share * (count + 1)) - 1 : std::ceil(share * (count + 1)) - 1;
  return sorted[static_cast<std::size_t>(std::clamp(rank, 0.0, count - 1))];
}

}  // namespace

void Calibration::add(double estimate, double scale, double truth) {
  if (!std::isfinite(estimate) || !std::isfinite(truth)) return;  // of nothing at all: it teaches nothing
  assert(scale > 0);
  const Case added{log_size_of(estimate), (truth - estimate) / scale};
  if (cases_.size() < cases_max_) {
    cases_.push_back(added);
  } else {
    cases_[next_] = added;
  }
  next_ = (next_ + 1) % cases_max_;
  sorted_.clear();
}

void Calibration::sort() const {
  sorted_ = cases_;
  std::sort(sorted_.begin(), sorted_.end(),
            [](const Case& a, const Case& b) { return a.log_size < b.log_size; });
}

std::vector<double> Calibration::scores_near(double estimate) const {
  assert(ready());
  if (sorted_.empty()) sort();
  const std::size_t want = std::min(sorted_.size(), std::max(kNearestMin, sorted_.size() / 10));
  const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), log_size_of(estimate),
                                   [](const Case& one, double size) { return one.log_size < size; });
  const auto middle = static_cast<std::size_t>(at - sorted_.begin());
  const std::size_t first = std::min(middle > want / 2 ? middle - want / 2 : 0, sorted_.size() - want);
  std::vector<double> scores;
  scores.reserve(want);
  for (std::size_t i = first; i < first + want; ++i) scores.push_back(sorted_[i].score);
  std::sort(scores.begin(), scores.end());
  return scores;
}

Interval Calibration::around(double estimate, double scale) const {
  const std::vector<double> scores = scores_near(estimate);
  const double tail = (1 - kNominal) / 2;
  // The estimate itself is always among what is thought possible.
  return {estimate, std::clamp(estimate + scale * quantile(scores, tail), 0.0, estimate),
          std::max(estimate, estimate + scale * quantile(scores, 1 - tail))};
}

Interval Calibration::around_median(double estimate, double scale) const {
  const std::vector<double> scores = scores_near(estimate);
  const double tail = (1 - kNominal) / 2;
  const double median = std::clamp(estimate + scale * quantile(scores, 0.5), 0.0, estimate);
  return {median, std::clamp(estimate + scale * quantile(scores, tail), 0.0, median),
          std::max(median, estimate + scale * quantile(scores, 1 - tail))};
}

}  // namespace anemone
