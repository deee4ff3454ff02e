#include "load/failure_sweep.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>

#include "load/in_threads.h"
#include "load/link_load.h"
#include "load/row_repair.h"

namespace anemone {
namespace {

constexpr std::size_t kBytesOfSums = std::size_t{6} << 20;

// How many failures are computed together.
std::size_t batch_size(std::size_t arcs, std::size_t failures, unsigned threads) {
  const std::size_t fits = std::clamp<std::size_t>(kBytesOfSums / sizeof(Quanta) / (arcs + 1), 4, 64);
  const std::size_t fair = failures / (threads * std::size_t{4}) + 1;  // some pieces for each thread
  return std::min(fits, fair);
}

// Computes failures of a batch, in one thread.
class Sweeper {
 public:
  Sweeper(const RoutedLoads& base, std::span<const Failure> failures)
      : base_(base), failures_(failures), loads_(base.topology().link_count()) {
    if (base.rows() != nullptr) fast_.emplace(*base.rows());
  }

  void sweep(std::size_t first, std::size_t end, const std::function<void(const FailureLoads&)>& visit) {
    if (fast_) fast_->sweep(failures_.subspan(first, end - first));
    for (std::size_t i = first; i < end; ++i) {
      std::fill(loads_.begin(), loads_.end(), 0);
      double unrouted = 0;
      if (fast_) unrouted = fast_->write(i - first, base_.quantum(), loads_);
      if (!base_.slow_demands().demands.empty()) unrouted += add_slow(failures_[i]);
      visit(FailureLoads{i, loads_, unrouted});
    }
  }

 private:
  // The part that differences of rows tell.
  class Fast {
   public:
    explicit Fast(const RouteRows& rows)
        : rows_(rows),
          graph_(rows.graph),
          repair_(graph_),
          distance_(kTargets * graph_.place_count()),
          hop_(kTargets * graph_.place_count()) {}
    Fast(const Fast&) = delete;

    void sweep(std::span<const Failure> failures) {
      list_changes(failures);
      sums_.assign(failures.size() * graph_.arc_count(), 0);
      unrouted_.assign(failures.size(), 0);
      for (std::size_t target = 0; target < rows_.size(); target += kTargets) {
        sweep_targets(target, std::min(kTargets, rows_.size() - target));
      }
    }

    // The loads in one failure of the batch. Returns the unrouted.
    double write(std::size_t failure, double quantum, std::span<double> loads) const {
      const Quanta* more = sums_.data() + failure * graph_.arc_count();
      for (std::uint32_t arc = 0; arc < graph_.arc_count(); ++arc) {
        loads[graph_.link(arc).value()] = static_cast<double>(rows_.on_arc[arc] + more[arc]) * quantum;
      }
      return static_cast<double>(rows_.unrouted + unrouted_[failure]) * quantum;
    }

   private:
    static constexpr std::size_t kTargets = 16;

    void list_changes(std::span<const Failure> failures) {
      changes_.resize(failures.size());
      for (std::size_t i = 0; i < failures.size(); ++i) {
        changes_[i].clear();
        for (LinkId link : failures[i].links) {
          const std::uint32_t arc = graph_.arc(link);
          if (arc == RouteGraph::kNoArc || graph_.before(arc) == RouteGraph::kDownCost) continue;
          changes_[i].push_back(
              {arc, graph_.from(arc), graph_.out_arc(arc).place, graph_.before(arc), RouteGraph::kDownCost});
        }
      }
    }

    // A few targets, so that both their rows and the sums of one failure stay in a near cache.
    void sweep_targets(std::size_t first, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        const auto distances = rows_.distances(first + i);
        const auto hops = rows_.hops(first + i);
        std::memcpy(distance_.data() + i * distances.size(), distances.data(), distances.size_bytes());
        std::memcpy(hop_.data() + i * hops.size(), hops.data(), hops.size_bytes());
      }
      for (std::size_t failure = 0; failure < changes_.size(); ++failure) {
        for (const RouteGraph::Change& change : changes_[failure]) graph_.set(change.arc, change.after);
        for (std::size_t i = 0; i < count; ++i) fail(failure, first + i, row(first + i, i));
        for (const RouteGraph::Change& change : changes_[failure]) graph_.set(change.arc, change.before);
      }
    }

