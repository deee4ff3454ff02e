#include "topology/from_ospf3.h"

#include <algorithm>
#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace anemone {
namespace {

using ospf3::Family;
using ospf3::LinkType;
using ospf3::LsaKey;
using ospf3::LsaType;
using ospf3::PrefixField;

// Whose prefixes an area's LSAs hold.
Family family_of(AreaId area) { return ospf3::family_of(static_cast<std::uint8_t>(area.domain & 0xff)); }

bool is_unicast(AreaId area) {
  const Family family = family_of(area);
  return family == Family::kIpv6 || family == Family::kIpv4;
}

std::optional<Prefix> unicast_prefix(const PrefixField& field, AreaId area) {
  if ((field.options & ospf3::kPrefixNoUnicast) != 0) return std::nullopt;
  return to_prefix(field, family_of(area));
}

using RouterKey = std::pair<AreaId, RouterId>;

struct RouterSide {  // a router as one area knows it: all its router-LSAs together
  NodeId node;
  ospf3::RouterLsa lsa;
};

// An interface of a router in an area. A network is known by that of its designated router.
struct Port {
  AreaId area;
  RouterId router;
  std::uint32_t interface = 0;
  auto operator<=>(const Port&) const = default;
};

struct NetworkSide {
  NodeId node;
  std::set<RouterId> routers;
};

// One end of a point-to-point or virtual link.
struct LinkEnd {
  Port from;
  Port to;
  LinkType type{};
  auto operator<=>(const LinkEnd&) const = default;
};

class Builder {
 public:
  Builder(const Lsdb& lsdb, RouterNodes& nodes, TopologyParts& parts) : nodes_(nodes), parts_(parts) {
    const auto each = [&](auto visit) {
      lsdb.each(Protocol::kOspf3, [&](const LsdbKey& key, const StoredLsa& stored) {
        if (is_unicast(key.area)) visit(key.area, ospf3_lsa(key), stored.body());
      });
    };
    each([&](AreaId area, const LsaKey& key, Bytes body) { collect(area, key, body); });
    make_router_nodes();
    make_network_nodes();
    for (const auto& [key, router] : routers_) add_transits(key, router);
    for (const auto& [end, cost] : ends_) add_link_end(end, cost);
    each([&](AreaId area, const LsaKey& key, Bytes body) { add_destinations(area, key, body); });
  }

 private:
  void collect(AreaId area, const LsaKey& key, Bytes body);
  void collect_router(const RouterKey& key, ospf3::RouterLsa lsa);
  void collect_prefixes(AreaId area, const ospf3::IntraAreaPrefixLsa& lsa);
  void make_router_nodes();
  void make_network_nodes();
  void add_transits(const RouterKey& key, const RouterSide& router);
  void add_link_end(const LinkEnd& end, Cost cost);
  void add_destinations(AreaId area, const LsaKey& key, Bytes body);
  void add_intra(AreaId area, const ospf3::IntraAreaPrefixLsa& lsa);
  void add_external(AreaId area, const LsaKey& key, const ospf3::ExternalLsa& lsa);
  NodeId node_of(AreaId area, RouterId router) const;
  IpAddress address_of(const Port& port) const;

