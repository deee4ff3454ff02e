#include "load/block_pour.h"

#include <algorithm>
#include <utility>

#include "base/vector_clones.h"

namespace anemone {
BlockPour::BlockPour(const Topology& topology) : block_(topology) {
  pending_.resize(place_count());
  stations_.resize(place_count() * DistanceBlock::kLanes);
  on_arc_.resize(block_.graph().arc_count());
}

Traffic BlockPour::pour(std::span<const std::span<const Demand>> groups) {
  std::array<NodeId, DistanceBlock::kLanes> destinations;
  for (std::size_t lane = 0; lane < groups.size(); ++lane) destinations[lane] = groups[lane].front().to.node;
  block_.to(std::span(destinations).first(groups.size()));
  find_next_arcs();
  Traffic unrouted;
  for (std::size_t lane = 0; lane < groups.size(); ++lane) unrouted += pour_lane(lane, groups[lane]);
  return unrouted;
}

// For every place and lane the arc that lies on a shortest path, whether it is the only one, and how many
// places pour into this one.
ANEMONE_VECTOR_CLONES
void BlockPour::find_next_arcs() {
  using Sixteen = Lanes::Sixteen;
  const RouteGraph& graph = block_.graph();
  const auto distances = block_.distances();
  std::fill(pending_.begin(), pending_.end(), Lanes{});
  for (std::uint32_t place = 0; place < place_count(); ++place) {
    const Sixteen here = distances[place].all;
    Sixteen next = Sixteen{} + static_cast<std::int32_t>(kNone);
    Sixteen taken{};
    Sixteen count{};
    for (std::uint32_t arc = graph.first_out(place); arc < graph.first_out(place + 1); ++arc) {
      const RouteGraph::Arc& out = graph.out_arc(arc);
      const Sixteen equal = here == distances[out.place].all + static_cast<std::int32_t>(out.cost);
      next = equal ? Sixteen{} + static_cast<std::int32_t>(out.place) : next;
      taken = equal ? Sixteen{} + static_cast<std::int32_t>(arc) : taken;
      count += equal;  // all ones is minus one
      pending_[out.place].all += equal;
    }
    next = count < -1 ? Sixteen{} + static_cast<std::int32_t>(kSeveral) : next;
    Station* station = &stations_[place];
    for (std::size_t lane = 0; lane < DistanceBlock::kLanes; ++lane, station += place_count()) {
      *station = {{}, static_cast<std::uint32_t>(next[lane]), static_cast<std::uint32_t>(taken[lane]), 0};
    }
  }
  for (std::uint32_t place = 0; place < place_count(); ++place) {
    const Sixteen pending = -pending_[place].all;
    Station* station = &stations_[place];
    for (std::size_t lane = 0; lane < DistanceBlock::kLanes; ++lane, station += place_count()) {
      station->pending = static_cast<std::uint32_t>(pending[lane]);
    }
  }
}

Traffic BlockPour::pour_lane(std::size_t lane, std::span<const Demand> demands) {
  const std::span<Station> here = stations(lane);
  const std::uint32_t destination = block_.graph().place(demands.front().to.node);
  Traffic unrouted;
  for (const Demand& demand : demands) {
    Station& station = here[block_.graph().place(demand.ingress)];
    station.traffic += demand.traffic;
    if (station.next == kNone && block_.graph().place(demand.ingress) != destination)
      unrouted += demand.traffic;
  }
  for (std::uint32_t place = 0; place < here.size(); ++place) {
    if (here[place].pending == 0) pour_from(lane, place);
  }
  for (const Station& station : here) {
    if (station.next < kSeveral) on_arc_[station.arc] += station.traffic;
  }
  return unrouted;
}

// Pours `place`, and on along the way as long as nothing else is pending there.
void BlockPour::pour_from(std::size_t lane, std::uint32_t place) {
  const std::span<Station> here = stations(lane);
  for (;;) {
    Station& station = here[place];
    station.pending = kDone;
    if (station.next < kSeveral) {
      Station& next = here[station.next];
      next.traffic += station.traffic;
      if (--next.pending == 0) {
        place = station.next;
        continue;
      }
    } else if (station.next == kSeveral) {
      split(lane, place);
    }
    if (ready_.empty()) return;
    place = ready_.back();
    ready_.pop_back();
  }
}

// Pours `place` over several equal arcs.
void BlockPour::split(std::size_t lane, std::uint32_t place) {
  const std::span<Station> here = stations(lane);
  const RouteGraph& graph = block_.graph();
  const auto distance = [&](std::uint32_t of) {
    return reinterpret_cast<const RouteGraph::Distance*>(&block_.distances()[of])[lane];
  };
  const auto is_taken = [&](const RouteGraph::Arc& arc) {
    return distance(place) == distance(arc.place) + arc.cost;
  };
  const auto count = std::ranges::count_if(graph.out(place), is_taken);
  const Traffic each = here[place].traffic * (1.0 / static_cast<double>(count));
  for (std::uint32_t arc = graph.first_out(place); arc < graph.first_out(place + 1); ++arc) {
    const std::uint32_t to = graph.out_arc(arc).place;
    if (!is_taken(graph.out_arc(arc))) continue;
    on_arc_[arc] += each;
    here[to].traffic += each;
    if (--here[to].pending == 0) ready_.push_back(to);
  }
}

void BlockPour::take(PerLink<Traffic>& links) {
  for (std::uint32_t arc = 0; arc < on_arc_.size(); ++arc) {
    links[block_.graph().link(arc)] += std::exchange(on_arc_[arc], {});
  }
}

}  // namespace anemone
