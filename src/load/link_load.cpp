#include "load/link_load.h"

#include <algorithm>
#include <vector>

#include "load/destination_routes.h"
#include "load/pour.h"

namespace anemone {
namespace {

// The demands, those of one destination side by side.
std::vector<Demand> by_destination(const TrafficMatrix& matrix) {
  std::vector<Demand> sorted = matrix.demands;
  std::sort(sorted.begin(), sorted.end(), [](const Demand& a, const Demand& b) { return a.to < b.to; });
  return sorted;
}

}  // namespace

LinkLoad link_load(const Topology& topology, const TrafficMatrix& matrix) {
  LinkLoad load{PerLink<Traffic>(topology.link_count()), {}};
  PerNode<Traffic> standing(topology.node_count());
  DestinationRoutes routes(topology);
  const std::vector<Demand> demands = by_destination(matrix);
  for (std::size_t i = 0; i < demands.size();) {
    const Destination to = demands[i].to;
    for (; i < demands.size() && demands[i].to == to; ++i) standing[demands[i].ingress] += demands[i].traffic;
    load.unrouted += pour(topology, routes.to(to), standing, load.links);
  }
  return load;
}

double max_utilisation(const Topology& topology, const LinkLoad& load) {
  double most = 0;
  for (LinkId id : load.links.ids()) {
    const double capacity = topology.link(id).capacity_bps;
    if (capacity > 0) most = std::max(most, load.links[id].bps / capacity);
  }
  return most;
}

}  // namespace anemone
