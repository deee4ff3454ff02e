#include "topology/from_ospf2.h"

#include <algorithm>
#include <bit>
#include <span>
#include <tuple>
#include <utility>

#include "ospf/lsa.h"

namespace anemone {
namespace {

using ospf::LinkType;
using ospf::LsaKey;
using ospf::LsaType;
using ospf::RouterLink;

struct RouterSide {  // a router as one area knows it
  AreaId area;
  RouterId id;
  NodeId node;
  ospf::RouterLsa lsa;
};

struct NetworkSide {
  AreaId area;
  Ipv4 id;  // the designated router's interface address
  Prefix prefix;
  NodeId node;
  RouterId designated;
  std::vector<RouterId> routers;  // ascending
};

// What is looked up stands in arrays sorted by area and id. The database is read in that order already, and
// with ten thousand routers the nodes of a tree would cost more than all the reading.
template <class T>
bool before(const T& a, const T& b) {
  return std::tie(a.area, a.id) < std::tie(b.area, b.id);
}

// Sorts, and keeps the first of those with equal area and id.
template <class T>
void put_in_order(std::vector<T>& sides) {
  if (!std::is_sorted(sides.begin(), sides.end(), before<T>)) {
    std::stable_sort(sides.begin(), sides.end(), before<T>);
  }
  const auto same = [](const T& a, const T& b) { return a.area == b.area && a.id == b.id; };
  sides.erase(std::unique(sides.begin(), sides.end(), same), sides.end());
}

// Null when there is none. REQUIRES: put_in_order(sides).
template <class T>
const T* find_side(const std::vector<T>& sides, AreaId area, Ipv4 id) {
  const auto at = std::partition_point(sides.begin(), sides.end(), [&](const T& side) {
    return side.area != area ? side.area < area : side.id < id;
  });
  return at != sides.end() && at->area == area && at->id == id ? &*at : nullptr;
}

// One end of a point-to-point or virtual link.
struct LinkEnd {
  std::uint32_t peer;  // place in Builder::routers_
  LinkType type;
  std::uint32_t place;  // among the router's ends
  RouterLink link;
};
bool before_end(const LinkEnd& a, const LinkEnd& b) {
  return a.peer != b.peer ? a.peer < b.peer : a.type < b.type;
}
using LinkEnds = std::span<const LinkEnd>;

class Builder {
 public:
  Builder(const Lsdb& lsdb, RouterNodes& nodes, TopologyParts& parts) : nodes_(nodes), parts_(parts) {
    const auto each = [&](auto visit) {
      lsdb.each(Protocol::kOspf2, [&](const LsdbKey& key, const StoredLsa& stored) {
        visit(key.area, ospf2_lsa(key), stored);
      });
    };
    each([&](AreaId area, const LsaKey& key, const StoredLsa& stored) { collect(area, key, stored); });
    make_router_nodes();
    make_network_nodes();
    parts_.links.reserve(parts_.links.size() + links_seen_);
    parts_.attachments.reserve(parts_.attachments.size() + links_seen_);
    for (const RouterSide& router : routers_) add_links(router);
    add_point_to_point_links();
    each([&](AreaId area, const LsaKey& key, const StoredLsa& stored) {
      add_destinations(area, key, stored);
    });
  }

 private:
  void collect(AreaId area, const LsaKey& key, const StoredLsa& stored);
  void collect_router(AreaId area, const LsaKey& key, const StoredLsa& stored);
  void collect_network(AreaId area, const LsaKey& key, const StoredLsa& stored);
  void make_router_nodes();
  void index_routers();
  const RouterSide* find_router(AreaId area, RouterId id) const;
  void make_network_nodes();
  void name_networks();
  void add_links(const RouterSide& router);
  void add_transit(const RouterSide& router, const RouterLink& link);
  void add_point_to_point_links();
  void collect_ends();
  LinkEnds ends_of(std::uint32_t router) const;
  void add_pair(const RouterSide& a, LinkEnds from_a, const RouterSide& b, LinkEnds from_b);
  void add_ends(const RouterSide& from, LinkEnds ends, const RouterSide& to, LinkEnds others);
  void add_link(AreaId area, NodeId from, NodeId to, const RouterLink& link, Ipv4 neighbor);
  void add_destinations(AreaId area, const LsaKey& key, const StoredLsa& stored);
  void add_external(AreaId area, const LsaKey& key, std::uint8_t options, const ospf::ExternalLsa& lsa);

