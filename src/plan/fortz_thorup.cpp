#include "plan/fortz_thorup.h"

#include <algorithm>
#include <cmath>

namespace anemone {

double fortz_thorup_cost(double load_bps, double capacity_bps) {
  if (std::isinf(capacity_bps)) return load_bps;
  double cost = load_bps;
  for (std::size_t i = 1; i < kFortzThorup.size(); ++i) {
    const double above = load_bps - kFortzThorup[i].begin * capacity_bps;
    if (above <= 0) break;
    cost += above * (kFortzThorup[i].slope - kFortzThorup[i - 1].slope);
  }
  return cost;
}

double fortz_thorup_conjugate(double length, double capacity_bps) {
  if (std::isinf(capacity_bps)) return 0;
  double most = 0;
  for (std::size_t i = 0; i + 1 < kFortzThorup.size(); ++i) {
    const double width = (kFortzThorup[i + 1].begin - kFortzThorup[i].begin) * capacity_bps;
    most += std::max(0.0, length - kFortzThorup[i].slope) * width;
  }
  return most;
}

}  // namespace anemone
