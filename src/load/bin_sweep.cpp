#include "load/bin_sweep.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <tuple>

#include "load/changed_topology.h"
#include "load/destination_routes.h"
#include "load/in_threads.h"
#include "load/link_shares.h"
#include "topology/prefixes_after.h"

namespace anemone {
namespace {

constexpr std::size_t kBinsAtOnce = 256;

using Worst = BinSweep::WorstOfLink;

// kNone, the greatest number, counts as the least: what is so without a failure needs none.
bool is_worse(const Worst& a, const Worst& b) {
  if (a.load != b.load) return a.load > b.load;
  return std::tuple(a.failure + 1, a.bin) < std::tuple(b.failure + 1, b.bin);
}

void take_worse(const Worst& found, Worst& worst) {
  if (is_worse(found, worst)) worst = found;
}

// By LinkId: the demands that take the link, ascending.
std::vector<std::vector<std::uint32_t>> demands_by_link(const Topology& topology,
                                                        std::span<const DemandEnds> demands) {
  std::vector<std::vector<std::uint32_t>> takers(topology.link_count());
  DestinationRoutes routes(topology);
  for (std::uint32_t i = 0; i < demands.size(); ++i) {
    for (const RouteShare& step : route_of(topology, routes.to(demands[i].to), demands[i].ingress)) {
      takers[step.link.value()].push_back(i);
    }
  }
  return takers;
}

bool is_same(const Attachment& a, const Attachment& b) {
  return std::tie(a.node, a.cost, a.kind, a.area, a.forwarding) ==
         std::tie(b.node, b.cost, b.kind, b.area, b.forwarding);
}

bool is_same(const BorderRoute& a, const BorderRoute& b) {
  return std::tie(a.asbr, a.via, a.cost, a.area) == std::tie(b.asbr, b.via, b.cost, b.area);
}

// By the prefixes of `before`: whether anything of it is announced otherwise in `after`.
class AnnouncedOtherwise {
 public:
  AnnouncedOtherwise(const Topology& before, const Topology& after)
      : before_(before), after_(after), prefix_after_(prefixes_after(before, after)) {
    const auto then = before.border_routes();
    const auto now = after.border_routes();
    all_ = !std::equal(then.begin(), then.end(), now.begin(), now.end(),
                       [](const BorderRoute& a, const BorderRoute& b) { return is_same(a, b); });
  }

  bool operator()(PrefixId prefix) const {
    const PrefixId now = prefix_after_[prefix.value()];
    if (all_ || !now.valid() || after_.prefix(now) != before_.prefix(prefix)) return true;
    const auto old_rows = before_.attachments(prefix);
    const auto new_rows = after_.attachments(now);
    return !std::equal(old_rows.begin(), old_rows.end(), new_rows.begin(), new_rows.end(),
                       [](const Attachment& a, const Attachment& b) { return is_same(a, b); });
  }
  // Where traffic for it goes now; not valid where nothing holds it.
  PrefixId after(PrefixId prefix) const { return prefix_after_[prefix.value()]; }

 private:
  const Topology& before_;
  const Topology& after_;
  std::vector<PrefixId> prefix_after_;
  bool all_ = false;  // routers outside areas are reached otherwise, and with them what they announce
};

// Some of the demands under one topology, a block of bins at a time.
struct SomeLoads {
  SomeLoads(const Topology& topology, std::span<const DemandEnds> ends) : loads(topology, ends) {}

  void pour(std::span<const double> rates, std::size_t bins) {
    on_link.assign(bins * loads.link_count(), 0);
    unrouted.assign(bins, 0);
    loads.pour(rates, on_link, unrouted, 1);
  }

  BinLoads loads;
  std::vector<double> on_link;
  std::vector<double> unrouted;
};

// What failures do, one after another; one thread.
class BinSweeper {
 public:
  struct Base {
    const Topology& topology;
    const BinRates& traffic;
    std::span<const double> loads;
    const std::vector<std::vector<std::uint32_t>>& takers;
    const BinSweep::OfFailure& nothing;  // what is left when nothing is moved
    const Reannounce& reannounce;
  };

  explicit BinSweeper(const Base& base)
      : worst(base.topology.link_count()),
        base_(base),
        topology_(base.topology),
        traffic_(base.traffic),
        is_moved_(base.traffic.demands.size()) {}

  BinSweep::OfFailure fail(std::uint32_t number, const Failure& failure) {
    number_ = number;
    for (const LinkId link : failure.links) {
      for (const std::uint32_t demand : base_.takers[link.value()]) is_moved_[demand] = 1;
    }
    if (!base_.reannounce && std::count(is_moved_.begin(), is_moved_.end(), 1) == 0) return base_.nothing;
    std::vector<CostChange> down;
    for (const LinkId link : failure.links) down.push_back({link, kUnreachable});
    ChangedTopology after = change_topology(topology_, down);
    if (base_.reannounce) after.topology = base_.reannounce(std::move(after.topology));
    find_moved(failure, after.topology);
    if (moved_.empty()) return base_.nothing;
    BinSweep::OfFailure outcome;
    move(failure, after, outcome);
    return outcome;
  }

  std::vector<Worst> worst;  // by LinkId, of all failures until now

