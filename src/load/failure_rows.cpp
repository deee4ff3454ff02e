#include "load/failure_rows.h"

#include <algorithm>
#include <cstring>

namespace anemone {

void list_changes(const RouteGraph& graph, const Failure& failure, std::vector<RouteGraph::Change>& changes) {
  changes.clear();
  for (LinkId link : failure.links) {
    const std::uint32_t arc = graph.arc(link);
    if (arc == RouteGraph::kNoArc || graph.before(arc) == RouteGraph::kDownCost) continue;
    changes.push_back(
        {arc, graph.from(arc), graph.out_arc(arc).place, graph.before(arc), RouteGraph::kDownCost});
  }
}

void take_down(RouteGraph& graph, std::span<const RouteGraph::Change> changes) {
  for (const RouteGraph::Change& change : changes) graph.set(change.arc, change.after);
}

void take_up(RouteGraph& graph, std::span<const RouteGraph::Change> changes) {
  for (const RouteGraph::Change& change : changes) graph.set(change.arc, change.before);
}

FailureRows::FailureRows(const RouteRows& rows)
    : rows_(rows),
      graph_(rows.graph),
      repair_(graph_),
      distance_(kTargets * graph_.place_count()),
      hop_(kTargets * graph_.place_count()) {}

void FailureRows::sweep(std::span<const Failure> failures) {
  changes_.resize(failures.size());
  for (std::size_t i = 0; i < failures.size(); ++i) list_changes(graph_, failures[i], changes_[i]);
  sums_.assign(failures.size() * graph_.arc_count(), 0);
  unrouted_.assign(failures.size(), 0);
  for (std::size_t target = 0; target < rows_.size(); target += kTargets) {
    sweep_targets(target, std::min(kTargets, rows_.size() - target));
  }
}

void FailureRows::sweep_targets(std::size_t first, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto distances = rows_.distances(first + i);
    const auto hops = rows_.hops(first + i);
    std::memcpy(distance_.data() + i * distances.size(), distances.data(), distances.size_bytes());
    std::memcpy(hop_.data() + i * hops.size(), hops.data(), hops.size_bytes());
  }
  for (std::size_t failure = 0; failure < changes_.size(); ++failure) {
    take_down(graph_, changes_[failure]);
    for (std::size_t i = 0; i < count; ++i) fail(failure, first + i, row(first + i, i));
    take_up(graph_, changes_[failure]);
  }
}

Row FailureRows::row(std::size_t target, std::size_t copy) {
  const std::size_t begin = copy * graph_.place_count();
  return {distance_.data() + begin, hop_.data() + begin, rows_.flows(target).data(), nullptr};
}

// What a failure does to a target, whose row is as before afterwards.
void FailureRows::fail(std::size_t failure, std::size_t target, const Row& row) {
  if (!RowRepair::concerns(changes_[failure], row.distance)) return;
  Sums sums{sums_.data() + failure * graph_.arc_count(), unrouted_[failure]};
  repair_.repair(row, rows_.targets[target], changes_[failure], log_, sums);
  log_.undo(row, 0, 0, 0);
  unrouted_[failure] = sums.unrouted;
}

}  // namespace anemone
