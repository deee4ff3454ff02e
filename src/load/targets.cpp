#include "load/targets.h"

#include <algorithm>

#include "route/area_view.h"
#include "topology/own_prefix.h"

namespace anemone {

Targets::Targets(const Topology& topology, const RouteGraph& graph)
    : topology_(topology), graph_(graph), one_area_(!has_areas(topology) && topology.link_count() > 0) {
  for (NodeId node : topology.nodes()) any_network_ |= topology.node(node).kind == NodeKind::kNetwork;
}

std::optional<Targets::Found> Targets::find(const Destination& destination) const {
  if (!destination.node.valid()) return find_prefix(destination.prefix);
  const std::uint32_t place = graph_.place(destination.node);
  return Found{{{{place, graph_.scaled(0, place)}}, Split::kByLink}, 0};
}

std::optional<Targets::Found> Targets::find_prefix(PrefixId prefix) const {
  const auto attachments = topology_.attachments(prefix);
  const auto plain = [&](const Attachment& attachment) { return is_plain(attachment); };
  if (!one_area_ || !std::ranges::all_of(attachments, plain)) return std::nullopt;
  const PrefixKind kind = attachments.front().kind;
  const bool external = kind == PrefixKind::kExternal1 || kind == PrefixKind::kExternal2;
  const bool isis = protocol_of(attachments.front().area.domain) == Protocol::kIsis;
  Found found{{{}, any_network_ ? Split::kByNeighbor : Split::kByLink}, kUnreachable};
  for (const Attachment& attachment : attachments) {
    const bool same_node = attachment.node == attachments.front().node;
    const bool same_metric = attachment.cost == attachments.front().cost;
    if ((isis || kind == PrefixKind::kExternal1) && !same_node) return std::nullopt;
    if (external && (attachment.kind != kind || !same_metric)) return std::nullopt;
    if (!external && attachment.kind != PrefixKind::kStub && attachment.kind != PrefixKind::kNetwork) {
      return std::nullopt;
    }
    found.nearest = std::min(found.nearest, attachment.cost);
  }
  if (kind == PrefixKind::kExternal2) found.nearest = 0;  // the cost is that of the way to the router
  auto& seeds = found.target.seeds;
  for (const Attachment& attachment : attachments) {
    const std::uint32_t place = graph_.place(attachment.node);
    const Cost beyond = external ? 0 : attachment.cost - found.nearest;
    if (beyond >= RouteGraph::kFar / 4) return std::nullopt;
    seeds.push_back({place, graph_.scaled(beyond, place)});
  }
  std::ranges::sort(seeds);
  const auto again = [](const Target::Seed& a, const Target::Seed& b) { return a.place == b.place; };
  seeds.erase(std::unique(seeds.begin(), seeds.end(), again), seeds.end());  // of several, the nearest
  return found;
}

bool Targets::is_plain(const Attachment& attachment) const {
  const bool inside = attachment.kind == PrefixKind::kStub || attachment.kind == PrefixKind::kNetwork;
  if (inside) return attachment.area == topology_.links().front().area;
  return is_plain_external(attachment);
}

bool Targets::is_plain_external(const Attachment& attachment) const {
  const AreaId area = topology_.links().front().area;
  const Node& router = topology_.node(attachment.node);
  if (attachment.kind != PrefixKind::kExternal1 && attachment.kind != PrefixKind::kExternal2) return false;
  if (!attachment.forwarding.is_none() || attachment.area.domain != area.domain) return false;
  return !topology_.is_stub(area) && is_border(router, area) && says_boundary(router, area);
}

}  // namespace anemone
