// A DistanceBlock holds everybody's distances to sixteen destinations at once.
//
// Why not Dijkstra's algorithm sixteen times? Because its queue and its branches that nobody can predict
// are what it costs. Here every node has the sixteen distances in one cache line, a link is relaxed for all
// of them by a few vector instructions, and nodes are swept over, breadth-first from the first destination,
// until nothing changes (Bellman and Ford, in place; only nodes with a changed neighbour are looked at).
// docs/benchmarks.md has what that gains. For a single destination ShortestPaths is the better choice.
//
// Nodes are numbered breadth-first ("places"), so that neighbours are near each other in memory. Distances
// are scaled so that every link costs something: with broadcast networks, whose links out are free, a cost
// c from x to y becomes 2c + n(x) - n(y), where n is 1 for networks: whatever the path, its scaled cost
// is twice its cost plus what depends on its ends only.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/topology.h"

namespace anemone {

// Sixteen numbers that one line of cache holds. The attribute is g++'s and clang's; any target will do.
struct alignas(64) Lanes {
  using Four = std::int32_t __attribute__((vector_size(16)));
  Four a, b, c, d;
};

class DistanceBlock {
 public:
  static constexpr std::size_t kLanes = 16;
  static constexpr std::int32_t kFar = 1 << 30;  // no way

  // A link out of a place: where it leads and its scaled cost, at least 1.
  struct Arc {
    std::uint32_t to;
    std::int32_t cost;
  };

  // Whether the topology's distances can be held: costs add up to less than kFar, and only networks have
  // free links. True for every network that OSPF runs in below some 8,000 routers, were every cost 65,535.
  static bool fits(const Topology& topology);

  // Copies what it needs. REQUIRES: fits(topology).
  explicit DistanceBlock(const Topology& topology);

  // Finds the distances to up to kLanes destinations; lanes beyond them are kFar.
  void to(std::span<const NodeId> destinations);

  std::size_t place_count() const { return first_out_.size() - 1; }
  std::uint32_t place(NodeId node) const { return place_of_[node]; }
  // Scaled; kFar where there is no way.
  std::span<const Lanes> distances() const { return distances_; }
  Cost cost(NodeId from, NodeId to, std::size_t lane) const;

  // The arcs out of place p are arcs()[first_arc(p)] .. arcs()[first_arc(p + 1) - 1].
  std::uint32_t first_arc(std::size_t place) const { return first_out_[place]; }
  std::span<const Arc> arcs() const { return out_; }
  LinkId link(std::uint32_t arc) const { return link_of_[arc]; }

 private:
  void number_places(const Topology& topology);
  void lay_out(const Topology& topology);
  void order_from(std::uint32_t start);
  bool sweep();
  void wake_users(std::uint32_t place);

  PerNode<std::uint32_t> place_of_;
  std::vector<NodeId> node_at_;
  std::vector<std::uint8_t> is_network_;  // by place
  int scale_ = 1;                         // 2 where there are networks
  std::vector<std::uint32_t> first_out_;
  std::vector<Arc> out_;
  std::vector<LinkId> link_of_;
  std::vector<std::uint32_t> first_in_;
  std::vector<std::uint32_t> in_;  // places that have an arc into this one

  std::vector<Lanes> distances_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint8_t> awake_;  // a neighbour changed since last looked at
};

}  // namespace anemone
