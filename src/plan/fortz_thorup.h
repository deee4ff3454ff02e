// What a link's load costs, after Fortz and Thorup, "Internet Traffic Engineering by Optimizing OSPF Weights"
// (INFOCOM 2000): a convex function of the load, in pieces of growing slope, that makes a link dear long
// before it is full.
//
//   utilisation   up to 1/3   2/3   9/10    1   11/10   beyond
//   slope                 1     3     10   70     500     5000
//
// In bits per second times slope; a link of unknown capacity has slope 1 throughout. A network's cost is the
// sum over its links.
#pragma once

#include <array>
#include <cstddef>

namespace anemone {

struct CostPiece {
  double begin;  // utilisation from which on
  double slope;
};
constexpr std::array<CostPiece, 6> kFortzThorup{
    {{0, 1}, {1.0 / 3, 3}, {2.0 / 3, 10}, {0.9, 70}, {1, 500}, {1.1, 5000}}};

// Of a load on a link of this capacity (infinite = not known).
double fortz_thorup_cost(double load_bps, double capacity_bps);

// The most that length x load can exceed the cost of the load by, over all loads (the convex conjugate): what
// a price of `length` per bit must hand back for a lower bound. REQUIRES: 0 <= length <= 5000, or <= 1 where
// the capacity is not known.
double fortz_thorup_conjugate(double length, double capacity_bps);

}  // namespace anemone
