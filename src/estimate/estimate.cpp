#include "estimate/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "estimate/counter_rows.h"
#include "estimate/gravity.h"
#include "estimate/gravity_history.h"
#include "estimate/tomogravity.h"
#include "estimate/uncounted.h"
#include "load/link_load.h"

namespace anemone {
namespace {

using Watched = std::vector<std::uint8_t>;

constexpr double kUsual = 0.01;       // of what is usual, that an estimate may be wrong by
constexpr double kLeastErrorBps = 1;  // the smallest error to expect, also where there is no traffic at all
constexpr double kNormal90 = 1.645;   // a Gaussian's interval, in standard errors

constexpr double kAssumedFactor = 5;  // of a link that is not counted, where nothing can be learnt

// Estimates of all demands, and how wrong they are to be expected.
struct Solved {
  DemandGrid bps;
  DemandGrid scale_bps;
  double reach = 1;  // of what is assumed (gravity.h)
  std::vector<LinkId> inconsistent;
};

// What was learnt from bins that had counters so far.
struct Learnt {
  Calibration demands;
  Calibration links;
  Calibration total{2'000};
  std::uint64_t next_fold = 0;
};

// Demands of a grid of which there is something to estimate, and what counters say of them.
struct Unknown {
  Unknown(const Topology& topology, const DemandGrid& prior, const std::vector<CounterRow>& counters) {
    constexpr std::uint32_t kNone = 0xffff'ffff;
    std::vector<std::uint32_t> numbers(prior.bps.size(), kNone);
    for (std::size_t i = 0; i < prior.bps.size(); ++i) {
      if (prior.bps[i] <= 0) continue;
      numbers[i] = static_cast<std::uint32_t>(places.size());
      places.push_back(i);
      bps.push_back(prior.bps[i]);
      keys.emplace_back(topology.node(prior.sources[i / prior.sinks.size()]).name,
                        name_of(topology, prior.sinks[i % prior.sinks.size()]));
    }
    for (const CounterRow& counter : counters) {
      CounterRow& row = rows.emplace_back(CounterRow{counter.bps, counter.error_bps, {}});
      for (const DemandShare& part : counter.shares) {
        if (numbers[part.demand] != kNone) row.shares.push_back({numbers[part.demand], part.share});
      }
    }
  }
  static std::string name_of(const Topology& topology, const Destination& sink) {
    return sink.node.valid() ? topology.node(sink.node).name : print_prefix(topology.prefix(sink.prefix));
  }

  std::vector<std::size_t> places;  // in the grid
  std::vector<double> bps;
  std::vector<GravityHistory::Key> keys;
  std::vector<CounterRow> rows;
};

// One bin that has counters, as it is and as it would be if fewer were instrumented.
class Bin {
 public:
  Bin(const Topology& topology, const EstimateInput& input)
      : topology_(topology), input_(input), grid_(input.endpoints), rows_(topology, grid_, input) {
    for (const Endpoint& endpoint : input.endpoints) watched_.push_back(endpoint.instrumented ? 1 : 0);
    seen_ = grid_of(grid_, input.seen, {});
    // Nobody can tell a thousandth of the mean demand from nothing.
    floor_bps_ = 1e-3 * std::max(seen_.total(), counted()) / std::max<double>(1, double(seen_.bps.size()));
    const PerLink<Traffic> loads = loads_of(seen_);
    for (const Traffic& load : loads) usual_link_bps_ += load.bps / static_cast<double>(loads.size());
  }

  const Watched& watched() const { return watched_; }
  const DemandGrid& seen() const { return seen_; }
  double floor_bps() const { return floor_bps_; }
  // How wrong an estimate may be: by its own size, and by a part of what is usual, because of one that comes
  // out at next to nothing the truth is many thousand times more as often as not.
  double link_scale(double bps) const { return std::max(kLeastErrorBps, bps + kUsual * usual_link_bps_); }
  double total_scale(double bps) const { return std::max(kLeastErrorBps, bps + kUsual * seen_.total()); }

