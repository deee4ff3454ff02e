// RouteRows holds, for every destination that has traffic, everybody's distance, next hops and flow, and what
// that puts on each link: all that failures and changes are differences of.
//
// Rows stand one after the other, a destination's distances together, so that what a change does to one
// destination happens within a few kilobytes: 13 bytes for each pair of a destination and a node.
// Destinations that are reached at the same places at the same costs are one target.
//
// Flows are counted in quanta, whole multiples of a power of two of bit/s: the sum of all traffic is some
// 2^58 of them, so that a quantum of a terabit per second is four millionths of a bit. Shares of equal ways
// are whole too and add up. So sums do not depend on their order, differences cancel, and what is computed
// piece by piece, by several threads, or taken back, is what computing it from nothing gives, to the last
// bit.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "load/row.h"
#include "route/route_graph.h"
#include "route/routes_to.h"

namespace anemone {

class RouteRows {
 public:
  // REQUIRES: RouteGraph::fits(topology).
  explicit RouteRows(const Topology& topology) : graph(topology), on_arc(graph.arc_count()) {}

  std::size_t size() const { return targets.size(); }
  Row row(std::size_t target);
  // The same to be read only, by whoever holds the rows const.
  std::span<const RouteGraph::Distance> distances(std::size_t target) const {
    return std::span(distances_).subspan(target * graph.place_count(), graph.place_count());
  }
  std::span<const std::uint8_t> hops(std::size_t target) const {
    return std::span(hops_).subspan(target * graph.place_count(), graph.place_count());
  }
  std::span<const Quanta> flows(std::size_t target) const {
    return std::span(flows_).subspan(target * graph.place_count(), graph.place_count());
  }

  // Makes room for rows of more targets, of which the routes are computed and the flows are zero.
  void add(std::span<const Target> more, unsigned threads);
  // Forgets all flows.
  void clear_flows();
  // Adds flows that begin at places, for one target each.
  struct Inflows {
    std::uint32_t target;
    std::vector<Inflow> inflows;
  };
  void pour(std::span<const Inflows> all, unsigned threads);
  // What begins at each place for a target: flow without what comes in.
  void sources(std::size_t target, std::vector<Quanta>& own);
  // A row as routes of the topology's nodes and links.
  void list_routes(std::size_t target, RoutesTo& routes) const;

  RouteGraph graph;
  std::vector<Target> targets;
  std::vector<Quanta> on_arc;
  Quanta unrouted = 0;

 private:
  std::vector<RouteGraph::Distance> distances_;
  std::vector<std::uint8_t> hops_;
  std::vector<Quanta> flows_;
};

}  // namespace anemone
