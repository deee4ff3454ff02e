#include "load/changed_topology.h"

#include <algorithm>
#include <tuple>

namespace anemone {

ChangedTopology change_topology(const Topology& topology, std::span<const CostChange> changes) {
  TopologyParts parts = topology.parts();
  for (const CostChange& change : changes) parts.links[change.link.value()].cost = change.cost;
  ChangedTopology changed;
  for (LinkId id : indices<LinkId>(parts.links.size())) {
    if (parts.links[id.value()].cost != kUnreachable) changed.links.push_back(id);
  }
  // Topology sorts links; of parallel ones without addresses the cost decides.
  std::ranges::stable_sort(changed.links, {}, [&](LinkId id) {
    const Link& link = parts.links[id.value()];
    return std::tie(link.from, link.to, link.area, link.address, link.port, link.cost);
  });
  std::vector<Link> links;
  links.reserve(changed.links.size());
  for (LinkId id : changed.links) links.push_back(parts.links[id.value()]);
  parts.links = std::move(links);
  changed.topology = Topology(std::move(parts));
  return changed;
}

}  // namespace anemone
