#include "matrix/attachments.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace anemone {
namespace {

bool is_inside(const Attachment& attachment) {
  return attachment.kind == PrefixKind::kStub || attachment.kind == PrefixKind::kNetwork;
}

}  // namespace

Attachments::Attachments(const Topology& topology, std::span<const HostGateway> gateways)
    : topology_(topology) {
  std::vector<std::pair<Prefix, PrefixId>> entries;
  for (PrefixId id : indices<PrefixId>(topology.prefix_count()))
    entries.emplace_back(topology.prefix(id), id);
  prefixes_ = PrefixMap<PrefixId>(std::move(entries));
  for (const HostGateway& known : gateways) {
    if (!known.gateway.is_none()) gateway_of_[known.host] = known.gateway;
  }
  for (const Link& link : topology.links()) {
    if (!link.address.is_none()) router_at_.emplace(link.address, link.from);
  }
}

AttachedAt Attachments::find(const IpAddress& address) const {
  const auto [prefix, id] = prefixes_.find(address);
  if (id == nullptr) return {};
  const auto attachments = topology_.attachments(*id);
  return {ingress(address, *id), *id, std::any_of(attachments.begin(), attachments.end(), is_inside)};
}

NodeId Attachments::ingress(const IpAddress& address, PrefixId prefix) const {
  const auto candidates = topology_.attachments(prefix);
  if (const NodeId gateway = by_gateway(address, candidates); gateway.valid()) return gateway;
  const Attachment* best = nullptr;
  for (const Attachment& candidate : candidates) {
    if (is_inside(candidate) && (best == nullptr || candidate.cost < best->cost)) best = &candidate;
  }
  if (best != nullptr) return best->node;
  const NodeId first = candidates.front().node;
  const bool only = std::all_of(candidates.begin(), candidates.end(),
                                [&](const Attachment& candidate) { return candidate.node == first; });
  return only ? first : NodeId{};
}

// The router that owns the address of the host's gateway, if the host's prefix is attached at it.
NodeId Attachments::by_gateway(const IpAddress& address, std::span<const Attachment> candidates) const {
  const auto gateway = gateway_of_.find(address);
  if (gateway == gateway_of_.end()) return {};
  const auto router = router_at_.find(gateway->second);
  if (router == router_at_.end()) return {};
  for (const Attachment& candidate : candidates) {
    if (candidate.node == router->second) return router->second;
    if (candidate.kind != PrefixKind::kNetwork) continue;
    for (LinkId out : topology_.links_from(candidate.node)) {
      if (topology_.link(out).to == router->second) return router->second;
    }
  }
  return {};
}

}  // namespace anemone
