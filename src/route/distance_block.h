// A DistanceBlock holds everybody's distances to sixteen destinations at once.
//
// Why not Dijkstra's algorithm sixteen times? Because its queue and its branches that nobody can predict
// are what it costs. Here every node has the sixteen distances in one cache line, a link is relaxed for all
// of them by a few vector instructions, and nodes are swept over, breadth-first from the first destination,
// until nothing changes (Bellman and Ford, in place; only nodes with a changed neighbour are looked at).
// docs/benchmarks.md has what that gains. For a single destination ShortestPaths is the better choice.
//
// Places, arcs and scaled distances are those of a RouteGraph.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "route/route_graph.h"
#include "topology/topology.h"

namespace anemone {

// Sixteen numbers that one line of cache holds. The attribute is g++'s and clang's; any target will do.
struct alignas(64) Lanes {
  using Sixteen = std::int32_t __attribute__((vector_size(64)));
  Sixteen all;
};

class DistanceBlock {
 public:
  static constexpr std::size_t kLanes = 16;
  static constexpr std::int32_t kFar = RouteGraph::kFar;  // no way

  static bool fits(const Topology& topology) { return RouteGraph::fits(topology); }

  // REQUIRES: fits(topology), which need not outlive it.
  explicit DistanceBlock(const Topology& topology) : DistanceBlock(RouteGraph(topology)) {}
  explicit DistanceBlock(RouteGraph graph);

  const RouteGraph& graph() const { return graph_; }

  // Finds the distances to up to kLanes destinations; lanes beyond them are kFar.
  void to(std::span<const NodeId> destinations);
  // The same in steps: clear(), seed() where each lane's destination is reached and for what scaled distance,
  // then find().
  void clear();
  void seed(std::size_t lane, std::uint32_t place, RouteGraph::Distance distance);
  void find();

  // By place, scaled; kFar where there is no way.
  std::span<const Lanes> distances() const { return distances_; }
  Cost cost(NodeId from, std::size_t lane) const;

 private:
  void order_from(std::uint32_t start);
  bool sweep();
  void wake_users(std::uint32_t place);

  RouteGraph graph_;
  std::vector<Lanes> distances_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint8_t> awake_;  // a neighbour changed since last looked at
  std::uint32_t start_ = 0;          // the place seeded first
  bool seeded_ = false;
};

}  // namespace anemone