 private:
  // Lists what goes another way, and where to; `is_moved_` is empty again.
  void find_moved(const Failure& failure, const Topology& after) {
    std::optional<AnnouncedOtherwise> announced;
    if (base_.reannounce) announced.emplace(topology_, after);
    moved_.clear();
    ends_before_.clear();
    ends_after_.clear();
    for (std::uint32_t i = 0; i < is_moved_.size(); ++i) {
      DemandEnds ends = traffic_.demands[i];
      const bool to_prefix = announced && ends.to.prefix.valid();
      if (is_moved_[i] == 0 && !(to_prefix && (*announced)(ends.to.prefix))) continue;
      is_moved_[i] = 0;
      moved_.push_back(i);
      ends_before_.push_back(ends);
      if (to_prefix) ends.to.prefix = announced->after(ends.to.prefix);
      const auto& gone = failure.nodes;
      if (std::find(gone.begin(), gone.end(), ends.ingress) != gone.end()) ends.to = {};
      ends_after_.push_back(ends);
    }
  }

  void move(const Failure& failure, const ChangedTopology& after, BinSweep::OfFailure& outcome) {
    SomeLoads out(topology_, ends_before_);
    SomeLoads in(after.topology, ends_after_);
    const std::size_t bins = traffic_.bins();
    for (std::size_t first = 0; first < bins; first += kBinsAtOnce) {
      const std::size_t count = std::min(kBinsAtOnce, bins - first);
      gather(first, count);
      out.pour(rates_, count);
      in.pour(rates_, count);
      for (std::size_t i = 0; i < count; ++i) look_at(first + i, i, out, in, after.links, failure, outcome);
    }
    outcome.disconnected /= static_cast<double>(bins);
  }

  void gather(std::size_t first, std::size_t count) {
    rates_.clear();
    for (std::size_t bin = first; bin < first + count; ++bin) {
      const double* rates = &traffic_.rates[bin * traffic_.demands.size()];
      for (const std::uint32_t demand : moved_) rates_.push_back(rates[demand]);
    }
  }

  void look_at(std::size_t bin, std::size_t at, const SomeLoads& out, const SomeLoads& in,
               std::span<const LinkId> link_before, const Failure& failure, BinSweep::OfFailure& outcome) {
    const std::size_t links = topology_.link_count();
    const auto base = base_.loads.subspan(bin * links, links);
    now_.assign(base.begin(), base.end());
    for (std::size_t i = 0; i < links; ++i) now_[i] -= out.on_link[at * links + i];
    for (std::size_t i = 0; i < link_before.size(); ++i) {
      now_[link_before[i].value()] += in.on_link[at * link_before.size() + i];
    }
    for (const LinkId link : failure.links) now_[link.value()] = 0;
    outcome.disconnected += in.unrouted[at] - out.unrouted[at];
    for (const LinkId id : indices<LinkId>(links)) {
      const double load = now_[id.value()];
      take_worse({load, static_cast<std::uint32_t>(bin), number_}, worst[id.value()]);
      const double capacity = topology_.link(id).capacity_bps;
      if (capacity <= 0 || load <= outcome.max_utilisation * capacity) continue;
      outcome.max_utilisation = load / capacity;
      outcome.link = id;
      outcome.bin = static_cast<std::uint32_t>(bin);
    }
  }

  const Base base_;
  const Topology& topology_;
  const BinRates& traffic_;
  std::uint32_t number_ = 0;
  std::vector<std::uint8_t> is_moved_;  // by demand
  std::vector<std::uint32_t> moved_;    // ascending
  std::vector<DemandEnds> ends_before_;
  std::vector<DemandEnds> ends_after_;
  std::vector<double> rates_;
  std::vector<double> now_;
};

// What a failure that moves nothing leaves: the loads without any.
BinSweep::OfFailure untouched(const Topology& topology, std::span<const Worst> without_failure) {
  BinSweep::OfFailure outcome;
  for (const LinkId id : indices<LinkId>(topology.link_count())) {
    const double capacity = topology.link(id).capacity_bps;
    const Worst& worst = without_failure[id.value()];
    if (capacity <= 0 || worst.load <= outcome.max_utilisation * capacity) continue;
    outcome.max_utilisation = worst.load / capacity;
    outcome.link = id;
    outcome.bin = worst.bin;
  }
  return outcome;
}

}  // namespace

BinSweep sweep_bins(const Topology& topology, const BinRates& traffic, std::span<const Failure> failures,
                    unsigned threads, const Reannounce& reannounce) {
  const std::size_t links = topology.link_count();
  std::vector<double> loads(traffic.bins() * links);
  std::vector<double> unrouted(traffic.bins());
  BinLoads(topology, traffic.demands).pour(traffic.rates, loads, unrouted, threads);
  BinSweep sweep;
  sweep.without_failure.resize(links);
  for (std::size_t bin = 0; bin < traffic.bins(); ++bin) {
    for (std::size_t i = 0; i < links; ++i) {
      take_worse({loads[bin * links + i], static_cast<std::uint32_t>(bin), BinSweep::kNone},
                 sweep.without_failure[i]);
    }
  }
  sweep.links = sweep.without_failure;
  sweep.failures.resize(failures.size());
  const BinSweep::OfFailure nothing = untouched(topology, sweep.without_failure);
  const auto takers = demands_by_link(topology, traffic.demands);
  std::mutex joining;
  struct Worker {
    BinSweeper sweeper;
    std::span<const Failure> failures;
    BinSweep& sweep;
    std::mutex& joining;

    ~Worker() {
      const std::lock_guard lock(joining);
      for (std::size_t i = 0; i < sweep.links.size(); ++i) take_worse(sweeper.worst[i], sweep.links[i]);
    }
    void operator()(std::size_t number) {
      sweep.failures[number] = sweeper.fail(static_cast<std::uint32_t>(number), failures[number]);
    }
  };
  in_threads(threads, failures.size(), [&] {
    return Worker{BinSweeper({topology, traffic, loads, takers, nothing, reannounce}), failures, sweep,
                  joining};
  });
  return sweep;
}

}  // namespace anemone
