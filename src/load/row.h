// A Row is everybody's way to one destination, and what flows along it: the unit of route_rows.h.
//
// Flows are whole numbers, and shares of equal ways are whole too and add up to what is shared, so that
// nothing is lost or made by rounding, and differences of flows cancel exactly.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "route/route_graph.h"

namespace anemone {

// A flow, or the difference of two, in quanta (route_rows.h).
using Quanta = std::int64_t;

// How equal ways share.
enum class Split : std::uint8_t {
  kByLink,      // evenly over links
  kByNeighbor,  // evenly over neighbours: a broadcast network counts once for each of its own next hops
};

// A destination: where it is reached, and what it costs from there on, scaled. Traffic ends at the seeds that
// no other one is nearer to.
struct Target {
  struct Seed {
    std::uint32_t place;
    RouteGraph::Distance distance;
    auto operator<=>(const Seed&) const = default;
  };
  std::vector<Seed> seeds;
  Split split = Split::kByLink;
  auto operator<=>(const Target&) const = default;
};

// By place: the distance to the destination, the next hop, and what flows through, own traffic included.
// At a place without way, the flow is what would begin there.
struct Row {
  // A next hop is which one of the place's arcs is taken.
  static constexpr std::uint8_t kNoHop = 0xff;    // the destination is here, or there is no way
  static constexpr std::uint8_t kSeveral = 0xfe;  // all arcs that make up the distance

  RouteGraph::Distance* distance;
  std::uint8_t* hop;
  const Quanta* flow;
  Quanta* written;  // the same flows, to be kept; or nullptr, where only what links carry is wanted

  // Whether an arc out of a place is a next hop.
  bool takes(const RouteGraph& graph, std::uint32_t place, std::uint32_t arc) const {
    const RouteGraph::Arc& out = graph.out_arc(arc);
    return hop[place] != kNoHop && distance[out.place] + out.cost == distance[place];
  }
};

// One more flow that begins at a place, or less of it.
struct Inflow {
  std::uint32_t place;
  Quanta quanta;
};

// Where loads are counted, in quanta.
struct Sums {
  Quanta* on_arc;
  Quanta unrouted = 0;
};

// The part of `flow` for `weight` of `weights` shares, before which there are `first`. What does not divide
// goes to the first ones.
inline Quanta share(Quanta flow, std::uint32_t first, std::uint32_t weight, std::uint32_t weights) {
  if (flow == 0) return 0;
  Quanta each = flow / weights;
  Quanta rest = flow % weights;
  if (rest < 0) {
    rest += weights;
    --each;
  }
  return each * weight + std::clamp<Quanta>(rest - first, 0, weight);
}

// How many shares the way over `place` is given. is_taken(place, arc) says which arcs are next hops.
template <class IsTaken>
std::uint32_t ways_on(const RouteGraph& graph, Split split, std::uint32_t place, IsTaken is_taken) {
  if (split == Split::kByLink || !graph.is_network(place)) return 1;
  std::uint32_t ways = 0;
  for (std::uint32_t arc = graph.first_out(place); arc < graph.first_out(place + 1); ++arc) {
    ways += is_taken(place, arc) ? 1 : 0;
  }
  return std::max<std::uint32_t>(ways, 1);
}

// Calls visit(arc, part) for each next hop of `place`, where part(flow) is what the arc takes of a flow.
template <class IsTaken, class Visit>
void each_share(const RouteGraph& graph, Split split, std::uint32_t place, IsTaken is_taken, Visit visit) {
  std::uint32_t weights = 0;
  const std::uint32_t begin = graph.first_out(place);
  const std::uint32_t end = graph.first_out(place + 1);
  for (std::uint32_t arc = begin; arc < end; ++arc) {
    if (is_taken(place, arc)) weights += ways_on(graph, split, graph.out_arc(arc).place, is_taken);
  }
  std::uint32_t first = 0;
  for (std::uint32_t arc = begin; arc < end; ++arc) {
    if (!is_taken(place, arc)) continue;
    const std::uint32_t weight = ways_on(graph, split, graph.out_arc(arc).place, is_taken);
    visit(arc, [=](Quanta flow) { return share(flow, first, weight, weights); });
    first += weight;
  }
}

}  // namespace anemone
