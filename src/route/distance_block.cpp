#include "route/distance_block.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "base/vector_clones.h"

namespace anemone {
namespace {

std::int32_t* lane(Lanes& lanes, std::size_t index) {
  return reinterpret_cast<std::int32_t*>(&lanes) + index;
}

inline bool any_differs(const Lanes::Sixteen& x, const Lanes::Sixteen& y) {
  const Lanes::Sixteen differs = x ^ y;
  std::uint64_t parts[8];
  std::memcpy(parts, &differs, sizeof parts);
  return (parts[0] | parts[1] | parts[2] | parts[3] | parts[4] | parts[5] | parts[6] | parts[7]) != 0;
}

}  // namespace

DistanceBlock::DistanceBlock(RouteGraph graph)
    : graph_(std::move(graph)), distances_(graph_.place_count()), awake_(graph_.place_count()) {}

inline void DistanceBlock::wake_users(std::uint32_t place) {
  for (const RouteGraph::Arc& arc : graph_.in(place)) awake_[arc.place] = 1;
}

// Places by how many links they are from `start`; those without a way to it last.
void DistanceBlock::order_from(std::uint32_t start) {
  std::vector<std::uint8_t>& seen = awake_;
  order_.clear();
  const auto add = [&](std::uint32_t place) {
    if ((seen[place] & 2) != 0) return;
    seen[place] |= 2;
    order_.push_back(place);
  };
  add(start);
  for (std::size_t at = 0; at < order_.size(); ++at) {
    for (const RouteGraph::Arc& arc : graph_.in(order_[at])) add(arc.place);
  }
  for (std::uint32_t place = 0; place < graph_.place_count(); ++place) add(place);
  for (std::uint8_t& place : seen) place &= 1;
}

void DistanceBlock::clear() {
  Lanes far{};
  far.all += kFar;
  std::fill(distances_.begin(), distances_.end(), far);
  seeded_ = false;
}

void DistanceBlock::seed(std::size_t index, std::uint32_t place, RouteGraph::Distance distance) {
  assert(index < kLanes);
  std::int32_t& known = *lane(distances_[place], index);
  known = std::min(known, static_cast<std::int32_t>(distance));
  if (!std::exchange(seeded_, true)) start_ = place;
  wake_users(place);
}

void DistanceBlock::find() {
  if (!seeded_) return;
  order_from(start_);
  while (sweep()) {
  }
}

void DistanceBlock::to(std::span<const NodeId> destinations) {
  clear();
  for (std::size_t i = 0; i < destinations.size(); ++i) {
    const std::uint32_t place = graph_.place(destinations[i]);
    seed(i, place, graph_.scaled(0, place));
  }
  find();
}

// Looks at every place that is awake once; whether any distance changed.
ANEMONE_VECTOR_CLONES
bool DistanceBlock::sweep() {
  bool changed = false;
  for (std::uint32_t place : order_) {
    if (awake_[place] == 0) continue;
    awake_[place] = 0;
    const Lanes::Sixteen before = distances_[place].all;
    Lanes::Sixteen best = before;
    for (const RouteGraph::Arc& arc : graph_.out(place)) {
      const Lanes::Sixteen sum = distances_[arc.place].all + static_cast<std::int32_t>(arc.cost);
      best = sum < best ? sum : best;
    }
    if (!any_differs(best, before)) continue;
    distances_[place].all = best;
    wake_users(place);
    changed = true;
  }
  return changed;
}

Cost DistanceBlock::cost(NodeId from, std::size_t index) const {
  const std::uint32_t place = graph_.place(from);
  Lanes lanes = distances_[place];
  return graph_.cost(static_cast<RouteGraph::Distance>(*lane(lanes, index)), place);
}

}  // namespace anemone
