#include "route/area_view.h"

#include <algorithm>

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

bool leads_out(const Topology& topology, AreaId area, const Attachment& external) {
  if (area.domain == kOspf2Domain) return true;
  const bool nssa = external.kind == PrefixKind::kNssa1 || external.kind == PrefixKind::kNssa2;
  return nssa ? area == external.area : !topology.is_stub(area);
}

bool ignores_nssa_default(const Topology& topology, NodeId router, const Attachment& external) {
  const bool nssa = external.kind == PrefixKind::kNssa1 || external.kind == PrefixKind::kNssa2;
  const bool is_default = external.prefix.length() == 0;
  if (!nssa || !is_default || !topology.node(router).is_abr(external.area.domain)) return false;
  if (!external.propagate) return true;
  // One that imports no summaries tells its area a default as the only one.
  std::size_t defaults = 0;
  std::size_t others = 0;
  for (const Attachment& attachment : topology.attachments()) {
    const bool own_summary = attachment.node == router && attachment.area == external.area &&
                             attachment.kind == PrefixKind::kSummary;
    if (own_summary) ++(attachment.prefix.length() == 0 ? defaults : others);
  }
  return defaults > 0 && others == 0;
}

bool ends_virtual_link(const Node& node, AreaId area) {
  return std::ranges::find(node.virtual_areas, area) != node.virtual_areas.end();
}

}  // namespace anemone
