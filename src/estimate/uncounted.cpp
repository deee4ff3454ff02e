#include "estimate/uncounted.h"

#include <algorithm>
#include <cmath>

#include "estimate/credible_gravity.h"
#include "estimate/gamma_quantile.h"

namespace anemone {
namespace {

constexpr double kTail = (1 - Calibration::kNominal) / 2;
constexpr double kFloor = 1e-3;  // of the mean demand
constexpr double kLeastErrorBps = 1;
constexpr std::size_t kFewEnds = 4;  // that are watched

double shape_of(const Spread& spread) {
  return std::clamp(spread.bps * spread.bps / std::max(spread.variance, 1e-300), 1e-3, 1e4);
}

// The mean is always among what is thought possible.
Interval interval_of(const Spread& spread) {
  if (spread.bps <= 0) return {};
  const double shape = shape_of(spread);
  return {spread.bps, spread.bps * std::min(1.0, gamma_quantile(shape, kTail)),
          spread.bps * std::max(1.0, gamma_quantile(shape, 1 - kTail))};
}

}  // namespace

Uncounted::Uncounted(const Topology& topology, const EstimateInput& input)
    : topology_(topology), input_(input), grid_(input.endpoints) {
  for (const Endpoint& endpoint : input.endpoints) watched_.push_back(endpoint.instrumented ? 1 : 0);
  seen_ = grid_of(grid_, input.seen, {});
  watched_ends_ = static_cast<std::size_t>(std::count(watched_.begin(), watched_.end(), 1));
  floor_bps_ = kFloor * seen_.total() / std::max<double>(1, static_cast<double>(seen_.bps.size()));
}

void Uncounted::learn(std::span<const std::vector<std::uint8_t>> groups, Calibration& demands) const {
  if (seen_.total() <= 0) return;  // an empty bin teaches nothing
  for (const std::vector<std::uint8_t>& watched : groups) {
    std::vector<SeenTraffic> seen;
    for (const SeenTraffic& traffic : input_.seen) {
      if (watched[traffic.from] != 0 || watched[traffic.to] != 0) seen.push_back(traffic);
    }
    const CredibleGravity gravity = fit_credible_gravity(input_.endpoints, seen, watched);
    UnseenTraffic tried(gravity, input_.endpoints, grid_, watched);
    tried.remove(UnseenTraffic(gravity, input_.endpoints, grid_, watched_));
    const DemandGrid truth = grid_of(grid_, input_.seen, watched);
    for (std::size_t cell = 0; cell < truth.bps.size(); ++cell) {
      const double bps = tried.at(cell);
      if (bps <= 0 && truth.bps[cell] <= 0) continue;
      demands.add(bps, std::max(kLeastErrorBps, bps + floor_bps_), truth.bps[cell]);
    }
  }
}

// What gravity gives is far too much for most demands and far too little for a few, so that of a single
// demand the median is the better guess. What few watched ends teach of each other is not all that may be.
Interval Uncounted::demand(const Calibration& learnt, const UnseenTraffic& unseen, std::size_t cell) const {
  const Spread spread = spread_of(unseen, cell);
  const double most = spread.bps * gamma_quantile(shape_of(spread), Calibration::kNominal);
  if (!learnt.ready()) return {0, 0, most};
  Interval interval = learnt.around_median(spread.bps, std::max(kLeastErrorBps, spread.bps + floor_bps_));
  if (watched_ends_ < kFewEnds) interval.high_bps = std::max(interval.high_bps, most);
  return interval;
}

void Uncounted::estimate(const Calibration& demands, Estimate& answer) const {
  const UnseenTraffic unseen(fit_credible_gravity(input_.endpoints, input_.seen, watched_), input_.endpoints,
                             grid_, watched_);
  // Where nothing is learnt, the nearest guess is low: the watched as large as the largest other (gravity.h).
  const DemandGrid low = unwatched_traffic(fit_gravity(input_.endpoints, input_.seen, watched_),
                                           input_.endpoints, grid_, watched_);
  for (std::size_t source = 0; source < grid_.sources.size(); ++source) {
    for (std::size_t sink = 0; sink < grid_.sinks.size(); ++sink) {
      const std::size_t cell = source * grid_.sinks.size() + sink;
      const double seen = seen_.bps[cell];
      answer.seen_bps += seen;
      const bool any = unseen.at(cell) > 0;
      if (seen <= 0 && !any) continue;
      Interval more = any ? demand(demands, unseen, cell) : Interval{};
      if (any && !demands.ready()) {
        more.bps = low.bps[cell];
        more.high_bps = std::max(more.bps, more.high_bps);
      }
      answer.demands.push_back({grid_.sources[source], grid_.sinks[sink], seen, more});
    }
  }
  answer.unseen = interval_of(spread_of_all(unseen));
  fill_links(unseen, answer);
}

void Uncounted::fill_links(const UnseenTraffic& unseen, Estimate& answer) const {
  const GridRoutes routes(topology_, grid_);
  const PerLink<double> seen = routes.loads(seen_);
  const PerLink<Spread> more = routes.links(unseen);
  answer.links = PerLink<LinkEstimate>(seen.size());
  for (LinkId link : seen.ids()) {
    const Interval interval = interval_of(more[link]);
    // No link carries more than there is.
    const double high = std::max(interval.bps, std::min(interval.high_bps, answer.unseen.high_bps));
    answer.links[link].seen_bps = seen[link];
    answer.links[link].load = {seen[link] + interval.bps, seen[link] + interval.low_bps, seen[link] + high};
  }
}

}  // namespace anemone
