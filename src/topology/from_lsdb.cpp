#include "topology/from_lsdb.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "ospf/lsa.h"

namespace anemone {
namespace {

using ospf::LinkType;
using ospf::LsaType;
using ospf::RouterLink;

struct RouterSide {  // a router as one area knows it
  NodeId node;
  ospf::RouterLsa lsa;
};

struct NetworkSide {
  NodeId node;
  ospf::NetworkLsa lsa;
};

using RouterKey = std::pair<AreaId, RouterId>;
using NetworkKey = std::pair<AreaId, Ipv4>;  // by the designated router's interface address

class Builder {
 public:
  explicit Builder(const Lsdb& lsdb) {
    parts.at = lsdb.time();
    collect_routers(lsdb);
    collect_networks(lsdb);
    for (const auto& [key, router] : routers_) add_links(key.first, router);
    add_point_to_point_links();
    lsdb.each(Protocol::kOspf2,
              [&](const LsdbKey& key, const StoredLsa& stored) { add_destinations(key, stored); });
    mark_stub_areas(lsdb);
  }

  TopologyParts parts;

 private:
  void collect_routers(const Lsdb& lsdb);
  void collect_networks(const Lsdb& lsdb);
  void add_links(AreaId area, const RouterSide& router);
  void add_transit(AreaId area, const RouterSide& router, const RouterLink& link);
  void add_point_to_point_links();
  void pair_links(AreaId area, const RouterSide& a, const RouterSide& b);
  void add_link(AreaId area, NodeId from, NodeId to, const RouterLink& link, Ipv4 neighbor);
  void add_destinations(const LsdbKey& key, const StoredLsa& stored);
  void add_external(const LsdbKey& key, const ospf::ExternalLsa& lsa);
  void mark_stub_areas(const Lsdb& lsdb);
  NodeId router_node(RouterId id);

