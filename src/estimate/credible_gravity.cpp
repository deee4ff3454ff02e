#include "estimate/credible_gravity.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "estimate/block_gravity.h"

namespace anemone {
namespace {

// What is presumed where little tells. Chosen to be usual for traffic of hosts and of nodes; the tests judge
// them on random networks, docs/estimation.md on recordings and matrices.
constexpr double kPairUsual = 5;      // relative variance of pairs,
constexpr double kPairFew = 1;        // which weighs as much as so many pairs,
constexpr double kPairMax = 30;       // and more than which is not told from it
constexpr double kSizesUsual = 3;     // relative variance of sizes,
constexpr double kSizesFew = 3;       // which weighs as much as so many endpoints
constexpr double kSelected = 0.25;    // variance of by how much those who were chosen differ, besides chance
constexpr double kStructure = 1.5;    // of what one watched end is to another, that no size explains
constexpr double kAffinityUsual = 1;  // relative variance of what a role says to another

// Of pairs with certain ends: what gravity gives, its squares, and how many there are.
struct Cells {
  double count = 0;
  double sum = 0;
  double squares = 0;

  void take(const Cells& other, double sign) {
    count += sign * other.count;
    sum += sign * other.sum;
    squares += sign * other.squares;
  }
  // How many pairs of one size tell as much.
  double effective() const { return squares > 0 ? sum * sum / squares : 0; }
};

using Values = std::vector<double>;

// Sums over endpoints of a role, watched or not, in a place or everywhere.
class Masses {
 public:
  Masses(std::span<const Endpoint> endpoints, std::span<const std::uint8_t> watched, const Values& values) {
    for (const Endpoint& endpoint : endpoints) places_ = std::max<std::size_t>(places_, endpoint.place + 1);
    cells_.resize((places_ + 1) * kKinds);
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      const Cells one{1, values[i], values[i] * values[i]};
      for (std::size_t place : {std::size_t{endpoints[i].place}, places_}) {
        cells_[place * kKinds + kind(endpoints[i].role, watched[i] != 0)].take(one, 1);
      }
    }
  }
  std::size_t places() const { return places_; }
  const Cells& of(std::size_t place, EndpointRole role, bool watched) const {
    return cells_[place * kKinds + kind(role, watched)];
  }
  const Cells& of(EndpointRole role, bool watched) const { return of(places_, role, watched); }

 private:
  static constexpr std::size_t kKinds = 2 * kEndpointRoles;
  static std::size_t kind(EndpointRole role, bool watched) {
    return 2 * static_cast<std::size_t>(role) + (watched ? 1 : 0);
  }
  std::size_t places_ = 0;
  std::vector<Cells> cells_;
};

constexpr EndpointRole kRoles[] = {EndpointRole::kClient, EndpointRole::kServer};

// What each end is seen to send (or receive), and with how large a part of the others.
struct Ends {
  explicit Ends(std::size_t count) : bps(count, 0), exposure(count, 0) {}

  void add(std::size_t end, double seen, double exposed) {
    bps[end] += seen;
    exposure[end] += exposed;
  }
  // Its size, if one pair were not known; nothing if that is the only one.
  std::optional<double> without(std::size_t end, double seen, double exposed) const {
    const double left = exposure[end] - exposed;
    if (left <= 1e-9 * exposure[end]) return std::nullopt;
    return std::max(0.0, bps[end] - seen) / left;
  }

  Values bps;
  Values exposure;
};

class Doubt {
 public:
  Doubt(std::span<const Endpoint> endpoints, std::span<const SeenTraffic> seen,
        std::span<const std::uint8_t> watched, CredibleGravity& gravity)
      : endpoints_(endpoints), seen_(seen), watched_(watched), gravity_(gravity) {}

  void run() {
    find_pair_doubt();
    const Values out = gravity_.out_bps;
    const Values in = gravity_.in_bps;
    believe(gravity_.out_bps, gravity_.out_doubt, in, false);
    believe(gravity_.in_bps, gravity_.in_doubt, out, true);
    find_affinity_doubt();
    set_level();
  }

