#include "route/distance_block.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace anemone {
namespace {

bool is_usable(const Link& link) { return !link.is_virtual; }

std::int32_t* lane(Lanes& lanes, std::size_t index) {
  return reinterpret_cast<std::int32_t*>(&lanes) + index;
}

Lanes all_far() {
  Lanes far{};
  far.a = far.b = far.c = far.d = Lanes::Four{} + DistanceBlock::kFar;
  return far;
}

// The smaller of `best` and `next` + `cost`, lane by lane.
inline void relax(Lanes::Four& best, const Lanes::Four& next, std::int32_t cost) {
  const Lanes::Four sum = next + cost;
  best = sum < best ? sum : best;
}

inline bool any_differs(const Lanes& x, const Lanes& y) {
  const Lanes::Four differs = (x.a ^ y.a) | (x.b ^ y.b) | (x.c ^ y.c) | (x.d ^ y.d);
  std::uint64_t halves[2];
  std::memcpy(halves, &differs, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

}  // namespace

bool DistanceBlock::fits(const Topology& topology) {
  std::uint64_t sum = 0;
  for (NodeId node : topology.nodes()) {
    Cost dearest = 0;
    for (LinkId id : topology.links_from(node)) {
      const Link& link = topology.link(id);
      const bool free = topology.node(node).kind == NodeKind::kNetwork;
      if (is_usable(link) && (free ? link.cost != 0 : link.cost == 0)) return false;
      dearest = std::max(dearest, link.cost);
    }
    sum += dearest;
  }
  return 2 * sum + 2 < kFar;
}

DistanceBlock::DistanceBlock(const Topology& topology) {
  assert(fits(topology));
  number_places(topology);
  lay_out(topology);
  distances_.resize(topology.node_count());
  awake_.assign(topology.node_count(), 0);
}

void DistanceBlock::number_places(const Topology& topology) {
  constexpr std::uint32_t kNone = 0xffff'ffff;
  place_of_.assign(topology.node_count(), kNone);
  const auto add = [&](NodeId node) {
    if (place_of_[node] != kNone) return;
    place_of_[node] = static_cast<std::uint32_t>(node_at_.size());
    node_at_.push_back(node);
  };
  for (NodeId start : topology.nodes()) {
    std::size_t at = node_at_.size();
    add(start);
    for (; at < node_at_.size(); ++at) {
      for (LinkId id : topology.links_to(node_at_[at])) add(topology.link(id).from);
    }
  }
}

void DistanceBlock::lay_out(const Topology& topology) {
  for (NodeId node : node_at_) {
    is_network_.push_back(topology.node(node).kind == NodeKind::kNetwork ? 1 : 0);
    if (is_network_.back() != 0) scale_ = 2;
  }
  for (std::size_t from = 0; from < node_at_.size(); ++from) {
    first_out_.push_back(static_cast<std::uint32_t>(out_.size()));
    first_in_.push_back(static_cast<std::uint32_t>(in_.size()));
    for (LinkId id : topology.links_from(node_at_[from])) {
      const Link& link = topology.link(id);
      if (!is_usable(link)) continue;
      const std::uint32_t to = place_of_[link.to];
      out_.push_back(
          {to, static_cast<std::int32_t>(link.cost) * scale_ + is_network_[from] - is_network_[to]});
      link_of_.push_back(id);
    }
    for (LinkId id : topology.links_to(node_at_[from])) {
      if (is_usable(topology.link(id))) in_.push_back(place_of_[topology.link(id).from]);
    }
  }
  first_out_.push_back(static_cast<std::uint32_t>(out_.size()));
  first_in_.push_back(static_cast<std::uint32_t>(in_.size()));
}

void DistanceBlock::to(std::span<const NodeId> destinations) {
  assert(!destinations.empty() && destinations.size() <= kLanes);
  std::fill(distances_.begin(), distances_.end(), all_far());
  order_from(place_of_[destinations[0]]);
  for (std::size_t i = 0; i < destinations.size(); ++i) {
    *lane(distances_[place_of_[destinations[i]]], i) = 0;
    wake_users(place_of_[destinations[i]]);
  }
  while (sweep()) {
  }
}

// Places by how many links they are from `start`; those without a way to it last.
void DistanceBlock::order_from(std::uint32_t start) {
  std::vector<std::uint8_t>& seen = awake_;  // all zero between calls
  order_.clear();
  const auto add = [&](std::uint32_t place) {
    if (seen[place] != 0) return;
    seen[place] = 1;
    order_.push_back(place);
  };
  add(start);
  for (std::size_t at = 0; at < order_.size(); ++at) {
    for (std::uint32_t i = first_in_[order_[at]]; i < first_in_[order_[at] + 1]; ++i) add(in_[i]);
  }
  for (std::uint32_t place = 0; place < place_count(); ++place) add(place);
  std::fill(seen.begin(), seen.end(), 0);
}

// Looks at every place that is awake once; whether any distance changed.
bool DistanceBlock::sweep() {
  bool changed = false;
  for (std::uint32_t place : order_) {
    if (awake_[place] == 0) continue;
    awake_[place] = 0;
    const Lanes before = distances_[place];
    Lanes best = before;
    for (std::uint32_t i = first_out_[place]; i < first_out_[place + 1]; ++i) {
      const Lanes& next = distances_[out_[i].to];
      const std::int32_t cost = out_[i].cost;
      relax(best.a, next.a, cost);
      relax(best.b, next.b, cost);
      relax(best.c, next.c, cost);
      relax(best.d, next.d, cost);
    }
    if (!any_differs(best, before)) continue;
    distances_[place] = best;
    wake_users(place);
    changed = true;
  }
  return changed;
}

void DistanceBlock::wake_users(std::uint32_t place) {
  for (std::uint32_t i = first_in_[place]; i < first_in_[place + 1]; ++i) awake_[in_[i]] = 1;
}

Cost DistanceBlock::cost(NodeId from, NodeId to, std::size_t index) const {
  Lanes lanes = distances_[place_of_[from]];
  const std::int32_t scaled = *lane(lanes, index);
  if (scaled >= kFar) return kUnreachable;
  return static_cast<Cost>((scaled - is_network_[place_of_[from]] + is_network_[place_of_[to]]) / scale_);
}

}  // namespace anemone
