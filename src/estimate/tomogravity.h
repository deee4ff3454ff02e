// Tomogravity: of all traffic matrices that explain the links' counters, the one nearest to a prior (Zhang,
// Roughan, Duffield and Greenberg 2003, "Fast accurate computation of large-scale IP traffic matrices from
// link loads"). Near is meant in the sense of information: the Kullback-Leibler distance, of which their
// least squares weighted by the square root of the prior is the first approximation (Zhang, Roughan, Lund
// and Donoho 2003). So no demand becomes negative, and one that the prior holds for zero stays zero.
//
// Counters may be of any links, not all of them, and have errors: they are met as closely as their error
// and the prior's allow (generalised least squares). Counters that contradict each other or the known
// traffic are met in between, and stand out by what is left of them.
//
// Solved in the dual by Newton's method: as many unknowns as counters. Memory is that of a dense square
// matrix of the counters; a thousand are a second, ten thousand too many.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace anemone {

struct DemandShare {
  std::uint32_t demand = 0;
  double share = 0;  // of the demand that takes the link
};

// What a counter says of the unknown demands: that the sum of their shares is `bps`. Known traffic has
// been taken off before; that this can leave less than zero is the counter's error, or the routes'.
struct CounterRow {
  double bps = 0;
  double error_bps =
      0;  // standard error; what is less than a millionth of the largest counter counts as that
  std::vector<DemandShare> shares;
};

struct Tomogravity {
  std::vector<double> bps;        // by demand, not negative
  std::vector<double> error_bps;  // by demand: standard error, given the prior's and the counters'
  std::vector<double> left_bps;   // by counter: what it says minus what is explained
  // How far the prior was off, as the variance of a demand over its mean (bit/s): measured by how badly it
  // met the counters. 0 when it met them.
  double dispersion_bps = 0;
  // Counters of which is left more than three times their error: they cannot all be true, or routes and
  // known traffic are not what was given.
  std::vector<std::uint32_t> inconsistent;
};

// REQUIRES: prior_bps >= 0; every DemandShare names a demand of `prior_bps`.
Tomogravity tomogravity(std::span<const double> prior_bps, std::span<const CounterRow> counters);

}  // namespace anemone