  Gravity fit(const Watched& watched) const {
    std::vector<SeenTraffic> seen;
    for (const SeenTraffic& traffic : input_.seen) {
      if (watched[traffic.from] != 0 || watched[traffic.to] != 0) seen.push_back(traffic);
    }
    Gravity gravity = fit_gravity(input_.endpoints, seen, watched);
    if (gravity.total_bps <= 0) gravity = rows_.gravity();
    return gravity;
  }

  // What pairs say to each other of which neither end is in `watched`, and nothing else is known.
  Solved solve(const Gravity& gravity, const Watched& watched, GravityHistory* history = nullptr) const {
    Solved solved{unwatched_traffic(gravity, input_.endpoints, grid_, watched), {}, gravity.unseen_reach, {}};
    solved.scale_bps = solved.bps;
    meet_counters(watched, solved);
    if (history != nullptr && has_history()) correct(*history, unwatched(gravity, watched), solved);
    for (double& scale : solved.scale_bps.bps) scale += floor_bps_;
    return solved;
  }

  DemandGrid unwatched(const Gravity& gravity, const Watched& watched) const {
    return unwatched_traffic(gravity, input_.endpoints, grid_, watched);
  }
  DemandGrid unseen_if(const Watched& watched) const { return grid_of(grid_, input_.seen, watched); }

  PerLink<Traffic> loads_of(const DemandGrid& demands) const {
    return link_load(topology_, demands.matrix()).links;
  }

 private:
  double counted() const {
    double sum = 0;
    for (const EdgeCounter& edge : input_.edge_counters) sum += edge.entering_bps;
    for (const LinkCounter& counter : input_.link_counters) sum += counter.bps / 4;
    return sum;
  }

  bool has_history() const {
    return !input_.edge_counters.empty() && std::count(watched_.begin(), watched_.end(), 1) > 0;
  }

  // Corrects the prior of what nobody sees by what earlier bins told, and lets this one tell. Gravity has no
  // say in what enters and leaves, which is counted; only what it makes of that can be lastingly wrong.
  //
  // The errors to be expected stay those without history: what it corrects is what counters tell of, so that
  // how well it meets them says little of the rest.
  void correct(GravityHistory& history, DemandGrid prior, Solved& solved) const {
    const std::vector<CounterRow> rows = rows_.without(seen_);
    const auto edges = std::span(rows).subspan(input_.link_counters.size());
    prior.bps = tomogravity(prior.bps, edges).bps;
    const Unknown unknown(topology_, prior, rows);
    if (unknown.bps.size() > GravityHistory::kDemandsMax) return;
    history.follow(unknown.keys);
    for (std::size_t i = 0; i < unknown.places.size(); ++i) {
      prior.bps[unknown.places[i]] *= history.factors()[i];
    }
    history.learn(unknown.bps, unknown.rows);
    solved.bps.bps = tomogravity(prior.bps, rows).bps;
  }

  // What gravity holds for nothing stays nothing, whatever counters say (estimate/tomogravity.h): but an end
  // that was never seen to talk to a watched one may talk to others. A little of what the counters have is
  // spread evenly.
  void add_even(const Watched& watched, const std::vector<CounterRow>& rows, DemandGrid& prior) const {
    constexpr double kEvenShare = 0.01;  // of the counter that has most
    double most = 0;
    for (const CounterRow& row : rows) most = std::max(most, row.bps);
    Gravity even;
    even.out_bps.assign(watched.size(), 1);
    even.in_bps.assign(watched.size(), 1);
    even.total_bps = 1;
    for (auto& row : even.affinity) row.fill(1);
    const DemandGrid spread = unwatched(even, watched);
    const double sum = spread.total();
    if (sum <= 0) return;
    for (std::size_t i = 0; i < spread.bps.size(); ++i) {
      prior.bps[i] += kEvenShare * most * spread.bps[i] / sum;
    }
  }