  RouterNodes& nodes_;
  TopologyParts& parts_;
  std::vector<RouterId> ids_;  // that are mentioned
  std::vector<RouterId> boundary_routers_;
  std::vector<RouterSide> routers_;
  std::vector<std::uint32_t> router_index_;  // open addressing: places in routers_
  std::size_t links_seen_ = 0;               // of all kinds, in router LSAs
  std::vector<NetworkSide> networks_;
  std::vector<LinkEnd> ends_;  // router by router, each one's in order
  std::vector<std::uint32_t> first_end_;
};

// AS boundary routers of areas that nobody listens to become nodes too: external prefixes hang on them.
void Builder::collect(AreaId area, const LsaKey& key, const StoredLsa& stored) {
  if (key.type == LsaType::kRouter) collect_router(area, key, stored);
  if (key.type == LsaType::kNetwork) collect_network(area, key, stored);
  if (key.type == LsaType::kAsbrSummary) boundary_routers_.push_back(key.id);
  if (key.type == LsaType::kExternal) ids_.push_back(key.router);
}

std::uint8_t options_of(const StoredLsa& stored) {
  ByteReader in(stored.bytes);
  return ospf::read_lsa_header(in).options;
}

// Routers of a stub or not-so-stubby area clear the E option in their LSAs (RFC 2328 A.2).
bool takes_externals(const StoredLsa& stored) { return (options_of(stored) & ospf::kOptionExternal) != 0; }

void Builder::collect_router(AreaId area, const LsaKey& key, const StoredLsa& stored) {
  ids_.push_back(key.router);
  const bool known_as_stub = !parts_.stub_areas.empty() && parts_.stub_areas.back() == area;
  if (!takes_externals(stored) && !known_as_stub) parts_.stub_areas.push_back(area);
  if (auto lsa = ospf::read_router_lsa(stored.body())) {
    links_seen_ += lsa->links.size();
    routers_.push_back({area, key.router, {}, std::move(*lsa)});
  }
}

void Builder::collect_network(AreaId area, const LsaKey& key, const StoredLsa& stored) {
  auto lsa = ospf::read_network_lsa(stored.body());
  auto length = lsa ? mask_length(lsa->mask) : Result<int>(Error{});
  if (!length) return;
  std::sort(lsa->routers.begin(), lsa->routers.end());
  networks_.push_back({area, key.id, Prefix(key.id, *length), {}, key.router, std::move(lsa->routers)});
}

void Builder::make_router_nodes() {
  ids_.insert(ids_.end(), boundary_routers_.begin(), boundary_routers_.end());
  nodes_.add(std::move(ids_));
  for (RouterId id : boundary_routers_) parts_.nodes[nodes_.find(id).value()].asbr = true;
  put_in_order(routers_);
  index_routers();
  for (RouterSide& router : routers_) {
    router.node = nodes_.find(router.id);
    Node& node = parts_.nodes[router.node.value()];
    node.areas.push_back(router.area);
    if (router.lsa.abr && !node.is_abr(kOspf2Domain)) node.abr_domains.push_back(kOspf2Domain);
    node.asbr |= router.lsa.asbr;
    if (router.lsa.asbr) node.asbr_areas.push_back(router.area);
    if (router.lsa.virtual_endpoint) node.virtual_areas.push_back(router.area);
  }
}

constexpr std::uint32_t kNoRouter = 0xffff'ffff;

std::size_t hash(AreaId area, RouterId id) {
  return ((std::uint64_t{area.value} << 32 | id.value) * 0x9e3779b97f4a7c15U) >> 32;
}

// Every link's other end is looked up: with ten links a router, that is most of all looking up.
void Builder::index_routers() {
  router_index_.assign(std::bit_ceil(2 * routers_.size() + 1), kNoRouter);
  const std::size_t mask = router_index_.size() - 1;
  for (std::uint32_t i = 0; i < routers_.size(); ++i) {
    std::size_t at = hash(routers_[i].area, routers_[i].id) & mask;
    while (router_index_[at] != kNoRouter) at = (at + 1) & mask;
    router_index_[at] = i;
  }
}

const RouterSide* Builder::find_router(AreaId area, RouterId id) const {
  const std::size_t mask = router_index_.size() - 1;
  for (std::size_t at = hash(area, id) & mask; router_index_[at] != kNoRouter; at = (at + 1) & mask) {
    const RouterSide& router = routers_[router_index_[at]];
    if (router.id == id && router.area == area) return &router;
  }
  return nullptr;
}

void Builder::make_network_nodes() {
  put_in_order(networks_);
  for (NetworkSide& network : networks_) {
    network.node = NodeId{parts_.nodes.size()};
    Node node;
    node.kind = NodeKind::kNetwork;
    node.prefix = network.prefix;
    node.designated = network.designated;
    node.areas = {network.area};
    parts_.attachments.push_back({node.prefix, network.node, 0, PrefixKind::kNetwork, network.area, {}});
    parts_.nodes.push_back(std::move(node));
  }
  name_networks();
}

// A network that is split in two has two designated routers: then the name says which.
void Builder::name_networks() {
  std::vector<const NetworkSide*> by_prefix;
  for (const NetworkSide& network : networks_) by_prefix.push_back(&network);
  std::sort(by_prefix.begin(), by_prefix.end(), [](const NetworkSide* a, const NetworkSide* b) {
    return std::tie(a->prefix, a->node) < std::tie(b->prefix, b->node);
  });
  for (auto first = by_prefix.begin(); first != by_prefix.end();) {
    const auto other = [&](const NetworkSide* network) { return network->prefix != (*first)->prefix; };
    const auto end = std::find_if(first, by_prefix.end(), other);
    for (auto at = first; at != end; ++at) {
      std::string& name = parts_.nodes[(*at)->node.value()].name;
      name = "net:" + print_prefix((*at)->prefix);
      if (at != first) name += "@" + print_address((*at)->id);
      const auto alike = [&](const NetworkSide* known) { return known->id == (*at)->id; };
      if (std::any_of(first + (at != first ? 1 : 0), at, alike)) name += "@" + print_area((*at)->area);
    }
    first = end;
  }
}

void Builder::add_links(const RouterSide& router) {
  for (const RouterLink& link : router.lsa.links) {
    if (link.type == LinkType::kTransit) add_transit(router, link);
    if (link.type != LinkType::kStub) continue;
    if (auto length = mask_length(link.data)) {
      parts_.attachments.push_back(
          {Prefix(link.id, *length), router.node, link.cost, PrefixKind::kStub, router.area, {}});
    }
  }
}

void Builder::add_transit(const RouterSide& router, const RouterLink& link) {
  const NetworkSide* network = find_side(networks_, router.area, link.id);
  if (network == nullptr) return;
  if (!std::binary_search(network->routers.begin(), network->routers.end(), router.id)) return;
  add_link(router.area, router.node, network->node, link, Ipv4{});
  Link out;
  out.from = network->node;
  out.to = router.node;
  out.cost = 0;
  out.area = router.area;
  out.neighbor = link.data;
  parts_.links.push_back(std::move(out));
}

void Builder::collect_ends() {
  ends_.reserve(links_seen_);
  for (const RouterSide& router : routers_) {
    const auto begin = static_cast<std::ptrdiff_t>(ends_.size());
    first_end_.push_back(static_cast<std::uint32_t>(ends_.size()));
    for (const RouterLink& link : router.lsa.links) {
      if (link.type != LinkType::kPointToPoint && link.type != LinkType::kVirtual) continue;
      const RouterSide* peer = find_router(router.area, link.id);
      if (peer == nullptr || peer == &router) continue;
      ends_.push_back({static_cast<std::uint32_t>(peer - routers_.data()), link.type,
                       static_cast<std::uint32_t>(ends_.size()), link});
    }
    std::sort(ends_.begin() + begin, ends_.end(), [](const LinkEnd& a, const LinkEnd& b) {
      return before_end(a, b) || (!before_end(b, a) && a.place < b.place);
    });
  }
  first_end_.push_back(static_cast<std::uint32_t>(ends_.size()));
}

LinkEnds Builder::ends_of(std::uint32_t router) const {
  return LinkEnds(ends_).subspan(first_end_[router], first_end_[router + 1] - first_end_[router]);
}

// The ends of one router that lead to one peer, both ways, are paired with each other.
void Builder::add_point_to_point_links() {
  collect_ends();
  for (std::uint32_t a = 0; a < routers_.size(); ++a) {
    const LinkEnds ends = ends_of(a);
    for (std::size_t first = 0, end = 0; first < ends.size(); first = end) {
      while (end < ends.size() && !before_end(ends[first], ends[end])) ++end;
      if (ends[first].peer < a) continue;
      const LinkEnd back{a, ends[first].type, 0, {}};
      const LinkEnds others = ends_of(ends[first].peer);
      const auto [from, to] = std::equal_range(others.begin(), others.end(), back, before_end);
      if (from == to) continue;
      add_pair(routers_[a], ends.subspan(first, end - first), routers_[ends[first].peer], {from, to});
    }
  }
}

bool is_numbered(Ipv4 data) { return data.value >= (1U << 24); }

// How unlikely it is that two link ends are those of one link: the bits in which their addresses differ.
std::uint32_t distance(const RouterLink& a, const RouterLink& b) {
  if (is_numbered(a.data) != is_numbered(b.data)) return 0xffff'ffff;
  return is_numbered(a.data) ? a.data.value ^ b.data.value : 0;
}

// Nobody has that many links between two routers, but an LSA can say so: then they are paired as they stand.
constexpr std::size_t kPairsMax = std::size_t{1} << 16;

// For each end in `a` its peer in `b`; the closest pairs first. What is left over has no peer, but
// still counts as long as any link leads back (16.1 step 2b).
std::vector<int> pair_ends(LinkEnds a, LinkEnds b) {
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
    for (std::size_t k = 0; k < b.size(); ++k) pairs.push_back({distance(a[i].link, b[k].link), i, k});
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

void Builder::add_pair(const RouterSide& a, LinkEnds from_a, const RouterSide& b, LinkEnds from_b) {
  add_ends(a, from_a, b, from_b);
  add_ends(b, from_b, a, from_a);
}

// The other address of the subnet of two addresses in which a link's end is, where its router says so by a
// stub link (12.4.1.1): the neighbour's, although the neighbour itself does not tell it (any more, or yet).
Ipv4 other_address(const ospf::RouterLsa& lsa, Ipv4 own) {
  for (const RouterLink& link : lsa.links) {
    if (link.type != LinkType::kStub || (own.value & link.data.value) != link.id.value) continue;
    if (link.data.value == 0xffff'fffe) return {own.value ^ 1U};
    if (link.data.value == 0xffff'fffc) return {own.value ^ 3U};
  }
  return {};
}

void Builder::add_ends(const RouterSide& from, LinkEnds ends, const RouterSide& to, LinkEnds others) {
  if (ends.size() == 1 && others.size() == 1) {
    add_link(from.area, from.node, to.node, ends[0].link, others[0].link.data);
    parts_.links.back().is_virtual = ends[0].type == LinkType::kVirtual;
    return;
  }
  const std::vector<int> peers = pair_ends(ends, others);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const Ipv4 peer = peers[i] < 0 ? other_address(from.lsa, ends[i].link.data)
                                   : others[static_cast<std::size_t>(peers[i])].link.data;
    add_link(from.area, from.node, to.node, ends[i].link, peer);
    parts_.links.back().is_virtual = ends[i].type == LinkType::kVirtual;
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
  parts_.links.push_back(std::move(link));
}

void Builder::add_destinations(AreaId area, const LsaKey& key, const StoredLsa& stored) {
  if (key.type == LsaType::kExternal || key.type == LsaType::kNssa) {
    if (auto lsa = ospf::read_external_lsa(stored.body())) add_external(area, key, options_of(stored), *lsa);
  }
  if (key.type != LsaType::kSummary && key.type != LsaType::kAsbrSummary) return;
  auto lsa = ospf::read_summary_lsa(stored.body());
  const RouterSide* router = find_router(area, key.router);
  if (!lsa || lsa->cost >= ospf::kLsInfinity || router == nullptr) return;
  if (!router->lsa.abr) return;  // in this area it is no border router, or no more (16.2 step 4)
  if (key.type == LsaType::kAsbrSummary) {
    parts_.border_routes.push_back({key.id, router->node, lsa->cost, area});
  } else if (auto length = mask_length(lsa->mask)) {
    parts_.attachments.push_back(
        {Prefix(key.id, *length), router->node, lsa->cost, PrefixKind::kSummary, area, IpAddress{}});
  }
}

void Builder::add_external(AreaId area, const LsaKey& key, std::uint8_t options,
                           const ospf::ExternalLsa& lsa) {
  auto length = mask_length(lsa.mask);
  const NodeId router = nodes_.find(key.router);
  if (!length || lsa.cost >= ospf::kLsInfinity || !router.valid()) return;
  const bool nssa = key.type == LsaType::kNssa;
  Attachment attachment;
  attachment.prefix = Prefix(key.id, *length);
  attachment.node = router;
  attachment.cost = lsa.cost;
  attachment.kind = nssa ? (lsa.type2 ? PrefixKind::kNssa2 : PrefixKind::kNssa1)
                         : (lsa.type2 ? PrefixKind::kExternal2 : PrefixKind::kExternal1);
  attachment.area = area;
  if (lsa.forwarding.value != 0) attachment.forwarding = lsa.forwarding;
  attachment.propagate = !nssa || (options & ospf::kOptionNssa) != 0;
  parts_.attachments.push_back(attachment);
}

}  // namespace

void add_ospf2(const Lsdb& lsdb, RouterNodes& routers, TopologyParts& parts) {
  Builder(lsdb, routers, parts);
}

}  // namespace anemone
