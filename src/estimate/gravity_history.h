// The GravityHistory remembers by how much each demand is lastingly more or less than gravity says, as told
// by the counters of earlier bins, and corrects the prior of the next bin by it.
//
// Why, when every bin has counters? Because the counters of one bin leave most of a matrix open, and those of
// the next leave other combinations of the same demands open: what lasts comes out over many bins. So each
// demand has a factor that wanders slowly, seen through the counters of each bin: a Kalman filter, as in
// Soule, Salamatian, Nucci and Taft 2005 ("Traffic matrix tracking using Kalman filters"), but of factors on
// gravity instead of rates, so that the day's rise and fall is gravity's to explain.
//
// It only pays where gravity is about right: from watched ends, and where what enters and leaves is counted
// (estimate/estimate.h asks it for no other). Memory is a square matrix of the demands.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "estimate/tomogravity.h"

namespace anemone {

class GravityHistory {
 public:
  // Beyond so many demands there is no history: 50 MB and seconds of work a bin.
  static constexpr std::size_t kDemandsMax = 2'500;

  // Who sends to whom, by name: numbers differ from one topology to the next.
  using Key = std::pair<std::string, std::string>;

  // Says which demands the next calls are about. Those that are known already keep what was learnt.
  // REQUIRES: no key twice, at most kDemandsMax.
  void follow(const std::vector<Key>& keys);

  // By demand: what `prior_bps` is to be multiplied by, from bins before this one.
  const std::vector<double>& factors() const { return factors_; }

  // Learns from a bin: its prior (uncorrected) and what its counters say.
  // REQUIRES: prior_bps and the shares' demands are as followed.
  void learn(std::span<const double> prior_bps, std::span<const CounterRow> counters);

 private:
  std::vector<Key> keys_;
  std::vector<double> factors_;
  std::vector<double> covariance_;  // square
};

}  // namespace anemone
