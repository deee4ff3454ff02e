// A RouteGraph is a topology laid out for whoever computes routes again and again while costs change.
//
// Why not the Topology itself? Because that is immutable and holds names, addresses and areas; here is what
// a shortest path looks at, in flat arrays, and a cost can be set. Nodes are numbered breadth-first
// ("places"), so that neighbours are near each other in memory; an arc is a link that packets may take.
//
// Distances are scaled so that every arc costs something, which makes the nearer node of an arc always stand
// nearer the destination: with broadcast networks, whose links out are free, a place's scaled distance is
// twice its cost, and one more at a network. A way down is an arc of kDownCost, which never makes up a
// distance.
//
// A change of costs is set(), as often as needed, then the work of those who want both what was and what is
// (before() and the arcs' costs), then settle().
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/topology.h"

namespace anemone {

class RouteGraph {
 public:
  using Distance = std::uint32_t;
  static constexpr Distance kFar = (Distance{1} << 30) - 2;  // no way; twice as much is still a signed number
  static constexpr Distance kDownCost = kFar + 1;            // from anywhere it is farther than kFar
  static constexpr std::uint32_t kNoArc = 0xffff'ffff;

  // An arc as seen from one of its ends; `place` is the other.
  struct Arc {
    std::uint32_t place;
    Distance cost;
  };
  // An arc whose cost was set; scaled.
  struct Change {
    std::uint32_t arc, from, to;
    Distance before, after;
  };

  // Whether the topology's distances can be held: costs add up to less than kFar / 2, and only networks have
  // free links. True for every network that OSPF runs in below some 8,000 routers, were every cost 65,535.
  static bool fits(const Topology& topology);

  // Copies what it needs. REQUIRES: fits(topology).
  explicit RouteGraph(const Topology& topology);

  std::size_t place_count() const { return node_at_.size(); }
  std::uint32_t place(NodeId node) const { return place_of_[node]; }
  NodeId node(std::uint32_t place) const { return node_at_[place]; }
  bool is_network(std::uint32_t place) const { return is_network_[place] != 0; }

  std::size_t arc_count() const { return out_.size(); }
  // kNoArc for a virtual link.
  std::uint32_t arc(LinkId link) const { return arc_of_[link]; }
  LinkId link(std::uint32_t arc) const { return link_of_[arc]; }
  std::uint32_t first_out(std::uint32_t place) const { return first_out_[place]; }
  std::span<const Arc> out(std::uint32_t place) const {
    return {out_.data() + first_out_[place], first_out_[place + 1] - first_out_[place]};
  }
  std::span<const Arc> in(std::uint32_t place) const {
    return {in_.data() + first_in_[place], first_in_[place + 1] - first_in_[place]};
  }
  const Arc& out_arc(std::uint32_t arc) const { return out_[arc]; }
  Distance before(std::uint32_t arc) const { return before_[arc]; }

  Distance scaled(Cost cost, std::uint32_t place) const { return cost * scale_ + is_network_[place]; }
  Cost cost(Distance distance, std::uint32_t place) const {
    return distance >= kFar ? kUnreachable : (distance - is_network_[place]) / scale_;
  }
  // The cost of an arc, scaled; kUnreachable takes it down.
  Distance scaled_arc(std::uint32_t from, std::uint32_t arc, Cost cost) const;
  // Counts with `link` costing up to `cost` from now on. False, and not counted with, where distances could
  // then no longer be held.
  bool make_room(LinkId link, Cost cost);

  // Sets the scaled cost of an arc. before() stays.
  void set(std::uint32_t arc, Distance cost) {
    out_[arc].cost = cost;
    in_[in_of_[arc]].cost = cost;
  }
  void settle(std::uint32_t arc) { before_[arc] = out_[arc].cost; }
  std::uint32_t from(std::uint32_t arc) const { return in_[in_of_[arc]].place; }

 private:
  void number_places(const Topology& topology);
  void lay_out(const Topology& topology);

  PerNode<std::uint32_t> place_of_;
  std::vector<NodeId> node_at_;
  std::vector<std::uint8_t> is_network_;
  Distance scale_ = 1;  // 2 where there are networks
  std::vector<std::uint32_t> first_out_;
  std::vector<Arc> out_;
  std::vector<Distance> before_;
  std::vector<std::uint32_t> first_in_;
  std::vector<Arc> in_;
  std::vector<std::uint32_t> in_of_;  // where an arc stands in in_
  PerLink<std::uint32_t> arc_of_;
  std::vector<LinkId> link_of_;
  std::vector<Cost> dearest_;      // by place, the most that a link out of it has cost
  std::uint64_t dearest_sum_ = 0;  // of all places
};

}  // namespace anemone
