#include "scenario/demand_routes.h"

#include <algorithm>

namespace anemone {

std::optional<double> DemandRoute::latency_us(const Topology& topology) const {
  if (!cost || links.empty()) return std::nullopt;
  double sum = 0;
  for (const RouteShare& step : links) {
    const Link& link = topology.link(step.link);
    const bool own = topology.node(link.from).kind == NodeKind::kRouter;  // out of a network it costs nothing
    if (own && link.te_metric == 0) return std::nullopt;
    sum += step.share * static_cast<double>(link.te_metric);
  }
  return sum;
}

void DemandRoutes::prepare(std::span<const Demand> demands) {
  std::vector<const Demand*> fresh;
  for (const Demand& demand : demands) {
    if (known_.try_emplace(key(demand.ingress, demand.to)).second) fresh.push_back(&demand);
  }
  std::sort(fresh.begin(), fresh.end(), [](const Demand* a, const Demand* b) { return a->to < b->to; });
  const RoutesTo* routes = nullptr;
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    const Demand& demand = *fresh[i];
    if (i == 0 || demand.to != fresh[i - 1]->to) routes = &routes_.to(demand.to);
    DemandRoute& route = known_.at(key(demand.ingress, demand.to));
    if (!routes->reachable(demand.ingress)) continue;
    route.cost = routes->cost[demand.ingress];
    route.links = route_of(topology_, *routes, demand.ingress);
  }
}

}  // namespace anemone
