#include "route/area_view.h"

#include <algorithm>

#include "route/area_paths.h"

namespace anemone {

PerNode<std::vector<AreaId>> areas_of_nodes(const Topology& topology) {
  PerNode<std::vector<AreaId>> areas(topology.node_count());
  for (NodeId node : topology.nodes()) {
    auto& own = areas[node];
    own = topology.node(node).areas;
    for (LinkId link : topology.links_from(node)) own.push_back(topology.link(link).area);
  }
  for (const Attachment& attachment : topology.attachments()) {
    const bool inside = attachment.kind == PrefixKind::kStub || attachment.kind == PrefixKind::kNetwork;
    if (inside) areas[attachment.node].push_back(attachment.area);
  }
  for (auto& own : areas) {
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
  }
  return areas;
}

std::vector<std::uint16_t> domains_of(const std::vector<AreaId>& areas) {
  std::vector<std::uint16_t> domains;
  domains.reserve(areas.size());
  for (AreaId area : areas) domains.push_back(area.domain);
  const auto order = [](std::uint16_t a, std::uint16_t b) {
    return std::pair(protocol_of(a), a) < std::pair(protocol_of(b), b);
  };
  std::sort(domains.begin(), domains.end(), order);
  domains.erase(std::unique(domains.begin(), domains.end()), domains.end());
  return domains;
}

std::vector<AreaId> examined_areas(const Topology& topology, NodeId router,
                                   const std::vector<AreaId>& own_areas) {
  auto passed_over = [&](AreaId area) {
    if (is_backbone(area) || !topology.node(router).is_abr(area.domain)) return false;
    for (LinkId link : topology.links_from(router)) {
      if (topology.link(link).area == backbone_of(area)) return true;
    }
    return false;
  };
  std::vector<AreaId> areas = own_areas;
  std::erase_if(areas, passed_over);
  return areas;
}

bool hears_externals(const Topology& topology, const std::vector<AreaId>& own_areas, std::uint16_t domain) {
  return std::any_of(own_areas.begin(), own_areas.end(),
                     [&](AreaId area) { return area.domain == domain && !topology.is_stub(area); });
}

bool ignores_summary(const Topology& topology, const Node& router, const Attachment& summary) {
  return router.is_abr(summary.area.domain) && summary.prefix.length() == 0 && topology.is_stub(summary.area);
}

bool says_boundary(const Node& router, AreaId area) {
  const auto& areas = router.asbr_areas;
  return std::find(areas.begin(), areas.end(), area) != areas.end();
}

bool is_border(const Node& router, AreaId area) {
  return router.is_abr(area.domain) || says_boundary(router, area);
}

PerLink<std::vector<LinkId>> first_hops_of_virtual_links(const Topology& topology) {
  PerLink<std::vector<LinkId>> hops(topology.link_count());
  AreaPaths paths(topology);
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    const Link& link = topology.link(id);
    if (!link.is_virtual) continue;
    Cost best = kUnreachable;
    for (AreaId area : topology.node(link.from).areas) {
      if (is_backbone(area) || area.domain != link.area.domain) continue;
      const Seed end{link.to};
      paths.to(area, std::span(&end, 1));
      if (paths.cost(link.from) >= best) continue;
      best = paths.cost(link.from);
      hops[id].clear();
      paths.append_hops(link.from, hops[id]);
    }
  }
  return hops;
}

}  // namespace anemone
