#include "route/area_paths.h"

#include <algorithm>
#include <set>

namespace anemone {

AreaPaths::AreaPaths(const Topology& topology)
    : topology_(topology),
      cost_(topology.node_count(), kUnreachable),
      seed_cost_(topology.node_count(), kUnreachable) {
  std::set<AreaId> ids;
  for (const Link& link : topology.links()) ids.insert(link.area);
  for (AreaId id : ids) {
    Area area;
    area.id = id;
    area.first_in.reserve(topology.node_count() + 1);
    for (NodeId node : topology.nodes()) {
      if (!topology.node(node).forwards(id.domain)) area.hosts.push_back(node);
      area.first_in.push_back(static_cast<std::uint32_t>(area.in.size()));
      for (LinkId in : topology.links_to(node)) {
        const Link& link = topology.link(in);
        if (link.area == id) area.in.push_back({link.from, link.cost});
      }
    }
    area.first_in.push_back(static_cast<std::uint32_t>(area.in.size()));
    areas_.push_back(std::move(area));
  }
}

const AreaPaths::Area* AreaPaths::find(AreaId area) const {
  auto at = std::lower_bound(areas_.begin(), areas_.end(), area,
                             [](const Area& known, AreaId wanted) { return known.id < wanted; });
  return at != areas_.end() && at->id == area ? &*at : nullptr;
}

// What is left of the way for whoever comes to `node`: nothing but what the node itself has, where it does
// not forward.
Cost AreaPaths::through(NodeId node) const {
  const bool host = current_ != nullptr && std::ranges::binary_search(current_->hosts, node);
  return host ? seed_cost_[node] : cost_[node];
}

void AreaPaths::reach(NodeId node, Cost cost) {
  if (cost >= cost_[node]) return;
  if (cost_[node] == kUnreachable) reached_.push_back(node);
  cost_[node] = cost;
  heap_.push_back({cost, node});
  std::push_heap(heap_.begin(), heap_.end());
}

void AreaPaths::to(AreaId id, std::span<const Seed> seeds) {
  for (NodeId node : reached_) cost_[node] = kUnreachable;
  for (NodeId node : seeded_) seed_cost_[node] = kUnreachable;
  reached_.clear();
  seeded_.clear();
  area_ = id;
  for (const Seed& seed : seeds) {
    if (seed.cost >= seed_cost_[seed.node]) continue;
    seed_cost_[seed.node] = seed.cost;
    seeded_.push_back(seed.node);
    reach(seed.node, seed.cost);
  }
  const Area* area = current_ = find(id);
  while (!heap_.empty()) {
    std::pop_heap(heap_.begin(), heap_.end());
    const Waiting next = heap_.back();
    heap_.pop_back();
    if (area == nullptr || next.cost > cost_[next.node]) continue;
    const Cost on = through(next.node);
    if (on == kUnreachable) continue;
    for (std::uint32_t i = area->first_in[next.node.value()]; i < area->first_in[next.node.value() + 1];
         ++i) {
      const Cost cost = on + area->in[i].cost;
      if (cost >= on) reach(area->in[i].from, cost);  // else past 32 bits
    }
  }
}

void AreaPaths::append_hops(NodeId node, std::vector<LinkId>& hops) const {
  if (cost_[node] == kUnreachable || at_seed(node)) return;
  for (LinkId id : topology_.links_from(node)) {
    const Link& link = topology_.link(id);
    if (link.area != area_) continue;
    const Cost on = through(link.to);
    if (on != kUnreachable && on + link.cost == cost_[node]) hops.push_back(id);
  }
}

}  // namespace anemone
