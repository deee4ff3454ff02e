#include "estimate/gravity.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace anemone {
namespace {

// Of an endpoint of which nothing is seen, so much of its traffic counts as seen, at the mean of the others.
constexpr double kPriorExposure = 0.02;
// Watched ends that hardly talk to each other tell nearly nothing of their size, and the unseen becomes
// endless: it is at most so many times what it would be if all ends were alike.
constexpr double kUnseenMax = 10;
constexpr double kBetweenMin = 1e-4;  // of what is seen, that watched ends must say to each other
constexpr int kRoundsMax = 200;
constexpr double kSettled = 1e-7;

using Roles = std::array<double, kEndpointRoles>;

double dot(const Roles& a, const Roles& b) {
  double sum = 0;
  for (std::size_t i = 0; i < kEndpointRoles; ++i) sum += a[i] * b[i];
  return sum;
}

// Sums by role, of all endpoints and of the watched ones; of everywhere and of each place.
struct Sums {
  struct Pair {
    Roles all{};
    Roles watched{};
  };
  Pair everywhere;
  std::vector<Pair> places;

  void add(const Endpoint& endpoint, bool watched, double value) {
    const auto role = static_cast<std::size_t>(endpoint.role);
    for (Pair* pair : {&everywhere, &places[endpoint.place]}) {
      pair->all[role] += value;
      if (watched) pair->watched[role] += value;
    }
  }
  // Of the endpoints whose traffic with one of `place` is seen, if that one is `watched` or not.
  Roles seen_by(std::uint32_t place, bool watched) const {
    Roles sum{};
    for (std::size_t role = 0; role < kEndpointRoles; ++role) {
      sum[role] = watched ? everywhere.all[role] - places[place].all[role]
                          : everywhere.watched[role] - places[place].watched[role];
    }
    return sum;
  }
};

class Fit {
 public:
  Fit(std::span<const Endpoint> endpoints, std::span<const SeenTraffic> seen,
      std::span<const std::uint8_t> watched)
      : endpoints_(endpoints), watched_(watched), sent_(endpoints.size()), received_(endpoints.size()) {
    for (const Endpoint& endpoint : endpoints) places_ = std::max(places_, endpoint.place + 1);
    for (const SeenTraffic& traffic : seen) take(traffic);
    for (Roles& row : gravity_.affinity) row.fill(1);
    find_whether_scale_is_known();
    find_largest();
  }

  Gravity fit() {
    gravity_.out_bps = sent_;
    gravity_.in_bps = received_;
    gravity_.total_bps = total_seen_;
    if (total_seen_ <= 0) return std::move(gravity_);
    for (int round = 0; round < kRoundsMax; ++round) {
      const double moved = std::max(scale(gravity_.out_bps, sent_, gravity_.in_bps, false),
                                    scale(gravity_.in_bps, received_, gravity_.out_bps, true));
      set_total();
      if (round % 5 == 4) set_affinity();
      if (moved < kSettled && round > 10) break;
    }
    return std::move(gravity_);
  }

 private:
  void take(const SeenTraffic& traffic) {
    const Endpoint& from = endpoints_[traffic.from];
    const Endpoint& to = endpoints_[traffic.to];
    if (from.place == to.place) return;
    sent_[traffic.from] += traffic.bps;
    received_[traffic.to] += traffic.bps;
    total_seen_ += traffic.bps;
    seen_by_role_[static_cast<std::size_t>(from.role)][static_cast<std::size_t>(to.role)] += traffic.bps;
    if (watched_[traffic.from] != 0 && watched_[traffic.to] != 0) between_watched_ += traffic.bps;
  }