 private:
  double affinity(EndpointRole from, EndpointRole to) const {
    return gravity_.affinity[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
  }

  static Cells product(const Cells& from, const Cells& to, double factor) {
    return {from.count * to.count, factor * from.sum * to.sum, factor * factor * from.squares * to.squares};
  }

  // Pairs from one role to one, by which of their ends are watched.
  Cells pairs(const Masses& out, const Masses& in, EndpointRole from, EndpointRole to, bool from_watched,
              bool to_watched) const {
    const double factor = gravity_.total_bps > 0 ? affinity(from, to) / gravity_.total_bps : 0;
    Cells cells = product(out.of(from, from_watched), in.of(to, to_watched), factor);
    for (std::size_t place = 0; place < out.places(); ++place) {
      cells.take(product(out.of(place, from, from_watched), in.of(place, to, to_watched), factor), -1);
    }
    cells.squares = std::max(cells.squares, 0.0);
    return cells;
  }
  Cells pairs(const Masses& out, const Masses& in, bool from_watched, bool to_watched) const {
    Cells all;
    for (EndpointRole from : kRoles) {
      for (EndpointRole to : kRoles) all.take(pairs(out, in, from, to, from_watched, to_watched), 1);
    }
    return all;
  }
  Masses masses(const Values& values) const { return {endpoints_, watched_, values}; }

  // How far pairs are from what gravity gives them when it does not know them: each seen pair in turn is
  // taken out of what its ends send and receive. Most pairs may say nothing, and those are pairs too.
  void find_pair_doubt() {
    const std::size_t count = endpoints_.size();
    Values seen(count * count, 0);
    for (const SeenTraffic& traffic : seen_) seen[traffic.from * count + traffic.to] += traffic.bps;
    Ends out(count);
    Ends in(count);
    for_seen([&](std::size_t from, std::size_t to) {
      out.add(from, seen[from * count + to], factor(from, to) * gravity_.in_bps[to]);
      in.add(to, seen[from * count + to], factor(from, to) * gravity_.out_bps[from]);
    });
    double squares = 0;
    double errors = 0;
    Cells cells;
    double misses = 0;
    for_seen([&](std::size_t from, std::size_t to) {
      const double bps = seen[from * count + to];
      const double given = factor(from, to) * gravity_.out_bps[from] * gravity_.in_bps[to];
      cells.take({1, given, given * given}, 1);
      misses += (bps - given) * (bps - given);
      const auto out_else = out.without(from, bps, factor(from, to) * gravity_.in_bps[to]);
      const auto in_else = in.without(to, bps, factor(from, to) * gravity_.out_bps[from]);
      if (!out_else || !in_else) return;  // one that watches alone tells nothing of pairs
      const double expected = factor(from, to) * *out_else * *in_else;
      squares += bps * expected;  // on average that of what gravity gives, whatever is wrong with `expected`
      errors += bps * (bps - expected);
    });
    double doubt = share(errors, squares);
    if (squares <= 0 && errors <= 0) doubt = kPairUsual;
    doubt = std::max(doubt, share(misses, cells.squares));  // that of few may be small by accident
    const double many = cells.effective();
    gravity_.pair_doubt = (many * doubt + kPairFew * kPairUsual) / (many + kPairFew);
  }
  static double share(double part, double whole) {
    return part < kPairMax * whole ? std::max(0.0, part) / whole : part > 0 ? kPairMax : 0;
  }

  double factor(std::size_t from, std::size_t to) const {
    return affinity(endpoints_[from].role, endpoints_[to].role) / gravity_.total_bps;
  }

  // Pairs with one watched end.
  template <class Take>
  void for_seen(Take take) const {
    for (std::size_t from = 0; from < endpoints_.size(); ++from) {
      for (std::size_t to = 0; to < endpoints_.size(); ++to) {
        if ((watched_[from] != 0) == (watched_[to] != 0)) continue;
        if (endpoints_[from].place != endpoints_[to].place) take(from, to);
      }
    }
  }

  // How many pairs tell of each endpoint's size, as precision: one over a relative variance.
  Values precisions(const Values& others, bool into) const {
    const Masses masses_of = masses(others);
    Values known(endpoints_.size(), 0);
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      Cells seen;
      for (EndpointRole role : kRoles) {
        const double factor = into ? affinity(role, endpoints_[i].role) : affinity(endpoints_[i].role, role);
        const Cells one{1, 1, 1};
        seen.take(product(one, masses_of.of(role, watched_[i] == 0), factor), 1);
        seen.take(product(one, masses_of.of(endpoints_[i].place, role, watched_[i] == 0), factor), -1);
      }
      known[i] = seen.sum > 0 && seen.squares > 1e-12 * seen.sum * seen.sum
                     ? seen.effective() / gravity_.pair_doubt
                     : 0;
    }
    return known;
  }

