#include "load/failure_sweep.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>

#include "load/in_threads.h"
#include "load/link_load.h"

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
      if (fast_) unrouted = write(i - first);
      if (!base_.slow_demands().demands.empty())
        unrouted += add_slow_loads(base_, failures_[i].links, loads_);
      visit(FailureLoads{i, loads_, unrouted});
    }
  }

 private:
  // The loads in one failure of the batch, as far as differences of rows tell. Returns the unrouted.
  double write(std::size_t failure) {
    const RouteRows& rows = *base_.rows();
    const auto more = fast_->on_arc(failure);
    for (std::uint32_t arc = 0; arc < more.size(); ++arc) {
      loads_[rows.graph.link(arc).value()] =
          static_cast<double>(rows.on_arc[arc] + more[arc]) * base_.quantum();
    }
    return static_cast<double>(rows.unrouted + fast_->unrouted(failure)) * base_.quantum();
  }

  const RoutedLoads& base_;
  std::span<const Failure> failures_;
  std::vector<double> loads_;
  std::optional<FailureRows> fast_;
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

double add_slow_loads(const RoutedLoads& base, std::span<const LinkId> down, std::span<double> loads) {
  std::vector<CostChange> changes = base.changes();
  for (LinkId link : down) changes.push_back({link, RoutedLoads::kDown});
  const ChangedTopology changed = change_topology(base.topology(), changes);
  const LinkLoad load = link_load(changed.topology, base.slow_demands());
  for (LinkId id : load.links.ids()) loads[changed.links[id.value()].value()] += base.rate(load.links[id]);
  return base.rate(load.unrouted);
}

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
  for (const NodeId node : topology.nodes()) failures[node.value()].nodes.push_back(node);
  return failures;
}

Failure group_failure(const Topology& topology, std::span<const NodeId> nodes,
                      std::span<const LinkId> links) {
  Failure failure;
  failure.nodes.assign(nodes.begin(), nodes.end());
  const auto add = [&](LinkId link) {
    failure.links.push_back(link);
    if (topology.link(link).reverse.valid()) failure.links.push_back(topology.link(link).reverse);
  };
  for (LinkId link : links) add(link);
  for (NodeId node : nodes) {
    for (LinkId link : topology.links_from(node)) add(link);
    for (LinkId link : topology.links_to(node)) add(link);
  }
  std::ranges::sort(failure.links);
  failure.links.erase(std::unique(failure.links.begin(), failure.links.end()), failure.links.end());
  return failure;
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