  void find_whether_scale_is_known() {
    std::uint32_t place = 0;
    bool any = false;
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      if (watched_[i] == 0) continue;
      if (any && endpoints_[i].place != place)
        gravity_.scale_known = between_watched_ > kBetweenMin * total_seen_;
      place = endpoints_[i].place;
      any = true;
    }
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
    const double mean = mean_of(values);
    double moved = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Endpoint& endpoint = endpoints_[i];
      const double exposure =
          dot(affinities(endpoint.role, into), sums.seen_by(endpoint.place, watched_[i] != 0)) /
          gravity_.total_bps;
      const double prior = endpoint.could && seen[i] <= 0 ? kPriorExposure : 0;
      if (exposure + prior <= 0) continue;
      const double next = (seen[i] + prior * mean) / (exposure + prior);
      moved = std::max(moved, std::abs(next - values[i]) / (mean + next));
      values[i] = next;
    }
    const double largest = into ? largest_received_ : largest_sent_;
    if (!gravity_.scale_known && largest > 0) assume_largest(values, size() / largest);
    return moved;
  }

  // Where nothing tells the watched's size, it is assumed, as so many times what they send to the largest
  // other and receive from it. It must be one size: as large as the largest sender and as the largest
  // receiver would contradict each other, and the rounds would run away. The larger of the two keeps the
  // estimate low.
  void find_largest() {
    double sent = 0;
    double received = 0;
    double count = 0;
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      if (watched_[i] != 0 || !endpoints_[i].could) continue;
      largest_sent_ = std::max(largest_sent_, sent_[i]);
      largest_received_ = std::max(largest_received_, received_[i]);
      sent += sent_[i];
      received += received_[i];
      ++count;
    }
    if (sent > 0 && received > 0) gravity_.unseen_reach = count * size() / std::max(sent, received);
  }
  double size() const { return std::max(largest_sent_, largest_received_); }

  // The watched, all together, as large as the largest of the others.
  void assume_largest(std::vector<double>& values, double lean) const {
    double largest = 0;
    double watched = 0;
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      if (watched_[i] == 0 && endpoints_[i].could) largest = std::max(largest, values[i]);
      if (watched_[i] != 0) watched += values[i];
    }
    if (watched <= 0 || largest <= 0) return;
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      if (watched_[i] != 0) values[i] *= lean * largest / watched;
    }
  }

  double mean_of(const std::vector<double>& values) const {
    double sum = 0;
    double count = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!endpoints_[i].could) continue;
      sum += values[i];
      count += 1;
    }
    return count > 0 ? sum / count : 0;
  }

  Roles affinities(EndpointRole role, bool into) const {
    const auto mine = static_cast<std::size_t>(role);
    if (!into) return gravity_.affinity[mine];
    Roles column{};
    for (std::size_t from = 0; from < kEndpointRoles; ++from) column[from] = gravity_.affinity[from][mine];
    return column;
  }

  void set_total() {
    double out = 0;
    double in = 0;
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      out += gravity_.out_bps[i];
      in += gravity_.in_bps[i];
    }
    gravity_.total_bps = std::sqrt(out * in);
  }

  // What is seen between two roles over what the sizes alone would give, drawn towards 1.
  void set_affinity() {
    const Sums out = sums_of(gravity_.out_bps);
    const Sums in = sums_of(gravity_.in_bps);
    const double few = kPriorExposure * total_seen_;
    for (std::size_t from = 0; from < kEndpointRoles; ++from) {
      for (std::size_t to = 0; to < kEndpointRoles; ++to) {
        double cells = seen_product(out.everywhere, in.everywhere, from, to);
        for (std::size_t place = 0; place < places_; ++place) {
          cells -= seen_product(out.places[place], in.places[place], from, to);
        }
        const double expected = std::max(0.0, cells) / gravity_.total_bps;
        gravity_.affinity[from][to] = (seen_by_role_[from][to] + few) / (expected + few);
      }
    }
  }
  // Of all products of one's out and another's in, those with a watched end.
  static double seen_product(const Sums::Pair& out, const Sums::Pair& in, std::size_t from, std::size_t to) {
    const double unwatched_out = out.all[from] - out.watched[from];
    const double unwatched_in = in.all[to] - in.watched[to];
    return out.all[from] * in.all[to] - unwatched_out * unwatched_in;
  }

  std::span<const Endpoint> endpoints_;
  std::span<const std::uint8_t> watched_;
  std::uint32_t places_ = 0;
  std::vector<double> sent_;
  std::vector<double> received_;
  double total_seen_ = 0;
  double between_watched_ = 0;
  double largest_sent_ = 0;
  double largest_received_ = 0;
  std::array<Roles, kEndpointRoles> seen_by_role_{};
  Gravity gravity_;
};

// Unwatched endpoints that are the same to the model, added up.
struct Mass {
  std::uint32_t number = 0;  // of the source or the sink
  std::uint32_t place = 0;
  EndpointRole role{};
  double bps = 0;
};

std::vector<Mass> masses_of(std::span<const Endpoint> endpoints, std::span<const std::uint32_t> numbers,
                            std::span<const std::uint8_t> watched, const std::vector<double>& bps) {
  std::map<std::tuple<std::uint32_t, std::uint32_t, EndpointRole>, double> sums;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    if (watched[i] != 0 || bps[i] <= 0) continue;
    sums[{numbers[i], endpoints[i].place, endpoints[i].role}] += bps[i];
  }
  std::vector<Mass> masses;
  masses.reserve(sums.size());
  for (const auto& [key, sum] : sums) {
    masses.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), sum});
  }
  return masses;
}

void bound_unseen(std::span<const Endpoint> endpoints, std::span<const SeenTraffic> seen,
                  std::span<const std::uint8_t> watched, Gravity& gravity) {
  double seen_bps = 0;
  for (const SeenTraffic& traffic : seen) seen_bps += traffic.bps;
  double unwatched = 0;
  double out = 0;
  double in = 0;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    if (watched[i] != 0) continue;
    unwatched += 1;
    out += gravity.out_bps[i];
    in += gravity.in_bps[i];
  }
  const double hidden = std::pow(unwatched / std::max<double>(1, static_cast<double>(endpoints.size())), 2);
  if (hidden <= 0 || hidden >= 1 || gravity.total_bps <= 0) return;
  const double most = kUnseenMax * seen_bps * hidden / (1 - hidden);
  gravity.unseen_most_bps = most;
  const double unseen = out * in / gravity.total_bps;
  if (unseen <= most) return;
  for (auto& row : gravity.affinity) {
    for (double& value : row) value *= most / unseen;
  }
  gravity.scale_known = false;
}

}  // namespace

Gravity fit_gravity(std::span<const Endpoint> endpoints, std::span<const SeenTraffic> seen,
                    std::span<const std::uint8_t> watched) {
  Gravity gravity = Fit(endpoints, seen, watched).fit();
  bound_unseen(endpoints, seen, watched, gravity);
  return gravity;
}

DemandGrid unwatched_traffic(const Gravity& gravity, std::span<const Endpoint> endpoints,
                             const EndpointGrid& grid, std::span<const std::uint8_t> watched) {
  DemandGrid traffic = grid.empty();
  if (gravity.total_bps <= 0) return traffic;
  const auto sources = masses_of(endpoints, grid.source_of, watched, gravity.out_bps);
  const auto sinks = masses_of(endpoints, grid.sink_of, watched, gravity.in_bps);
  for (const Mass& from : sources) {
    const auto& affinity = gravity.affinity[static_cast<std::size_t>(from.role)];
    for (const Mass& to : sinks) {
      if (from.place == to.place) continue;
      traffic.at(from.number, to.number) +=
          affinity[static_cast<std::size_t>(to.role)] * from.bps * to.bps / gravity.total_bps;
    }
  }
  return traffic;
}

}  // namespace anemone
