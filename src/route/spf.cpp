#include "route/spf.h"

#include <algorithm>
#include <bit>

namespace anemone {
namespace {

// A virtual link is no wire: nothing travels over it.
Cost usable_cost(const Link& link) { return link.is_virtual ? kUnreachable : link.cost; }

}  // namespace

ShortestPaths::ShortestPaths(const Topology& topology) {
  const std::size_t nodes = topology.node_count();
  first_in_.reserve(nodes + 1);
  first_out_.reserve(nodes + 1);
  in_.reserve(topology.link_count());
  out_.reserve(topology.link_count());
  for (NodeId node : topology.nodes()) {
    first_in_.push_back(static_cast<std::uint32_t>(in_.size()));
    first_out_.push_back(static_cast<std::uint32_t>(out_.size()));
    for (LinkId id : topology.links_to(node)) {
      in_.push_back({topology.link(id).from.value(), usable_cost(topology.link(id))});
    }
    for (LinkId id : topology.links_from(node)) {
      out_.push_back({topology.link(id).to.value(), usable_cost(topology.link(id))});
    }
    is_network_.push_back(topology.node(node).kind == NodeKind::kNetwork ? 1 : 0);
  }
  first_in_.push_back(static_cast<std::uint32_t>(in_.size()));
  first_out_.push_back(static_cast<std::uint32_t>(out_.size()));
}

void ShortestPaths::to(NodeId destination, RoutesTo& routes) {
  const Seed seed{destination};
  to(std::span(&seed, 1), routes);
}

void ShortestPaths::to(std::span<const Seed> seeds, RoutesTo& routes) {
  const std::size_t nodes = is_network_.size();
  routes.cost.assign(nodes, kUnreachable);
  routes.order.clear();
  settled_.assign(nodes, 0);
  last_ = 0;
  for (const Seed& seed : seeds) {
    if (seed.cost >= routes.cost[seed.node]) continue;
    routes.cost[seed.node] = seed.cost;
    push({turn(seed.node.value(), seed.cost), seed.node.value()});
  }
  settle_all(routes);
  list_hops(seeds, routes);
}

void ShortestPaths::settle_all(RoutesTo& routes) {
  Waiting next{};
  while (pop(next)) {
    if (settled_[next.node] != 0) continue;
    routes.order.emplace_back(next.node);
    settled_[next.node] = static_cast<std::uint32_t>(routes.order.size());
    const Cost here = routes.cost[NodeId{next.node}];
    for (std::uint32_t i = first_in_[next.node]; i < first_in_[next.node + 1]; ++i) {
      const Arc& arc = in_[i];
      const Cost cost = here + arc.cost;
      Cost& known = routes.cost[NodeId{arc.node}];
      if (cost >= known || cost < here) continue;  // not nearer, or past 32 bits as over an unusable link
      known = cost;
      push({turn(arc.node, cost), arc.node});
    }
  }
}

// A link is a next hop when it lies on a shortest path and leads to a node that settled earlier.
void ShortestPaths::list_hops(std::span<const Seed> seeds, RoutesTo& routes) {
  const std::size_t nodes = is_network_.size();
  terminal_.assign(nodes, 0);
  for (const Seed& seed : seeds) {
    if (routes.cost[seed.node] == seed.cost) terminal_[seed.node.value()] = 1;
  }
  routes.first.clear();
  routes.hops.clear();
  for (std::uint32_t node = 0; node < nodes; ++node) {
    routes.first.push_back(static_cast<std::uint32_t>(routes.hops.size()));
    if (settled_[node] == 0 || terminal_[node] != 0) continue;
    const Cost cost = routes.cost[NodeId{node}];
    for (std::uint32_t i = first_out_[node]; i < first_out_[node + 1]; ++i) {
      const Arc& arc = out_[i];
      const std::uint32_t settled = settled_[arc.node];
      if (settled == 0 || settled > settled_[node] || arc.cost == kUnreachable) continue;
      if (routes.cost[NodeId{arc.node}] + arc.cost == cost) routes.hops.emplace_back(i);
    }
  }
  routes.first.push_back(static_cast<std::uint32_t>(routes.hops.size()));
  std::reverse(routes.order.begin(), routes.order.end());
}

void ShortestPaths::push(Waiting waiting) {
  heap_[static_cast<std::size_t>(std::bit_width(waiting.turn ^ last_))].push_back(waiting);
}

bool ShortestPaths::pop(Waiting& waiting) {
  if (heap_[0].empty()) {
    auto bucket = std::find_if(heap_.begin(), heap_.end(), [](const auto& held) { return !held.empty(); });
    if (bucket == heap_.end()) return false;
    last_ = std::min_element(bucket->begin(), bucket->end(), [](const Waiting& a, const Waiting& b) {
              return a.turn < b.turn;
            })->turn;
    for (const Waiting& moved : *bucket) push(moved);  // all land in lower buckets
    bucket->clear();
  }
  waiting = heap_[0].back();
  heap_[0].pop_back();
  return true;
}

RoutesTo shortest_paths_to(const Topology& topology, NodeId destination) {
  RoutesTo routes;
  ShortestPaths(topology).to(destination, routes);
  return routes;
}

}  // namespace anemone
