#include "matrix/attachments.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace anemone {
namespace {

bool is_inside(const Attachment& attachment) {
  return attachment.kind == PrefixKind::kStub || attachment.kind == PrefixKind::kNetwork;
}

bool is_nssa(const Attachment& attachment) {
  return attachment.kind == PrefixKind::kNssa1 || attachment.kind == PrefixKind::kNssa2;
}

// A default route that leads inner routers out of their area (RFC 2328 12.4.3.1, RFC 3101 2.7).
bool is_way_out_of_area(const Attachment& attachment, const Topology& topology) {
  if (attachment.prefix.length() > 0) return false;
  if (attachment.kind == PrefixKind::kSummary) return true;
  return is_nssa(attachment) && topology.node(attachment.node).abr();
}

bool is_link_local(const IpAddress& address) {
  return address.is_v4() ? address.v4().value >> 16 == 0xa9fe : address.high() >> 54 == 0xfe80 >> 6;
}

// Addresses that mean another host everywhere: RFC 1918, RFC 6598, RFC 4193.
bool is_private(const IpAddress& address) {
  if (!address.is_v4()) return address.high() >> 57 == 0xfc >> 1;
  const std::uint32_t value = address.v4().value;
  return value >> 24 == 10 || value >> 20 == 0xac1 || value >> 16 == 0xc0a8 || value >> 22 == 0x6440 >> 6;
}

// The last address of an IPv4 prefix, and the first, which some still take for the same.
bool is_for_all(const IpAddress& address, const Prefix& prefix) {
  if (!prefix.is_v4() || prefix.length() > 30 || prefix.length() == 0) return false;
  const std::uint32_t rest = address.v4().value & (0xffff'ffffU >> prefix.length());
  return rest == 0 || rest == 0xffff'ffffU >> prefix.length();
}

}  // namespace

Attachments::Attachments(const Topology& topology, std::span<const HostGateway> gateways,
                         std::span<const std::vector<IpAddress>> routers)
    : topology_(topology) {
  std::vector<std::pair<Prefix, PrefixId>> entries;
  entries.reserve(topology.prefix_count());
  for (PrefixId id : indices<PrefixId>(topology.prefix_count()))
    entries.emplace_back(topology.prefix(id), id);
  prefixes_ = PrefixMap<PrefixId>(std::move(entries));
  for (const HostGateway& known : gateways) {
    if (!known.gateway.is_none()) gateway_of_[known.host] = known.gateway;
  }
  for (const Link& link : topology.links()) {
    if (!link.address.is_none()) router_at_.emplace(link.address, link.from);
  }
  for (const std::vector<IpAddress>& addresses : routers) learn_router(addresses);
}

void Attachments::learn_router(std::span<const IpAddress> addresses) {
  NodeId router;
  for (const IpAddress& address : addresses) {
    if (!router.valid()) router = router_at(address);
  }
  if (!router.valid()) return;
  for (const IpAddress& address : addresses) {
    if (!is_link_local(address)) router_at_.emplace(address, router);
  }
}

NodeId Attachments::router_at(const IpAddress& address) const {
  if (is_link_local(address)) return {};
  if (const auto found = router_at_.find(address); found != router_at_.end()) return found->second;
  const auto [prefix, id] = prefixes_.find(address);
  if (id == nullptr || prefix->bits128() != 128) return {};
  const Attachment& own = topology_.attachments(*id).front();
  const bool router = own.kind == PrefixKind::kStub && topology_.attachments(*id).size() == 1;
  return router ? own.node : NodeId{};
}

AttachedAt Attachments::find(const IpAddress& address) const {
  const auto known = gateway_of_.find(address);
  if (known == gateway_of_.end()) return find(address, {});
  return find(address, {{}, std::span(&known->second, 1)});
}

AttachedAt Attachments::find(const IpAddress& address, const HostPlacement& host) const {
  if (host.gateways.empty() && gateway_of_.contains(address)) return find(address);
  const auto [prefix, id] = prefixes_.find(address);
  if (id == nullptr) return {};
  AttachedAt at;
  at.prefix = *id;
  const auto candidates = topology_.attachments(*id);
  at.inside = std::any_of(candidates.begin(), candidates.end(), is_inside);
  at.broadcast = at.inside && is_for_all(address, *prefix);
  at.ingress = by_gateways(address, *id, host);
  if (!at.ingress.valid() && at.inside) at.ingress = cheapest(*id);
  const bool from_nowhere = prefix->length() == 0 && is_private(address);
  if (!at.ingress.valid() && !from_nowhere) enter_from_outside(candidates, at);
  return at;
}

// The cheapest of those that announce it as their own.
NodeId Attachments::cheapest(PrefixId prefix) const {
  const Attachment* best = nullptr;
  for (const Attachment& candidate : topology_.attachments(prefix)) {
    if (is_inside(candidate) && (best == nullptr || candidate.cost < best->cost)) best = &candidate;
  }
  return best == nullptr ? NodeId{} : best->node;
}

// By a gateway on the address's own prefix, else by one on another prefix of the host's.
NodeId Attachments::by_gateways(const IpAddress& address, PrefixId prefix, const HostPlacement& host) const {
  for (const IpAddress& gateway : host.gateways) {
    if (gateway.is_v4() != address.is_v4()) continue;
    const NodeId router = by_gateway(gateway, topology_.attachments(prefix));
    if (router.valid()) return router;
  }
  for (const IpAddress& gateway : host.gateways) {
    if (gateway.is_v4() != address.is_v4()) continue;
    for (const IpAddress& other : host.addresses) {
      if (other.is_v4() != address.is_v4() || other == address) continue;
      const auto [around, id] = prefixes_.find(other);
      if (id == nullptr || *id == prefix) continue;
      const NodeId router = by_gateway(gateway, topology_.attachments(*id));
      if (router.valid()) return router;
    }
  }
  return {};
}

// The router that owns the gateway's address, if it stands where the prefix is attached. On a LAN by the
// routers' interfaces there, since addresses of link scope are any number of routers'.
NodeId Attachments::by_gateway(const IpAddress& gateway, std::span<const Attachment> candidates) const {
  const NodeId known = router_at(gateway);
  for (const Attachment& candidate : candidates) {
    if (known.valid() && candidate.node == known) return known;
    if (candidate.kind != PrefixKind::kNetwork) continue;
    for (LinkId in : topology_.links_to(candidate.node)) {
      const Link& link = topology_.link(in);
      if (link.address == gateway || (known.valid() && link.from == known)) return link.from;
    }
  }
  return {};
}

// Where traffic of a prefix that is not the domain's own enters: external routes tell, else summaries of
// areas that nobody listens to. What a border router translates for an area is known from that area's own.
void Attachments::enter_from_outside(std::span<const Attachment> candidates, AttachedAt& at) const {
  const bool external = std::any_of(candidates.begin(), candidates.end(), [](const Attachment& candidate) {
    return !is_inside(candidate) && candidate.kind != PrefixKind::kSummary;
  });
  const bool nssa = std::any_of(candidates.begin(), candidates.end(), [&](const Attachment& candidate) {
    return is_nssa(candidate) && !is_way_out_of_area(candidate, topology_);
  });
  for (const Attachment& candidate : candidates) {
    if (is_inside(candidate) || is_way_out_of_area(candidate, topology_)) continue;
    if (external && candidate.kind == PrefixKind::kSummary) continue;
    if (nssa && !is_nssa(candidate) && topology_.node(candidate.node).abr()) continue;
    const NodeId border = border_of(candidate);
    if (at.ingress.valid() && at.ingress != border) {
      at.ingress = {};
      at.several = true;
      return;
    }
    at.ingress = border;
  }
}

NodeId Attachments::border_of(const Attachment& external) const {
  if (external.kind == PrefixKind::kSummary || external.forwarding.is_none()) return external.node;
  if (const NodeId router = router_at(external.forwarding); router.valid()) return router;
  const auto [prefix, id] = prefixes_.find(external.forwarding);
  const NodeId attached = id == nullptr ? NodeId{} : cheapest(*id);
  return attached.valid() ? attached : external.node;
}

}  // namespace anemone
