// Whose load a link carries: which demands take it, and with which share of themselves.
//
// The pouring of `pour.h` run backward: a share of 1 stands at the link and is handed from each next hop
// to the nodes that use it. A demand's part of the link's load is its traffic times its share.
#pragma once

#include <cstdint>
#include <vector>

#include "matrix/traffic_matrix.h"
#include "route/routes_to.h"

namespace anemone {

struct LinkShare {
  std::uint32_t demand = 0;  // its place in matrix.demands
  double share = 0;          // of the demand that takes the link, above 0 up to 1
};

// Every demand that takes `link`, in the order of the matrix.
std::vector<LinkShare> demands_on_link(const Topology& topology, const TrafficMatrix& matrix, LinkId link);

// The share of traffic at each node that takes `link` on its way; all zero when none does.
// `shares` keeps its memory from call to call.
void shares_on_link(const Topology& topology, const RoutesTo& routes, LinkId link, PerNode<double>& shares);

// The share of one demand on every link that it takes: its route.
struct RouteShare {
  LinkId link;
  double share = 0;
};
std::vector<RouteShare> route_of(const Topology& topology, const RoutesTo& routes, NodeId ingress);

}  // namespace anemone
