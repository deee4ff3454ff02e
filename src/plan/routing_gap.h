// How far today's routing is from the best that any routing could do, in one call: what a live view shows
// beside the map ("today's routing needs 38% more than it must").
//
// For a server: gives up at `seconds` with what is proved by then, works on snapshots only, keeps nothing.
// Takes one core while it runs; call it beside the loop, and not for every bin. A hundred routers take some
// tenths of a second, three hundred some seconds to one in a hundred.
#pragma once

#include "io/clock.h"
#include "load/link_load.h"
#include "matrix/traffic_matrix.h"
#include "topology/topology.h"

namespace anemone {

struct RoutingGap {
  double utilization = 0;  // today's largest, of links whose capacity is known: load over capacity
  double bound = 0;        // no routing has a lower one
  double reached = 0;      // some flow has this one
  bool exact = true;       // bound and reached agree to the precision of the arithmetic
  double gap = 0;          // (reached - bound) / reached

  // How much more today's routing needs than it must, at least: 0.38 = 38%. 0 where nothing is sent or no
  // capacity is known.
  double excess() const { return reached > 0 && utilization > reached ? utilization / reached - 1 : 0; }
};

struct RoutingGapLimits {
  double seconds = 2;
  double gap = 0.001;  // near enough
};

// `today`: what link_load.h says of the same topology and matrix.
RoutingGap routing_gap(const Topology& topology, const TrafficMatrix& matrix, const LinkLoad& today,
                       const RoutingGapLimits& limits, const Clock& clock);

}  // namespace anemone
