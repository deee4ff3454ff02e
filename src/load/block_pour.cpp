#include "load/block_pour.h"

#include <algorithm>

namespace anemone {
namespace {

// The last arc that was found to be taken, where it leads, and minus how many there were.
struct Taken {
  Lanes::Four next, arc, count;
};

// Where `here` = `there` + the arc's cost, notes the arc as taken and one more place pouring into it.
inline void take(Taken& taken, const Lanes::Four& here, const Lanes::Four& there,
                 const DistanceBlock::Arc& arc, std::uint32_t id, Lanes::Four& pending) {
  const Lanes::Four equal = here == there + arc.cost;  // all ones, or zero
  taken.next = equal ? Lanes::Four{} + static_cast<std::int32_t>(arc.to) : taken.next;
  taken.arc = equal ? Lanes::Four{} + static_cast<std::int32_t>(id) : taken.arc;
  taken.count += equal;
  pending += equal;
}

}  // namespace

BlockPour::BlockPour(const Topology& topology) : block_(topology) {
  pending_.resize(block_.place_count());
  stations_.resize(block_.place_count() * DistanceBlock::kLanes);
  on_arc_.resize(block_.arcs().size());
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
void BlockPour::find_next_arcs() {
  const auto arcs = block_.arcs();
  const auto distances = block_.distances();
  std::fill(pending_.begin(), pending_.end(), Lanes{});
  for (std::uint32_t place = 0; place < block_.place_count(); ++place) {
    const Lanes here = distances[place];
    const Lanes::Four none = Lanes::Four{} + static_cast<std::int32_t>(kNone);
    Taken a{none, {}, {}}, b{none, {}, {}}, c{none, {}, {}}, d{none, {}, {}};
    for (std::uint32_t i = block_.first_arc(place); i < block_.first_arc(place + 1); ++i) {
      const Lanes& there = distances[arcs[i].to];
      Lanes& pending = pending_[arcs[i].to];
      take(a, here.a, there.a, arcs[i], i, pending.a);
      take(b, here.b, there.b, arcs[i], i, pending.b);
      take(c, here.c, there.c, arcs[i], i, pending.c);
      take(d, here.d, there.d, arcs[i], i, pending.d);
    }
    Station* station = &stations_[place];
    for (const Taken& part : {a, b, c, d}) {
      for (int i = 0; i < 4; ++i, station += block_.place_count()) {
        station->traffic = {};
        station->next = part.count[i] < -1 ? kSeveral : static_cast<std::uint32_t>(part.next[i]);
        station->arc = static_cast<std::uint32_t>(part.arc[i]);
      }
    }
  }
  for (std::uint32_t place = 0; place < block_.place_count(); ++place) {
    const Lanes& pending = pending_[place];
    Station* station = &stations_[place];
    for (const Lanes::Four& part : {pending.a, pending.b, pending.c, pending.d}) {
      for (int i = 0; i < 4; ++i, station += block_.place_count()) {
        station->pending = static_cast<std::uint32_t>(-part[i]);
      }
    }
  }
}

Traffic BlockPour::pour_lane(std::size_t lane, std::span<const Demand> demands) {
  const std::span<Station> here = stations(lane);
  const std::uint32_t destination = block_.place(demands.front().to.node);
  Traffic unrouted;
  for (const Demand& demand : demands) {
    Station& station = here[block_.place(demand.ingress)];
    station.traffic += demand.traffic;
    if (station.next == kNone && block_.place(demand.ingress) != destination) unrouted += demand.traffic;
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
  const auto distance = [&](std::uint32_t of) {
    return reinterpret_cast<const std::int32_t*>(&block_.distances()[of])[lane];
  };
  const auto is_taken = [&](const DistanceBlock::Arc& arc) {
    return distance(place) == distance(arc.to) + arc.cost;
  };
  const auto arcs =
      block_.arcs().subspan(block_.first_arc(place), block_.first_arc(place + 1) - block_.first_arc(place));
  const auto count = std::count_if(arcs.begin(), arcs.end(), is_taken);
  const Traffic each = here[place].traffic * (1.0 / static_cast<double>(count));
  for (const DistanceBlock::Arc& arc : arcs) {
    if (!is_taken(arc)) continue;
    on_arc_[static_cast<std::size_t>(&arc - block_.arcs().data())] += each;
    here[arc.to].traffic += each;
    if (--here[arc.to].pending == 0) ready_.push_back(arc.to);
  }
}

void BlockPour::add_to(PerLink<Traffic>& links) const {
  for (std::uint32_t arc = 0; arc < on_arc_.size(); ++arc) links[block_.link(arc)] += on_arc_[arc];
}

}  // namespace anemone