  // Draws the sizes of the unwatched to their mean.
  void believe(Values& sizes, Values& doubts, const Values& others, bool into) {
    const Values known = precisions(others, into);
    double weights = 0;
    double sum = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (watched_[i] != 0) continue;
      const double weight = known[i] / (known[i] + 1 / kSizesUsual);
      weights += weight;
      sum += weight * sizes[i];
    }
    doubts.assign(sizes.size(), 0);
    if (weights <= 0 || sum <= 0) return;
    const double mean = sum / weights;
    const double varied = size_variance(sizes, known, mean);
    size_variance_ = std::max(size_variance_, varied);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const double precision = known[i] + 1 / varied;
      doubts[i] = 1 / precision;
      if (watched_[i] != 0 || (known[i] <= 0 && !endpoints_[i].could)) continue;
      sizes[i] = (known[i] * sizes[i] + mean / varied) / precision;
    }
  }

  double size_variance(const Values& sizes, const Values& known, double mean) const {
    double squares = kSizesFew * kSizesUsual;
    double count = kSizesFew;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      if (watched_[i] != 0 || known[i] <= 0) continue;
      const double weight = known[i] / (known[i] + 1);
      squares += weight * ((sizes[i] / mean - 1) * (sizes[i] / mean - 1) - 1 / (known[i] + 1));
      count += weight;
    }
    return std::clamp(squares / count, 0.05, 20.0);
  }

  void find_affinity_doubt() {
    const Masses out = masses(gravity_.out_bps);
    const Masses in = masses(gravity_.in_bps);
    for (EndpointRole from : kRoles) {
      for (EndpointRole to : kRoles) {
        Cells seen = pairs(out, in, from, to, true, false);
        seen.take(pairs(out, in, from, to, false, true), 1);
        const double precision = seen.effective() / gravity_.pair_doubt + 1 / kAffinityUsual;
        gravity_.affinity_doubt[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)] = 1 / precision;
      }
    }
  }

  // As sizes stand, the watched may all be larger by any factor and the others smaller by it. What that is,
  // what the watched say to each other tells; as far as that is few pairs, they are taken to be alike.
  void set_level() {
    const Masses out = masses(gravity_.out_bps);
    const Masses in = masses(gravity_.in_bps);
    const Cells watched = pairs(out, in, true, true);
    const Cells unseen = pairs(out, in, false, false);
    if (unseen.sum <= 0) return;
    const double ends = static_cast<double>(std::count(watched_.begin(), watched_.end(), 1));
    const double others = static_cast<double>(watched_.size()) - ends;
    const double chance = std::log1p(size_variance_ * (1 / ends + 1 / others)) + kSelected;
    const double level =
        watched.sum > 0 ? told_level(watched, unseen, ends, chance) : unknown_level(unseen, chance);
    set_scale(std::max(level / unseen.sum, 1e-9));
  }

  // `chance`: the variance of how much larger the watched are than the others, as a logarithm.
  double told_level(const Cells& watched, const Cells& unseen, double ends, double chance) {
    double bps = 0;
    for (const SeenTraffic& traffic : seen_) {
      const bool counts = watched_[traffic.from] != 0 && watched_[traffic.to] != 0 &&
                          endpoints_[traffic.from].place != endpoints_[traffic.to].place;
      if (counts) bps += traffic.bps;
    }
    const double alike = std::sqrt(watched.sum / watched.count * unseen.sum / unseen.count);
    const double told = bps / (watched.count * alike);  // how many times more the watched say than that
    const double error =
        gravity_.pair_doubt / watched.effective() + affinity_error(watched.sum) + kStructure / ends;
    const double trust = chance / (chance + error);
    // The mean of what is told and of alike: of what is seen where that is less, of what is not seen where it
    // is more.
    const double level = told > 1 ? trust / told + 1 - trust : 1 / (trust * told + 1 - trust);
    const double apart = told > 1 ? (1 - 1 / told) / level : 0;
    const double variance = chance * error / (chance + error);
    gravity_.level_doubt = std::expm1(variance) + trust * (1 - trust) * apart * apart;
    return unseen.count * alike * level * std::exp(variance / 2);
  }

  // Of watched ends of one place, which tell each other nothing.
  double unknown_level(const Cells& unseen, double chance) {
    double sent = 0;
    double received = 0;
    double count = 0;
    for (const SeenTraffic& traffic : seen_) {
      if (endpoints_[traffic.from].place == endpoints_[traffic.to].place) continue;
      if (watched_[traffic.from] == 0 && endpoints_[traffic.from].could) sent += traffic.bps;
      if (watched_[traffic.to] == 0 && endpoints_[traffic.to].could) received += traffic.bps;
    }
    for (std::size_t i = 0; i < endpoints_.size(); ++i)
      count += watched_[i] == 0 && endpoints_[i].could ? 1 : 0;
    gravity_.level_doubt = std::expm1(chance);
    return unseen.count * std::sqrt(sent * received) / std::max(1.0, count) * std::exp(chance / 2);
  }

  // What is not known of roles of which the watched are, and the others are not.
  double affinity_error(double watched_bps) const {
    const Masses out = masses(gravity_.out_bps);
    const Masses in = masses(gravity_.in_bps);
    double error = 0;
    for (EndpointRole from : kRoles) {
      for (EndpointRole to : kRoles) {
        const double share = pairs(out, in, from, to, true, true).sum / watched_bps;
        error += share * share *
                 gravity_.affinity_doubt[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
      }
    }
    return error;
  }

  // Makes what is unseen `factor` times as much, and sizes what each endpoint sends and receives in all.
  void set_scale(double factor) {
    double out[2] = {};
    double in[2] = {};
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      out[watched_[i] != 0] += gravity_.out_bps[i];
      in[watched_[i] != 0] += gravity_.in_bps[i];
    }
    // Out of the unwatched by s and into the watched by 1 / s, out of the watched by t and into the others by
    // 1 / t: with s / t as wanted, and as much sent as received.
    const double t = std::sqrt((in[1] / factor + in[0]) / (out[0] * factor + out[1]));
    const double s = t * factor;
    const double all = out[0] * s + out[1] * t;
    const double unit = all / gravity_.total_bps;
    for (std::size_t i = 0; i < endpoints_.size(); ++i) {
      const bool is = watched_[i] != 0;
      gravity_.out_bps[i] *= unit * (is ? t : s);
      gravity_.in_bps[i] *= unit / (is ? s : t);
    }
    gravity_.total_bps *= unit * unit;
  }

  std::span<const Endpoint> endpoints_;
  std::span<const SeenTraffic> seen_;
  std::span<const std::uint8_t> watched_;
  CredibleGravity& gravity_;
  double size_variance_ = 0;
};

}  // namespace

CredibleGravity fit_credible_gravity(std::span<const Endpoint> endpoints, std::span<const SeenTraffic> seen,
                                     std::span<const std::uint8_t> watched) {
  CredibleGravity gravity{fit_block_gravity(endpoints, seen, watched), {}, {}, {}, 0, 0};
  gravity.out_doubt.assign(endpoints.size(), 0);
  gravity.in_doubt.assign(endpoints.size(), 0);
  if (gravity.total_bps > 0) Doubt(endpoints, seen, watched, gravity).run();
  return gravity;
}

}  // namespace anemone
