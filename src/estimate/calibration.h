// A Calibration learns how wrong estimates are from cases in which the truth is known: traffic that is
// seen, estimated as though it were not. It then says between which bounds the truth of a new estimate lies
// nine times out of ten, if the new case is like the old ones.
//
// That is conformal prediction (Vovk, Gammerman and Shafer 2005) with the error measured in terms of a scale
// that comes with each estimate, and taken from the cases whose estimates are nearest in size: relative
// errors of small demands are larger than those of large ones. Nothing is assumed of how errors are
// distributed. What it cannot see is in what the unseen differ from the seen.
#pragma once

#include <cstddef>
#include <vector>

namespace anemone {

// With the nominal 90%: five in a hundred below `low_bps`, five above `high_bps`.
struct Interval {
  double bps = 0;
  double low_bps = 0;
  double high_bps = 0;
};

class Calibration {
 public:
  static constexpr double kNominal = 0.90;

  // The newest `cases_max` cases count.
  explicit Calibration(std::size_t cases_max = 20'000) : cases_max_(cases_max) {}

  // `scale` > 0 is the size of error that was to be expected.
  void add(double estimate, double scale, double truth);

  // Whether there are enough cases to say anything: fewer than 20 have no twentieth.
  bool ready() const { return cases_.size() >= 20; }

  // REQUIRES: ready(), scale > 0.
  Interval around(double estimate, double scale) const;

  // The same around the median of what the truth may be, where that is less than the estimate: the best guess
  // of one value when most truths are small and some are large. Medians do not add up: not for what is
  // summed.
  Interval around_median(double estimate, double scale) const;

 private:
  struct Case {
    double log_size = 0;
    double score = 0;  // (truth - estimate) / scale
  };
  void sort() const;
  std::vector<double> scores_near(double estimate) const;  // sorted

  std::size_t cases_max_;
  std::size_t next_ = 0;
  std::vector<Case> cases_;
  mutable std::vector<Case> sorted_;  // by size; empty when cases were added since
};

}  // namespace anemone