  std::map<RouterId, NodeId> by_id_;
  std::map<RouterKey, RouterSide> routers_;
  std::map<NetworkKey, NetworkSide> networks_;
  std::set<std::pair<RouterKey, RouterKey>> adjacent_;  // by point-to-point or virtual link, in order
};

NodeId Builder::router_node(RouterId id) {
  auto [at, is_new] = by_id_.try_emplace(id, NodeId{parts.nodes.size()});
  if (is_new) {
    Node node;
    node.name = print_address(id);
    node.router_id = id;
    parts.nodes.push_back(std::move(node));
  }
  return at->second;
}

// AS boundary routers of areas that nobody listens to become nodes too: external prefixes hang on them.
void Builder::collect_routers(const Lsdb& lsdb) {
  std::set<RouterId> ids;
  lsdb.each(Protocol::kOspf2, [&](const LsdbKey& key, const StoredLsa&) {
    const ospf::LsaKey lsa = ospf2_lsa(key);
    if (lsa.type == LsaType::kRouter || lsa.type == LsaType::kExternal) ids.insert(lsa.router);
    if (lsa.type == LsaType::kAsbrSummary) ids.insert(lsa.id);
  });
  for (RouterId id : ids) router_node(id);
  lsdb.each(Protocol::kOspf2, [&](const LsdbKey& key, const StoredLsa& stored) {
    const ospf::LsaKey name = ospf2_lsa(key);
    if (name.type == LsaType::kAsbrSummary) parts.nodes[router_node(name.id).value()].asbr = true;
    if (name.type != LsaType::kRouter) return;
    auto lsa = ospf::read_router_lsa(stored.body());
    if (!lsa) return;
    const NodeId id = router_node(name.router);
    Node& node = parts.nodes[id.value()];
    node.areas.push_back(key.area);
    node.abr |= lsa->abr;
    node.asbr |= lsa->asbr;
    if (lsa->asbr) node.asbr_areas.push_back(key.area);
    routers_.emplace(RouterKey{key.area, name.router}, RouterSide{id, std::move(*lsa)});
  });
}

void Builder::collect_networks(const Lsdb& lsdb) {
  std::set<std::string> names;
  lsdb.each(Protocol::kOspf2, [&](const LsdbKey& key, const StoredLsa& stored) {
    const ospf::LsaKey lsa_key = ospf2_lsa(key);
    if (lsa_key.type != LsaType::kNetwork) return;
    auto lsa = ospf::read_network_lsa(stored.body());
    auto length = lsa ? mask_length(lsa->mask) : Result<int>(Error{});
    if (!length || networks_.contains({key.area, lsa_key.id})) return;
    Node node;
    node.kind = NodeKind::kNetwork;
    node.prefix = Prefix(lsa_key.id, *length);
    node.name = "net:" + print_prefix(node.prefix);
    if (!names.insert(node.name).second) node.name += "@" + print_address(lsa_key.id);  // split in two
    node.areas = {key.area};
    const NodeId id{parts.nodes.size()};
    parts.attachments.push_back({node.prefix, id, 0, PrefixKind::kNetwork, key.area, {}});
    parts.nodes.push_back(std::move(node));
    networks_.emplace(NetworkKey{key.area, lsa_key.id}, NetworkSide{id, std::move(*lsa)});
  });
}

void Builder::add_links(AreaId area, const RouterSide& router) {
  const RouterId own = parts.nodes[router.node.value()].router_id;
  for (const RouterLink& link : router.lsa.links) {
    if (link.type == LinkType::kTransit) add_transit(area, router, link);
    if (link.type == LinkType::kPointToPoint || link.type == LinkType::kVirtual) {
      if (own < link.id) adjacent_.insert({{area, own}, {area, link.id}});
    }
    if (link.type != LinkType::kStub) continue;
    if (auto length = mask_length(link.data)) {
      parts.attachments.push_back(
          {Prefix(link.id, *length), router.node, link.cost, PrefixKind::kStub, area, {}});
    }
  }
}

void Builder::add_transit(AreaId area, const RouterSide& router, const RouterLink& link) {
  auto found = networks_.find({area, link.id});
  if (found == networks_.end()) return;
  const NetworkSide& network = found->second;
  const auto& listed = network.lsa.routers;
  const RouterId own = parts.nodes[router.node.value()].router_id;
  if (std::find(listed.begin(), listed.end(), own) == listed.end()) return;
  add_link(area, router.node, network.node, link, Ipv4{});
  Link out;
  out.from = network.node;
  out.to = router.node;
  out.cost = 0;
  out.area = area;
  out.neighbor = link.data;
  parts.links.push_back(out);
}

void Builder::add_point_to_point_links() {
  for (const auto& [a, b] : adjacent_) {
    auto left = routers_.find(a);
    auto right = routers_.find(b);
    if (left != routers_.end() && right != routers_.end()) pair_links(a.first, left->second, right->second);
  }
}

bool is_numbered(Ipv4 data) { return data.value >= (1U << 24); }

// The links of `lsa` to `neighbour`.
std::vector<RouterLink> links_to(const ospf::RouterLsa& lsa, RouterId neighbour, LinkType type) {
  std::vector<RouterLink> links;
  for (const RouterLink& link : lsa.links) {
    if (link.type == type && link.id == neighbour) links.push_back(link);
  }
  return links;
}

// How unlikely it is that two link ends are those of one link: the bits in which their addresses differ.
std::uint32_t distance(const RouterLink& a, const RouterLink& b) {
  if (is_numbered(a.data) != is_numbered(b.data)) return 0xffff'ffff;
  return is_numbered(a.data) ? a.data.value ^ b.data.value : 0;
}

// Nobody has that many links between two routers, but an LSA can say so: then they are paired as they stand.
constexpr std::size_t kPairsMax = std::size_t{1} << 16;

// For each end in `a` its peer in `b`; the closest pairs first. What is left over has no peer, but
// still counts as long as any link leads back (16.1 step 2b).
std::vector<int> pair_ends(const std::vector<RouterLink>& a, const std::vector<RouterLink>& b) {
  struct Pair {
    std::uint32_t distance;
    std::size_t a, b;
  };
  std::vector<int> peer(a.size(), -1);
  if (a.size() * b.size() > kPairsMax) {
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) peer[i] = static_cast<int>(i);
    return peer;
  }
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < b.size(); ++k) pairs.push_back({distance(a[i], b[k]), i, k});
  }
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const Pair& left, const Pair& right) { return left.distance < right.distance; });
  std::vector<bool> taken(b.size());
  for (const Pair& pair : pairs) {
    if (peer[pair.a] >= 0 || taken[pair.b]) continue;
    peer[pair.a] = static_cast<int>(pair.b);
    taken[pair.b] = true;
  }
  return peer;
}

