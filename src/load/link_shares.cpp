#include "load/link_shares.h"

#include <algorithm>
#include <numeric>

#include "load/destination_routes.h"

namespace anemone {
namespace {

// How many of the next hops of `from` are behind `link`: several neighbours on a broadcast network are.
double hops_behind(const RoutesTo& routes, NodeId from, LinkId link) {
  const auto hops = routes.next_hops(from);
  return static_cast<double>(std::count(hops.begin(), hops.end(), link));
}

}  // namespace

void shares_on_link(const Topology& topology, const RoutesTo& routes, LinkId link, PerNode<double>& shares) {
  shares.assign(topology.node_count(), 0);
  const NodeId tail = topology.link(link).from;
  if (hops_behind(routes, tail, link) == 0) return;
  for (auto at = routes.order.rbegin(); at != routes.order.rend(); ++at) {  // nearest first
    const NodeId node = *at;
    const auto hops = routes.next_hops(node);
    if (hops.empty()) continue;
    double share = 0;
    if (node == tail) {
      share = hops_behind(routes, tail, link);
    } else {
      for (LinkId hop : hops) share += shares[topology.link(hop).to];
    }
    shares[node] = share / static_cast<double>(hops.size());
  }
}

std::vector<LinkShare> demands_on_link(const Topology& topology, const TrafficMatrix& matrix, LinkId link) {
  std::vector<std::uint32_t> order(matrix.demands.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto to = [&](std::uint32_t demand) { return matrix.demands[demand].to; };
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return to(a) < to(b); });

  DestinationRoutes routes(topology);
  PerNode<double> shares;
  std::vector<LinkShare> found;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || to(order[i]) != to(order[i - 1])) {
      shares_on_link(topology, routes.to(to(order[i])), link, shares);
    }
    const double share = shares[matrix.demands[order[i]].ingress];
    if (share > 0) found.push_back({order[i], share});
  }
  std::sort(found.begin(), found.end(),
            [](const LinkShare& a, const LinkShare& b) { return a.demand < b.demand; });
  return found;
}

std::vector<RouteShare> route_of(const Topology& topology, const RoutesTo& routes, NodeId ingress) {
  PerNode<double> standing(topology.node_count());
  standing[ingress] = 1;
  std::vector<RouteShare> taken;
  for (NodeId node : routes.order) {
    const auto hops = routes.next_hops(node);
    if (standing[node] == 0) continue;
    for (LinkId hop : hops) {
      const double share = standing[node] / static_cast<double>(hops.size());
      if (!taken.empty() && taken.back().link == hop) {
        taken.back().share += share;  // another neighbour on the same network
      } else {
        taken.push_back({hop, share});
      }
      standing[topology.link(hop).to] += share;
    }
  }
  return taken;
}

}  // namespace anemone
