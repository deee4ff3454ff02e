#include "load/link_load.h"

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "load/block_pour.h"
#include "load/destination_routes.h"
#include "load/pour.h"

namespace anemone {
namespace {

using Group = std::span<const Demand>;  // the demands of one destination

// The groups of `demands` in ascending order of destination; nothing when they do not stand so.
std::optional<std::vector<Group>> groups_of(std::span<const Demand> demands) {
  std::vector<Group> groups;
  for (std::size_t i = 0, first = 0; i < demands.size(); first = i) {
    while (i < demands.size() && demands[i].to == demands[first].to) ++i;
    if (i < demands.size() && demands[i].to < demands[first].to) return std::nullopt;
    groups.push_back(demands.subspan(first, i - first));
  }
  return groups;
}

// One after another, along listed routes.
void pour_singly(const Topology& topology, std::span<const Group> groups, LinkLoad& load) {
  DestinationRoutes routes(topology);
  PerNode<Traffic> standing(topology.node_count());
  for (const Group& group : groups) {
    for (const Demand& demand : group) standing[demand.ingress] += demand.traffic;
    load.unrouted += pour(topology, routes.to(group.front().to), standing, load.links);
  }
}

// Sixteen at a time.
void pour_in_blocks(const Topology& topology, std::span<const Group> groups, LinkLoad& load) {
  BlockPour block(topology);
  for (std::size_t i = 0; i < groups.size(); i += DistanceBlock::kLanes) {
    load.unrouted += block.pour(groups.subspan(i, std::min(DistanceBlock::kLanes, groups.size() - i)));
  }
  block.add_to(load.links);
}

}  // namespace

LinkLoad link_load(const Topology& topology, const TrafficMatrix& matrix) {
  std::vector<Demand> sorted;
  auto found = groups_of(matrix.demands);
  if (!found) {
    sorted = matrix.demands;
    std::sort(sorted.begin(), sorted.end(), [](const Demand& a, const Demand& b) { return a.to < b.to; });
    found = groups_of(sorted);
  }
  const std::vector<Group>& groups = *found;
  LinkLoad load{PerLink<Traffic>(topology.link_count()), {}};
  // An invalid index is the largest: nodes stand before prefixes.
  const auto prefixes = std::partition_point(
      groups.begin(), groups.end(), [](const Group& group) { return group.front().to.node.valid(); });
  const auto nodes = std::span(groups).first(static_cast<std::size_t>(prefixes - groups.begin()));
  pour_singly(topology, std::span(groups).subspan(nodes.size()), load);
  if (DistanceBlock::fits(topology)) {
    pour_in_blocks(topology, nodes, load);
  } else {
    pour_singly(topology, nodes, load);
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
