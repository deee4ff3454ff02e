// Pouring: traffic that stands at nodes flows along the routes to one destination, from the farthest node
// to the nearest, and is split evenly over the next hops at each (equal-cost multipath as routers do it:
// by next hop, not by path; each of several parallel links counts, and a link that is among the next hops
// several times, once for each neighbour behind it, counts as often).
#pragma once

#include "matrix/traffic_matrix.h"
#include "route/routes_to.h"

namespace anemone {

// Adds to `links` what each carries. `standing` is consumed: all zero afterwards.
// Returns what stood where no route leads to the destination.
Traffic pour(const Topology& topology, const RoutesTo& routes, PerNode<Traffic>& standing,
             PerLink<Traffic>& links);

}  // namespace anemone
