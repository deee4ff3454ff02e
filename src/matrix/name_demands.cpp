#include "matrix/name_demands.h"

namespace anemone {

std::vector<NamedDemand> name_demands(const TrafficMatrix& matrix, const Topology& topology) {
  std::vector<NamedDemand> named;
  named.reserve(matrix.demands.size());
  for (const Demand& demand : matrix.demands) {
    const Destination& to = demand.to;
    named.push_back({topology.node(demand.ingress).name,
                     to.node.valid() ? topology.node(to.node).name : print_prefix(topology.prefix(to.prefix)),
                     demand.traffic.bps, demand.traffic.pps, 0});
  }
  return named;
}

}  // namespace anemone
