// FailureRows computes what failures do to everybody's rows, as differences from what there is without them.
//
// Destinations are the outer loop, a few at a time, and some dozens of failures the inner one, so that rows
// are read once and they and the sums of one failure stay in a near cache.
//
// A workspace: one per thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "load/route_rows.h"
#include "load/row_repair.h"
#include "topology/topology.h"

namespace anemone {

// Links that go down together, and nodes that are gone with all their links: what enters there has no way,
// not even to what the node itself announced.
struct Failure {
  std::vector<LinkId> links;
  std::vector<NodeId> nodes = {};
};

// The changes that a failure makes of a graph as it stands: of links that are up.
void list_changes(const RouteGraph& graph, const Failure& failure, std::vector<RouteGraph::Change>& changes);

// Takes the arcs of some changes down, or up again.
void take_down(RouteGraph& graph, std::span<const RouteGraph::Change> changes);
void take_up(RouteGraph& graph, std::span<const RouteGraph::Change> changes);

class FailureRows {
 public:
  // `rows` must outlive it, and not change.
  explicit FailureRows(const RouteRows& rows);
  FailureRows(const FailureRows&) = delete;

  void sweep(std::span<const Failure> failures);

  // What a failure of the last sweep puts on each arc, and leaves without a way, beyond what is so without
  // it.
  std::span<const Quanta> on_arc(std::size_t failure) const {
    return std::span(sums_).subspan(failure * graph_.arc_count(), graph_.arc_count());
  }
  Quanta unrouted(std::size_t failure) const { return unrouted_[failure]; }

 private:
  static constexpr std::size_t kTargets = 16;

  void sweep_targets(std::size_t first, std::size_t count);
  void fail(std::size_t failure, std::size_t target, const Row& row);
  Row row(std::size_t target, std::size_t copy);

  const RouteRows& rows_;
  RouteGraph graph_;
  RowRepair repair_;
  std::vector<RouteGraph::Distance> distance_;  // copies of some rows
  std::vector<std::uint8_t> hop_;
  RowLog log_;
  std::vector<std::vector<RouteGraph::Change>> changes_;
  std::vector<Quanta> sums_;  // by failure, then by arc
  std::vector<Quanta> unrouted_;
};

}  // namespace anemone
