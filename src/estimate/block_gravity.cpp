#include "estimate/block_gravity.h"

#include <algorithm>
#include <cmath>

namespace anemone {
namespace {

constexpr double kAffinityFew = 0.02;  // of what is seen, at an affinity of 1
constexpr double kPriorShare = 0.01;   // of what is seen of all, at the mean of all: keeps sizes finite
constexpr int kRoundsMax = 200;
constexpr double kSettled = 1e-7;

using Roles = std::array<double, kEndpointRoles>;

double dot(const Roles& a, const Roles& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kEndpointRoles; ++i) sum += a[i] * b[i];
  return sum;
}

// Sums by role, of the watched and of the others; of everywhere and of each place.
struct Sums {
  using Pair = std::array<Roles, 2>;  // not watched, watched
  Pair everywhere{};
  std::vector<Pair> places;

  void add(const Endpoint& endpoint, bool watched, double value) {
    const auto role = static_cast<std::size_t>(endpoint.role);
    everywhere[watched ? 1 : 0][role] += value;
    places[endpoint.place][watched ? 1 : 0][role] += value;
  }
  Roles elsewhere(std::uint32_t place, bool watched) const {
    Roles sum = everywhere[watched ? 1 : 0];
    for (std::size_t role = 0; role < kEndpointRoles; ++role)
      sum[role] -= places[place][watched ? 1 : 0][role];
    return sum;
  }
};

// Sizes from what watched and unwatched say to each other. What the watched say among themselves has its word
// later (gravity_doubt.h), for how much all is: it may be next to nothing, and would then drive the sizes
// apart.
class Fit {
 public:
  Fit(std::span<const Endpoint> endpoints, std::span<const SeenTraffic> seen,
      std::span<const std::uint8_t> watched)
      : endpoints_(endpoints), watched_(watched), sent_(endpoints.size()), received_(endpoints.size()) {
    for (const Endpoint& endpoint : endpoints) places_ = std::max(places_, endpoint.place + 1);
    for (const SeenTraffic& traffic : seen) take(traffic);
    for (Roles& row : gravity_.affinity) row.fill(1);
  }

  Gravity fit() {
    gravity_.out_bps = sent_;
    gravity_.in_bps = received_;
    gravity_.total_bps = total_bps_;
    if (total_bps_ <= 0) return std::move(gravity_);
    for (int round = 0; round < kRoundsMax; ++round) {
      const double moved = std::max(scale(gravity_.out_bps, sent_, gravity_.in_bps, false),
                                    scale(gravity_.in_bps, received_, gravity_.out_bps, true));
      if (round % 5 == 4) set_affinity();
      if (moved < kSettled && round > 10) break;
    }
    return std::move(gravity_);
  }

 private:
  void take(const SeenTraffic& traffic) {
    const Endpoint& from = endpoints_[traffic.from];
    const Endpoint& to = endpoints_[traffic.to];
    if (from.place == to.place || (watched_[traffic.from] != 0 && watched_[traffic.to] != 0)) return;
    sent_[traffic.from] += traffic.bps;
    received_[traffic.to] += traffic.bps;
    total_bps_ += traffic.bps;
    seen_by_role_[static_cast<std::size_t>(from.role)][static_cast<std::size_t>(to.role)] += traffic.bps;
  }

  Sums sums_of(const std::vector<double>& values) const {
    Sums sums;
    sums.places.resize(places_);
    for (std::size_t i = 0; i < values.size(); ++i) sums.add(endpoints_[i], watched_[i] != 0, values[i]);
    return sums;
  }

  // One half round: what each endpoint sends (or receives), from what is seen of it and from how large
  // the part of the others is that it is seen with. Returns the largest relative change.
  double scale(std::vector<double>& values, const std::vector<double>& seen,
               const std::vector<double>& others, bool into) {
    const Sums sums = sums_of(others);
    std::vector<double> exposures;
    double all[2] = {};
    double all_seen[2] = {};
    double count[2] = {};
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Roles with = sums.elsewhere(endpoints_[i].place, watched_[i] == 0);
      exposures.push_back(
          std::max(0.0, dot(affinities(endpoints_[i].role, into), with) / gravity_.total_bps));
      all[watched_[i] != 0] += exposures[i];
      all_seen[watched_[i] != 0] += seen[i];
      count[watched_[i] != 0] += 1;
    }
    double moved = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is = watched_[i] != 0;
      const double prior = kPriorShare * all[is] / count[is];
      if (prior <= 0) continue;
      const double next = (seen[i] + prior * all_seen[is] / all[is]) / (exposures[i] + prior);
      if (next + values[i] > 0) moved = std::max(moved, std::abs(next - values[i]) / (next + values[i]));
      values[i] = next;
    }
    return moved;
  }

  Roles affinities(EndpointRole role, bool into) const {
    const auto mine = static_cast<std::size_t>(role);
    if (!into) return gravity_.affinity[mine];
    Roles column{};
    for (std::size_t from = 0; from < kEndpointRoles; ++from) column[from] = gravity_.affinity[from][mine];
    return column;
  }

  // What is seen between two roles over what the sizes alone would give, drawn towards 1.
  void set_affinity() {
    const Sums out = sums_of(gravity_.out_bps);
    const Sums in = sums_of(gravity_.in_bps);
    const double few = kAffinityFew * total_bps_;
    for (std::size_t from = 0; from < kEndpointRoles; ++from) {
      for (std::size_t to = 0; to < kEndpointRoles; ++to) {
        double cells = across(out.everywhere, in.everywhere, from, to);
        for (std::size_t place = 0; place < places_; ++place) {
          cells -= across(out.places[place], in.places[place], from, to);
        }
        const double expected = std::max(0.0, cells) / gravity_.total_bps;
        gravity_.affinity[from][to] = (seen_by_role_[from][to] + few) / (expected + few);
      }
    }
  }
  // Products of one's out and another's in, of pairs with one watched end.
  static double across(const Sums::Pair& out, const Sums::Pair& in, std::size_t from, std::size_t to) {
    return out[0][from] * in[1][to] + out[1][from] * in[0][to];
  }

  std::span<const Endpoint> endpoints_;
  std::span<const std::uint8_t> watched_;
  std::uint32_t places_ = 0;
  std::vector<double> sent_;
  std::vector<double> received_;
  double total_bps_ = 0;
  std::array<Roles, kEndpointRoles> seen_by_role_{};
  Gravity gravity_;
};

}  // namespace

Gravity fit_block_gravity(std::span<const Endpoint> endpoints, std::span<const SeenTraffic> seen,
                          std::span<const std::uint8_t> watched) {
  return Fit(endpoints, seen, watched).fit();
}

}  // namespace anemone