  void meet_counters(const Watched& watched, Solved& solved) const {
    DemandGrid known = seen_;
    const DemandGrid hidden = unseen_if(watched);
    for (std::size_t i = 0; i < known.bps.size(); ++i) known.bps[i] -= hidden.bps[i];
    const std::vector<CounterRow> rows = rows_.without(known);
    add_even(watched, rows, solved.bps);
    const Tomogravity met = tomogravity(solved.bps.bps, rows);
    solved.bps.bps = met.bps;
    solved.scale_bps.bps = met.error_bps;
    for (std::uint32_t row : met.inconsistent) {
      if (row < input_.link_counters.size()) solved.inconsistent.push_back(input_.link_counters[row].link);
    }
  }

  const Topology& topology_;
  const EstimateInput& input_;
  EndpointGrid grid_;
  Watched watched_;
  DemandGrid seen_;
  double floor_bps_ = 0;
  double usual_link_bps_ = 0;  // mean of what is seen of a link
  CounterRows rows_;
};

// Groups of the instrumented, each to be taken as not instrumented once; some must be left.
std::vector<Watched> folds_of(const Watched& watched, std::size_t folds_max) {
  std::vector<std::size_t> instrumented;
  for (std::size_t i = 0; i < watched.size(); ++i) {
    if (watched[i] != 0) instrumented.push_back(i);
  }
  if (instrumented.size() < 2) return {};
  std::vector<Watched> folds(std::min(folds_max, instrumented.size()), watched);
  for (std::size_t i = 0; i < instrumented.size(); ++i) folds[i % folds.size()][instrumented[i]] = 0;
  return folds;
}

Interval assumed(double bps, double scale_bps) {
  return {bps, std::max(0.0, bps - kNormal90 * scale_bps), bps + kNormal90 * scale_bps};
}

}  // namespace

struct Estimator::Impl {
  EstimatorConfig config;
  Calibration uncounted;  // demands of bins without counters
  Learnt learnt;
  GravityHistory history;

  void learn(const Bin& bin) {
    if (bin.floor_bps() <= 0) return;  // an empty bin teaches nothing
    const std::vector<Watched> folds = folds_of(bin.watched(), config.folds_max);
    // Meeting counters takes long: one fold a bin once there is something to go by.
    const bool all = !learnt.demands.ready();
    for (std::size_t i = 0; i < folds.size(); ++i) {
      if (all || i == learnt.next_fold % folds.size()) learn(bin, folds[i]);
    }
    ++learnt.next_fold;
  }

  // What would be estimated if only `watched` were, against what is known.
  void learn(const Bin& bin, const Watched& watched) {
    const Gravity gravity = bin.fit(watched);
    const Solved solved = bin.solve(gravity, watched);
    const DemandGrid all = bin.unwatched(gravity, watched);
    const DemandGrid never_known = bin.unwatched(gravity, bin.watched());
    const DemandGrid truth = bin.unseen_if(watched);
    DemandGrid tried = solved.bps;
    for (std::size_t i = 0; i < tried.bps.size(); ++i) {
      const double share = all.bps[i] > 0 ? std::max(0.0, 1 - never_known.bps[i] / all.bps[i]) : 0;
      tried.bps[i] *= share;
      if (share <= 1e-9 && truth.bps[i] <= 0) continue;
      const double scale = std::max({kLeastErrorBps, bin.floor_bps(), share * solved.scale_bps.bps[i]});
      learnt.demands.add(tried.bps[i], scale, truth.bps[i]);
    }
    learnt.total.add(tried.total(), bin.total_scale(tried.total()), truth.total());
    const PerLink<Traffic> guessed = bin.loads_of(tried);
    const PerLink<Traffic> carried = bin.loads_of(truth);
    for (LinkId link : guessed.ids()) {
      if (guessed[link].bps <= 0 && carried[link].bps <= 0) continue;
      learnt.links.add(guessed[link].bps, bin.link_scale(guessed[link].bps), carried[link].bps);
    }
  }

  Interval demand_around(double bps, double scale_bps) const {
    return learnt.demands.ready() ? learnt.demands.around(bps, scale_bps) : assumed(bps, scale_bps);
  }

  Interval link_around(const Bin& bin, double bps, double reach) const {
    if (learnt.links.ready()) return learnt.links.around(bps, bin.link_scale(bps));
    return {bps, bps / kAssumedFactor, bps * reach * kAssumedFactor};
  }