void Builder::pair_links(AreaId area, const RouterSide& a, const RouterSide& b) {
  const RouterId a_id = parts.nodes[a.node.value()].router_id;
  const RouterId b_id = parts.nodes[b.node.value()].router_id;
  for (LinkType type : {LinkType::kPointToPoint, LinkType::kVirtual}) {
    const auto from_a = links_to(a.lsa, b_id, type);
    const auto from_b = links_to(b.lsa, a_id, type);
    if (from_a.empty() || from_b.empty()) continue;
    auto add_all = [&](const auto& ends, const auto& others, NodeId from, NodeId to) {
      const std::vector<int> peers = pair_ends(ends, others);
      for (std::size_t i = 0; i < ends.size(); ++i) {
        const Ipv4 peer = peers[i] < 0 ? Ipv4{} : others[static_cast<std::size_t>(peers[i])].data;
        add_link(area, from, to, ends[i], peer);
        parts.links.back().is_virtual = type == LinkType::kVirtual;
      }
    };
    add_all(from_a, from_b, a.node, b.node);
    add_all(from_b, from_a, b.node, a.node);
  }
}

void Builder::add_link(AreaId area, NodeId from, NodeId to, const RouterLink& end, Ipv4 neighbor) {
  Link link;
  link.from = from;
  link.to = to;
  link.cost = end.cost;
  link.area = area;
  if (is_numbered(end.data)) {
    link.address = end.data;
  } else {
    link.interface = "ifindex " + std::to_string(end.data.value);
  }
  if (is_numbered(neighbor)) link.neighbor = neighbor;
  parts.links.push_back(std::move(link));
}

void Builder::add_destinations(const LsdbKey& key, const StoredLsa& stored) {
  const ospf::LsaKey name = ospf2_lsa(key);
  const LsaType type = name.type;
  if (type == LsaType::kExternal || type == LsaType::kNssa) {
    if (auto lsa = ospf::read_external_lsa(stored.body())) add_external(key, *lsa);
  }
  if (type != LsaType::kSummary && type != LsaType::kAsbrSummary) return;
  auto lsa = ospf::read_summary_lsa(stored.body());
  auto router = routers_.find({key.area, name.router});
  if (!lsa || lsa->cost >= ospf::kLsInfinity || router == routers_.end()) return;
  if (type == LsaType::kAsbrSummary) {
    parts.border_routes.push_back({name.id, router->second.node, lsa->cost, key.area});
  } else if (auto length = mask_length(lsa->mask)) {
    parts.attachments.push_back({Prefix(name.id, *length), router->second.node, lsa->cost,
                                 PrefixKind::kSummary, key.area, IpAddress{}});
  }
}

void Builder::add_external(const LsdbKey& key, const ospf::ExternalLsa& lsa) {
  auto length = mask_length(lsa.mask);
  auto router = by_id_.find(key.router);
  if (!length || lsa.cost >= ospf::kLsInfinity || router == by_id_.end()) return;
  const ospf::LsaKey name = ospf2_lsa(key);
  const bool nssa = name.type == LsaType::kNssa;
  Attachment attachment;
  attachment.prefix = Prefix(name.id, *length);
  attachment.node = router->second;
  attachment.cost = lsa.cost;
  attachment.kind = nssa ? (lsa.type2 ? PrefixKind::kNssa2 : PrefixKind::kNssa1)
                         : (lsa.type2 ? PrefixKind::kExternal2 : PrefixKind::kExternal1);
  attachment.area = key.area;
  if (lsa.forwarding.value != 0) attachment.forwarding = lsa.forwarding;
  parts.attachments.push_back(attachment);
}

bool takes_externals(const StoredLsa& stored) {
  ByteReader in(stored.bytes);
  return (ospf::read_lsa_header(in).options & ospf::kOptionExternal) != 0;
}

// Routers of a stub or not-so-stubby area clear the E option in their LSAs (RFC 2328 A.2).
void Builder::mark_stub_areas(const Lsdb& lsdb) {
  std::set<AreaId> stub;
  lsdb.each(Protocol::kOspf2, [&](const LsdbKey& key, const StoredLsa& stored) {
    if (ospf2_lsa(key).type == LsaType::kRouter && !takes_externals(stored)) {
      stub.insert(key.area);
    }
  });
  parts.stub_areas.assign(stub.begin(), stub.end());
}

}  // namespace

TopologyParts topology_parts_from_lsdb(const Lsdb& lsdb) { return std::move(Builder(lsdb).parts); }

Topology topology_from_lsdb(const Lsdb& lsdb) { return Topology(topology_parts_from_lsdb(lsdb)); }

}  // namespace anemone
