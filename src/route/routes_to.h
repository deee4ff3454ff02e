// RoutesTo is how everybody reaches one destination: each node's cost and its equal-cost next hops.
//
// One destination for all nodes, rather than one node's table for all destinations, because that is what
// traffic is poured along: start at the farthest node, split evenly over its next hops, go on.
// Flat arrays (compressed rows): the next hops of node n are hops[first[n]] .. hops[first[n + 1] - 1].
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/topology.h"

namespace anemone {

struct RoutesTo {
  PerNode<Cost> cost;                // kUnreachable where there is no way
  std::vector<std::uint32_t> first;  // node_count() + 1
  std::vector<LinkId> hops;
  std::vector<NodeId> order;  // reachable nodes, so that every node stands before its next hops

  std::span<const LinkId> next_hops(NodeId node) const {
    return std::span(hops).subspan(first[node.value()], first[node.value() + 1] - first[node.value()]);
  }
  bool reachable(NodeId node) const { return cost[node] != kUnreachable; }
};

}  // namespace anemone