  void fill_demands(const Bin& bin, const Solved& solved, Estimate& answer) {
    const DemandGrid& grid = solved.bps;
    for (std::size_t source = 0; source < grid.sources.size(); ++source) {
      for (std::size_t sink = 0; sink < grid.sinks.size(); ++sink) {
        const double seen = bin.seen().at(source, sink);
        const double unseen = grid.at(source, sink);
        answer.seen_bps += seen;
        answer.unseen.bps += unseen;
        if (seen <= 0 && unseen <= 0) continue;
        EstimatedDemand& demand = answer.demands.emplace_back();
        demand = {grid.sources[source], grid.sinks[sink], seen, {}};
        if (unseen <= 0) continue;
        demand.unseen = demand_around(unseen, solved.scale_bps.at(source, sink));
        answer.unseen.low_bps += demand.unseen.low_bps;
        answer.unseen.high_bps += demand.unseen.high_bps;
      }
    }
    if (learnt.total.ready()) {
      const double sum = answer.unseen.bps;
      answer.unseen = learnt.total.around(sum, bin.total_scale(sum));
    }
  }

  void fill_links(const Bin& bin, const EstimateInput& input, const Solved& solved, Estimate& answer) {
    const PerLink<Traffic> seen = bin.loads_of(bin.seen());
    const PerLink<Traffic> unseen = bin.loads_of(solved.bps);
    answer.links = PerLink<LinkEstimate>(seen.size());
    for (LinkId link : seen.ids()) {
      LinkEstimate& row = answer.links[link];
      row.seen_bps = seen[link].bps;
      row.load = {row.seen_bps, row.seen_bps, row.seen_bps};
      if (unseen[link].bps <= 0) continue;
      const double bps = unseen[link].bps;
      const Interval more = link_around(bin, bps, solved.reach);
      // No link carries more than there is.
      const double high = std::max(bps, std::min(more.high_bps, answer.unseen.high_bps));
      row.load = {row.seen_bps + bps, row.seen_bps + more.low_bps, row.seen_bps + high};
    }
    for (const LinkCounter& counter : input.link_counters) {
      LinkEstimate& row = answer.links[counter.link];
      row.counter_bps = counter.bps;
      row.residual_bps = counter.bps - row.seen_bps;
      const double error = kNormal90 * counter.error_share * counter.bps;
      row.load = {std::max(row.seen_bps, counter.bps), std::max(row.seen_bps, counter.bps - error),
                  std::max(row.seen_bps, counter.bps + error)};
    }
  }
};

Estimator::Estimator(EstimatorConfig config) : impl_(std::make_unique<Impl>()) { impl_->config = config; }
Estimator::~Estimator() = default;
Estimator::Estimator(Estimator&&) noexcept = default;
Estimator& Estimator::operator=(Estimator&&) noexcept = default;

Estimate Estimator::estimate(const Topology& topology, const EstimateInput& input) {
  Estimate answer;
  Watched watched;
  for (const Endpoint& endpoint : input.endpoints) {
    watched.push_back(endpoint.instrumented ? 1 : 0);
    answer.could += endpoint.could ? 1 : 0;
    answer.instrumented += endpoint.instrumented ? 1 : 0;
  }
  if (input.link_counters.empty() && input.edge_counters.empty()) {
    const Uncounted bin(topology, input);
    bin.learn(folds_of(watched, impl_->config.folds_max), impl_->uncounted);
    bin.estimate(impl_->uncounted, answer);
    answer.basis = impl_->uncounted.ready() ? IntervalBasis::kLearnt : IntervalBasis::kAssumed;
    return answer;
  }
  const Bin bin(topology, input);
  impl_->learn(bin);
  const Solved solved = bin.solve(bin.fit(bin.watched()), bin.watched(), &impl_->history);
  impl_->fill_demands(bin, solved, answer);
  impl_->fill_links(bin, input, solved, answer);
  answer.inconsistent = solved.inconsistent;
  answer.basis = impl_->learnt.demands.ready() ? IntervalBasis::kLearnt : IntervalBasis::kAssumed;
  return answer;
}

}  // namespace anemone