  RouterNodes& nodes_;
  TopologyParts& parts_;
  std::vector<RouterId> ids_;  // that are mentioned
  std::vector<RouterId> boundary_routers_;
  std::map<RouterKey, RouterSide> routers_;
  std::map<Port, NetworkSide> networks_;
  std::map<Port, Prefix> network_prefixes_;  // the first of each
  std::map<Port, IpAddress> addresses_;      // from link-LSAs
  std::map<LinkEnd, Cost> ends_;
};

// AS boundary routers of areas that nobody listens to become nodes too: external prefixes hang on them.
void Builder::collect(AreaId area, const LsaKey& key, Bytes body) {
  const Port port{area, key.router, key.id.value};
  if (key.type == LsaType::kRouter) {
    if (auto lsa = ospf3::read_router_lsa(body)) collect_router({area, key.router}, std::move(*lsa));
  } else if (key.type == LsaType::kNetwork) {
    const auto lsa = ospf3::read_network_lsa(body);
    if (lsa) networks_[port].routers = {lsa->routers.begin(), lsa->routers.end()};
  } else if (key.type == LsaType::kLink) {
    if (const auto lsa = ospf3::read_link_lsa(body)) {
      addresses_.emplace(port, ospf3::to_address(lsa->address, family_of(area)));
    }
  } else if (key.type == LsaType::kIntraAreaPrefix) {
    if (const auto lsa = ospf3::read_intra_area_prefix_lsa(body)) collect_prefixes(area, *lsa);
  } else if (key.type == LsaType::kInterAreaRouter) {
    if (const auto lsa = ospf3::read_inter_area_router_lsa(body)) boundary_routers_.push_back(lsa->router);
  } else if (key.type == LsaType::kExternal) {
    ids_.push_back(key.router);
  }
}

// The LSA with the lowest id, which comes first, has the say on everything but links (4.8.1).
void Builder::collect_router(const RouterKey& key, ospf3::RouterLsa lsa) {
  const auto [area, own] = key;
  ids_.push_back(own);
  for (const ospf3::RouterLink& link : lsa.links) {
    const LinkEnd end{{area, own, link.interface}, {area, link.neighbor, link.neighbor_interface}, link.type};
    if (link.type != LinkType::kTransit) ends_.emplace(end, link.cost);
  }
  const auto [at, is_new] = routers_.try_emplace(key);
  auto& links = at->second.lsa.links;
  if (is_new) {
    at->second.lsa = std::move(lsa);
  } else {
    links.insert(links.end(), lsa.links.begin(), lsa.links.end());
  }
}

void Builder::collect_prefixes(AreaId area, const ospf3::IntraAreaPrefixLsa& lsa) {
  if (lsa.referenced.type != LsaType::kNetwork) return;
  for (const PrefixField& field : lsa.prefixes) {
    const auto prefix = unicast_prefix(field, area);
    if (!prefix) continue;
    const auto [at, is_new] =
        network_prefixes_.emplace(Port{area, lsa.referenced.router, lsa.referenced.id.value}, *prefix);
    if (!is_new) at->second = std::min(at->second, *prefix);
  }
}

// V6 is about IPv6 only (RFC 5838 section 2.4).
bool forwards(const ospf3::RouterLsa& lsa, AreaId area) {
  const std::uint32_t needed =
      family_of(area) == Family::kIpv6 ? ospf3::kOptionRouter | ospf3::kOptionV6 : ospf3::kOptionRouter;
  return (lsa.options & needed) == needed;
}

void add_once(std::vector<std::uint16_t>& domains, std::uint16_t domain) {
  if (std::ranges::count(domains, domain) == 0) domains.push_back(domain);
}

void Builder::make_router_nodes() {
  ids_.insert(ids_.end(), boundary_routers_.begin(), boundary_routers_.end());
  nodes_.add(std::move(ids_));
  for (RouterId id : boundary_routers_) parts_.nodes[nodes_.find(id).value()].asbr = true;
  for (auto& [key, router] : routers_) {
    const AreaId area = key.first;
    router.node = nodes_.find(key.second);
    Node& node = parts_.nodes[router.node.value()];
    node.areas.push_back(area);
    if (router.lsa.abr) add_once(node.abr_domains, area.domain);
    if (!forwards(router.lsa, area)) add_once(node.host_domains, area.domain);
    node.asbr |= router.lsa.asbr;
    if (router.lsa.asbr) node.asbr_areas.push_back(area);
    if (router.lsa.virtual_endpoint) node.virtual_areas.push_back(area);
    // Routers of a stub or not-so-stubby area clear the E option.
    const bool stub = (router.lsa.options & ospf3::kOptionExternal) == 0;
    if (stub && std::ranges::count(parts_.stub_areas, area) == 0) parts_.stub_areas.push_back(area);
  }
}

// "net:" and the first of the network's prefixes; where that is none, or somebody else's too, its designated
// router's interface.
void Builder::make_network_nodes() {
  std::set<std::string> names;
  for (const Node& node : parts_.nodes) names.insert(node.name);
  for (auto& [port, network] : networks_) {
    const std::string designated = print_address(port.router) + "%" + std::to_string(port.interface);
    Node node;
    node.kind = NodeKind::kNetwork;
    node.areas = {port.area};
    node.name = "net:" + designated;
    if (const auto known = network_prefixes_.find(port); known != network_prefixes_.end()) {
      node.prefix = known->second;
      node.name = "net:" + print_prefix(node.prefix);
    }
    if (!names.insert(node.name).second) {
      node.name += "@" + print_area(port.area) + "@" + designated;
      names.insert(node.name);
    }
    network.node = NodeId{parts_.nodes.size()};
    parts_.nodes.push_back(std::move(node));
  }
}

std::string print_interface(std::uint32_t interface) { return "ifindex " + std::to_string(interface); }

void Builder::add_transits(const RouterKey& key, const RouterSide& router) {
  const auto [area, own] = key;
  for (const ospf3::RouterLink& end : router.lsa.links) {
    if (end.type != LinkType::kTransit) continue;
    const auto network = networks_.find({area, end.neighbor, end.neighbor_interface});
    if (network == networks_.end() || !network->second.routers.contains(own)) continue;
    Link link;
    link.from = router.node;
    link.to = network->second.node;
    link.cost = end.cost;
    link.area = area;
    link.interface = print_interface(end.interface);
    link.port = end.interface;
    parts_.links.push_back(link);
    std::swap(link.from, link.to);
    link.cost = 0;
    link.interface.clear();
    link.port = 0;
    link.neighbor_port = end.interface;
    link.neighbor = address_of({area, own, end.interface});
    parts_.links.push_back(std::move(link));
  }
}

void Builder::add_link_end(const LinkEnd& end, Cost cost) {
  if (!ends_.contains(LinkEnd{end.to, end.from, end.type})) return;
  Link link;
  link.from = node_of(end.from.area, end.from.router);
  link.to = node_of(end.to.area, end.to.router);
  link.cost = cost;
  link.area = end.from.area;
  link.interface = print_interface(end.from.interface);
  link.port = end.from.interface;
  link.neighbor_port = end.to.interface;
  link.neighbor = address_of(end.to);
  link.is_virtual = end.type == LinkType::kVirtual;
  parts_.links.push_back(std::move(link));
}

// Invalid where the area has no router-LSA of it.
NodeId Builder::node_of(AreaId area, RouterId router) const {
  const auto found = routers_.find({area, router});
  return found == routers_.end() ? NodeId{} : found->second.node;
}

IpAddress Builder::address_of(const Port& port) const {
  const auto found = addresses_.find(port);
  return found == addresses_.end() ? IpAddress{} : found->second;
}

void Builder::add_destinations(AreaId area, const LsaKey& key, Bytes body) {
  if (key.type == LsaType::kExternal || key.type == LsaType::kNssa) {
    if (const auto lsa = ospf3::read_external_lsa(body)) add_external(area, key, *lsa);
  } else if (key.type == LsaType::kIntraAreaPrefix) {
    if (const auto lsa = ospf3::read_intra_area_prefix_lsa(body)) add_intra(area, *lsa);
  }
  const auto router = routers_.find({area, key.router});
  if (router == routers_.end() || !router->second.lsa.abr) return;  // in this area it is no border router
  const NodeId node = router->second.node;
  if (key.type == LsaType::kInterAreaPrefix) {
    const auto lsa = ospf3::read_inter_area_prefix_lsa(body);
    const auto prefix = lsa ? unicast_prefix(lsa->prefix, area) : std::nullopt;
    if (!prefix || lsa->cost >= ospf3::kLsInfinity) return;
    parts_.attachments.push_back({*prefix, node, lsa->cost, PrefixKind::kSummary, area, {}});
  } else if (key.type == LsaType::kInterAreaRouter) {
    const auto lsa = ospf3::read_inter_area_router_lsa(body);
    if (!lsa || lsa->cost >= ospf3::kLsInfinity) return;
    parts_.border_routes.push_back({lsa->router, node, lsa->cost, area});
  }
}

void Builder::add_intra(AreaId area, const ospf3::IntraAreaPrefixLsa& lsa) {
  const LsaKey& owner = lsa.referenced;
  NodeId node;
  PrefixKind kind = PrefixKind::kStub;
  if (owner.type == LsaType::kRouter) node = node_of(area, owner.router);
  if (owner.type == LsaType::kNetwork) {
    const auto network = networks_.find({area, owner.router, owner.id.value});
    if (network != networks_.end()) node = network->second.node;
    kind = PrefixKind::kNetwork;
  }
  if (!node.valid()) return;
  for (const PrefixField& field : lsa.prefixes) {
    const auto prefix = unicast_prefix(field, area);
    if (prefix) parts_.attachments.push_back({*prefix, node, field.extra, kind, area, {}});
  }
}

void Builder::add_external(AreaId area, const LsaKey& key, const ospf3::ExternalLsa& lsa) {
  const auto prefix = unicast_prefix(lsa.prefix, area);
  const NodeId node = nodes_.find(key.router);
  if (!prefix || lsa.cost >= ospf3::kLsInfinity || !node.valid()) return;
  const bool nssa = key.type == LsaType::kNssa;
  Attachment attachment;
  attachment.prefix = *prefix;
  attachment.node = node;
  attachment.cost = lsa.cost;
  attachment.kind = nssa ? (lsa.type2 ? PrefixKind::kNssa2 : PrefixKind::kNssa1)
                         : (lsa.type2 ? PrefixKind::kExternal2 : PrefixKind::kExternal1);
  attachment.area = area;
  attachment.propagate = !nssa || (lsa.prefix.options & ospf3::kPrefixPropagate) != 0;
  const bool zero = !lsa.forwarding || *lsa.forwarding == decltype(lsa.forwarding)::value_type{};
  if (!zero) attachment.forwarding = ospf3::to_address(*lsa.forwarding, family_of(area));
  parts_.attachments.push_back(attachment);
}

}  // namespace

void add_ospf3(const Lsdb& lsdb, RouterNodes& routers, TopologyParts& parts) {
  Builder(lsdb, routers, parts);
}

}  // namespace anemone
