#include "load/pour.h"

namespace anemone {

Traffic pour(const Topology& topology, const RoutesTo& routes, PerNode<Traffic>& standing,
             PerLink<Traffic>& links) {
  for (NodeId node : routes.order) {
    const Traffic here = standing[node];
    standing[node] = {};
    const auto hops = routes.next_hops(node);
    if (hops.empty() || (here.bps == 0 && here.pps == 0)) continue;
    const Traffic each = here * (1.0 / static_cast<double>(hops.size()));
    for (LinkId hop : hops) {
      links[hop] += each;
      standing[topology.link(hop).to] += each;
    }
  }
  Traffic unrouted;
  for (Traffic& left : standing) {
    unrouted += left;
    left = {};
  }
  return unrouted;
}

}  // namespace anemone