    Row row(std::size_t target, std::size_t copy) {
      const std::size_t begin = copy * graph_.place_count();
      return {distance_.data() + begin, hop_.data() + begin, rows_.flows(target).data(), nullptr};
    }

    // What a failure does to a target, whose row is as before afterwards.
    void fail(std::size_t failure, std::size_t target, const Row& row) {
      if (!RowRepair::concerns(changes_[failure], row.distance)) return;
      Sums sums{sums_.data() + failure * graph_.arc_count(), unrouted_[failure]};
      repair_.repair(row, rows_.targets[target], changes_[failure], log_, sums);
      log_.undo(row, 0, 0, 0);
      unrouted_[failure] = sums.unrouted;
    }

    const RouteRows& rows_;
    RouteGraph graph_;
    RowRepair repair_;
    std::vector<RouteGraph::Distance> distance_;  // copies of some rows
    std::vector<std::uint8_t> hop_;
    RowLog log_;
    std::vector<std::vector<RouteGraph::Change>> changes_;
    std::vector<Quanta> sums_;  // by failure of the batch, then by arc: the differences
    std::vector<Quanta> unrouted_;
  };

  double add_slow(const Failure& failure) {
    std::vector<CostChange> changes = base_.changes();
    for (LinkId link : failure.links) changes.push_back({link, RoutedLoads::kDown});
    const ChangedTopology changed = change_topology(base_.topology(), changes);
    const LinkLoad load = link_load(changed.topology, base_.slow_demands());
    for (LinkId id : load.links.ids()) {
      loads_[changed.links[id.value()].value()] += base_.rate(load.links[id]);
    }
    return base_.rate(load.unrouted);
  }

  const RoutedLoads& base_;
  std::span<const Failure> failures_;
  std::vector<double> loads_;
  std::optional<Fast> fast_;
};

// Takes over loads that are larger, or as large and of an earlier failure.
void take_worse(WorstLoads& worst, std::span<const double> loads, std::uint32_t failure) {
  for (LinkId id : worst.loads.ids()) {
    const double load = loads[id.value()];
    if (load < worst.loads[id]) continue;
    if (load > worst.loads[id]) {
      worst.loads[id] = load;
      worst.failure[id] = failure;
    } else if (worst.failure[id] != WorstLoads::kNone) {
      worst.failure[id] = std::min(worst.failure[id], failure);
    }
  }
}

}  // namespace

std::vector<Failure> link_failures(const Topology& topology) {
  std::vector<Failure> failures;
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    const Link& link = topology.link(id);
    if (link.is_virtual || (link.reverse.valid() && link.reverse < id)) continue;
    Failure failure{{id}};
    if (link.reverse.valid()) failure.links.push_back(link.reverse);
    failures.push_back(std::move(failure));
  }
  return failures;
}

std::vector<Failure> node_failures(const Topology& topology) {
  std::vector<Failure> failures(topology.node_count());
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    failures[topology.link(id).from.value()].links.push_back(id);
    failures[topology.link(id).to.value()].links.push_back(id);
  }
  return failures;
}

void sweep_failures(const RoutedLoads& base, std::span<const Failure> failures, unsigned threads,
                    const std::function<void(const FailureLoads&)>& visit) {
  const std::size_t batch = batch_size(base.topology().link_count(), failures.size(), threads);
  in_threads(threads, (failures.size() + batch - 1) / batch, [&] {
    return [&, sweeper = std::make_unique<Sweeper>(base, failures)](std::size_t piece) {
      const std::size_t first = piece * batch;
      sweeper->sweep(first, std::min(first + batch, failures.size()), visit);
    };
  });
}

WorstLoads worst_loads(const RoutedLoads& base, std::span<const Failure> failures, unsigned threads) {
  const std::vector<double> now(base.loads().begin(), base.loads().end());
  WorstLoads worst{PerLink<double>(now), PerLink<std::uint32_t>(now.size(), WorstLoads::kNone),
                   base.unrouted()};
  std::mutex merging;
  sweep_failures(base, failures, threads, [&](const FailureLoads& loads) {
    const std::lock_guard lock(merging);
    take_worse(worst, loads.loads, static_cast<std::uint32_t>(loads.failure));
    worst.unrouted = std::max(worst.unrouted, loads.unrouted);
  });
  return worst;
}

}  // namespace anemone
