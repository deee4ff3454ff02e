// Shortest paths of everybody to one destination, equal costs kept (RFC 2328 section 16.1, but run
// backward from the destination rather than forward from one router: we need everybody's routes, not
// our own).
//
// Dijkstra's algorithm over flat arrays that are laid out once per topology, with a radix heap (Ahuja,
// Mehlhorn, Orlin, Tarjan 1990): costs only grow while it runs, and any 32-bit cost will do. Nothing is
// allocated per destination once the arrays have grown.
//
// At equal cost routers settle before networks, so that a network's free links point at nodes that are
// settled already and `order` is topological. Links between routers must cost something; a free one is
// used, but its equal-cost twins may be missed.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "route/routes_to.h"
#include "topology/topology.h"

namespace anemone {

// Where a destination is reached, and what it costs from there on.
struct Seed {
  NodeId node;
  Cost cost = 0;
};

// The workspace: one per thread, for as many destinations as wanted.
class ShortestPaths {
 public:
  // Copies what it needs: `topology` need not outlive it.
  explicit ShortestPaths(const Topology& topology);

  void to(NodeId destination, RoutesTo& routes);
  // To whichever seed is nearest; of equally near ones, all.
  void to(std::span<const Seed> seeds, RoutesTo& routes);

 private:
  // A link as seen from one of its ends; `node` is the other.
  struct Arc {
    std::uint32_t node;
    Cost cost;
  };
  // When a node may settle: by cost, and at equal cost the networks (the last bit) after the routers.
  using Turn = std::uint64_t;
  struct Waiting {
    Turn turn;
    std::uint32_t node;
  };

  Turn turn(std::uint32_t node, Cost cost) const { return Turn{cost} << 1 | is_network_[node]; }
  void push(Waiting waiting);
  bool pop(Waiting& waiting);
  void settle_all(RoutesTo& routes);
  void list_hops(std::span<const Seed> seeds, RoutesTo& routes);

  std::vector<std::uint32_t> first_in_;  // per node, and one past the end
  std::vector<Arc> in_;
  std::vector<std::uint32_t> first_out_;  // in the order of the links' ids
  std::vector<Arc> out_;
  std::vector<std::uint8_t> is_network_;
  std::vector<std::uint32_t> settled_;  // as how manieth, from 1; 0 = not yet
  std::vector<std::uint8_t> terminal_;  // nodes that are at the destination: no next hops

  std::array<std::vector<Waiting>, 34> heap_;  // [i]: turns that differ from last_ in bit i - 1 at most
  Turn last_ = 0;
};

RoutesTo shortest_paths_to(const Topology& topology, NodeId destination);

}  // namespace anemone
