#include "route/table.h"

#include <algorithm>
#include <map>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>

#include "net/prefix_map.h"
#include "route/area_view.h"

namespace anemone {
namespace {

using NextHops = std::vector<NextHop>;

void merge(NextHops& into, const NextHops& from) {
  into.insert(into.end(), from.begin(), from.end());
  std::sort(into.begin(), into.end());
  into.erase(std::unique(into.begin(), into.end()), into.end());
}

// A way to something inside the network: a router or an attached prefix.
struct Way {
  Cost cost = kUnreachable;
  NextHops hops;

  bool known() const { return cost != kUnreachable; }
  void offer(Cost offered, const NextHops& by) {
    if (offered > cost) return;
    if (offered < cost) hops.clear();
    cost = offered;
    merge(hops, by);
  }
};

// Shortest paths from one router through one area (16.1), with next hops as in 16.1.1.
class Tree {
 public:
  Tree(const Topology& topology, NodeId root, AreaId area)
      : topology_(topology), root_(root), ways_(topology.node_count()) {
    Queue queue;
    ways_[root].cost = 0;
    queue.push(turn(root));
    PerNode<char> settled(topology.node_count());
    while (!queue.empty()) {
      const NodeId node = std::get<2>(queue.top());
      queue.pop();
      if (std::exchange(settled[node], 1)) continue;
      if (node != root && !topology.node(node).forwards(area.domain)) continue;
      for (LinkId id : topology.links_from(node)) {
        const Link& link = topology.link(id);
        const Cost cost = ways_[node].cost + link.cost;
        if (link.area != area || cost < link.cost || cost > ways_[link.to].cost || link.to == root) continue;
        const bool nearer = cost < ways_[link.to].cost;
        ways_[link.to].offer(cost, hops_over(id));
        if (nearer) queue.push(turn(link.to));
      }
    }
  }

  const Way& operator[](NodeId node) const { return ways_[node]; }

 private:
  // At equal cost networks settle before routers (16.1 step 3): their links to routers are free.
  using Turn = std::tuple<Cost, NodeKind, NodeId>;
  struct Later {
    bool operator()(const Turn& a, const Turn& b) const { return key(a) > key(b); }
    static std::tuple<Cost, bool, NodeId> key(const Turn& turn) {
      return {std::get<0>(turn), std::get<1>(turn) == NodeKind::kRouter, std::get<2>(turn)};
    }
  };
  using Queue = std::priority_queue<Turn, std::vector<Turn>, Later>;

  Turn turn(NodeId node) const { return {ways_[node].cost, topology_.node(node).kind, node}; }

  NextHop own_hop(LinkId id) const {
    const Link& link = topology_.link(id);
    const bool to_router = topology_.node(link.to).kind == NodeKind::kRouter;
    return {id, to_router ? link.to : NodeId{}, link.neighbor};
  }

  // A virtual link of the root's gives none: they are found over its transit area later (16.3).
  NextHops hops_over(LinkId id) const {
    const Link& link = topology_.link(id);
    if (link.from == root_) return link.is_virtual ? NextHops{} : NextHops{own_hop(id)};
    NextHops hops = ways_[link.from].hops;
    for (NextHop& hop : hops) {
      if (!hop.router.valid()) hop = {hop.link, link.to, link.neighbor};  // over a network of the root's
    }
    return hops;
  }

  const Topology& topology_;
  NodeId root_;
  PerNode<Way> ways_;
};

// The way to an AS boundary router, or to a forwarding address.
struct Entrance {
  WayRank rank{};
  AreaId area;
  Way way;
  bool boundary = true;  // the entry says that it is an AS boundary router
};

// The routes of one domain. `areas` are those of the router in it.
class TableBuilder {
 public:
  TableBuilder(const Topology& topology, NodeId root, std::uint16_t domain, std::vector<AreaId> areas)
      : topology_(topology), root_(root), domain_(domain), areas_(std::move(areas)) {
    for (AreaId area : areas_) trees_.emplace(area, Tree(topology, root, area));
    examined_ = examined_areas(topology, root, areas_);
    for (const auto& [area, tree] : trees_) {
      if (!contains(examined_, area) && leads_virtual_link(area, tree)) transit_.push_back(area);
    }
  }

  RouteTable build() {
    for (PrefixId prefix : indices<PrefixId>(topology_.prefix_count())) add_inside(prefix);
    std::vector<std::pair<Prefix, std::size_t>> inside;
    for (std::size_t i = 0; i < table_.size(); ++i)
      inside.emplace_back(topology_.prefix(table_[i].prefix), i);
    inside_ = PrefixMap<std::size_t>(std::move(inside));
    RouteTable externals;
    std::size_t next = 0;
    for (PrefixId prefix : indices<PrefixId>(topology_.prefix_count())) {
      while (next < table_.size() && table_[next].prefix < prefix) ++next;
      if (next < table_.size() && table_[next].prefix == prefix) continue;
      if (auto route = external_route(prefix)) externals.push_back(std::move(*route));
    }
    RouteTable all;
    std::merge(std::make_move_iterator(table_.begin()), std::make_move_iterator(table_.end()),
               std::make_move_iterator(externals.begin()), std::make_move_iterator(externals.end()),
               std::back_inserter(all), [](const Route& a, const Route& b) { return a.prefix < b.prefix; });
    return all;
  }

 private:
  void add_inside(PrefixId prefix);
  static bool contains(const std::vector<AreaId>& areas, AreaId area) {
    return std::find(areas.begin(), areas.end(), area) != areas.end();
  }
  bool leads_virtual_link(AreaId area, const Tree& tree) const;
  Way over_transit_areas(PrefixId prefix) const;
  Way over_transit_areas(RouterId boundary_router) const;
  bool examines(const Attachment& summary) const;
  bool advertises(PrefixId prefix, AreaId area) const;
  std::optional<Entrance> entrance(const Attachment& external) const;
  std::optional<Entrance> boundary_router(const Attachment& external) const;
  std::optional<Entrance> forwarding_address(const IpAddress& address) const;
  std::optional<Route> external_route(PrefixId prefix) const;
  bool is_own(const IpAddress& address) const;
  NextHop last_hop(LinkId link, const IpAddress& address) const;

  const Topology& topology_;
  NodeId root_;
  std::uint16_t domain_;
  std::vector<AreaId> areas_;
  std::vector<AreaId> examined_;
  std::vector<AreaId> transit_;  // other areas, whose summaries may shorten the backbone's ways
  std::map<AreaId, Tree> trees_;
  RouteTable table_;
  PrefixMap<std::size_t> inside_;
};

bool is_inside(PrefixKind kind) { return kind == PrefixKind::kStub || kind == PrefixKind::kNetwork; }

bool TableBuilder::examines(const Attachment& summary) const {
  return contains(examined_, summary.area) && topology_.node(summary.node).is_abr(domain_) &&
         !ignores_summary(topology_, topology_.node(root_), summary);
}

// Whether the router has a summary of its own there: it is one of its ranges then, or will be flushed.
bool TableBuilder::advertises(PrefixId prefix, AreaId area) const {
  const auto at = topology_.attachments(prefix);
  return std::any_of(at.begin(), at.end(), [&](const Attachment& attachment) {
    return attachment.kind == PrefixKind::kSummary && attachment.node == root_ && attachment.area == area;
  });
}

bool TableBuilder::leads_virtual_link(AreaId area, const Tree& tree) const {
  for (NodeId node : topology_.nodes()) {
    if (ends_virtual_link(topology_.node(node), area) && tree[node].known()) return true;
  }
  return false;
}

// The best that border routers of transit areas offer (16.3), to a prefix and to an AS boundary router. It
// replaces what the backbone has when it is nearer, joins it when it is as near, and is otherwise not a way.
Way TableBuilder::over_transit_areas(PrefixId prefix) const {
  Way best;
  for (const Attachment& summary : topology_.attachments(prefix)) {
    if (summary.kind != PrefixKind::kSummary || summary.node == root_) continue;
    if (!contains(transit_, summary.area) || !topology_.node(summary.node).is_abr(domain_)) continue;
    const Way& way = trees_.at(summary.area)[summary.node];
    if (way.known()) best.offer(way.cost + summary.cost, way.hops);
  }
  return best;
}

Way TableBuilder::over_transit_areas(RouterId boundary_router) const {
  Way best;
  for (const BorderRoute& border : topology_.border_routes()) {
    if (border.asbr != boundary_router || border.via == root_) continue;
    if (!contains(transit_, border.area) || !topology_.node(border.via).is_abr(domain_)) continue;
    const Way& way = trees_.at(border.area)[border.via];
    if (way.known()) best.offer(way.cost + border.cost, way.hops);
  }
  return best;
}

// IPv4 and IPv6 share the links of IS-IS, but a link's addresses here are of one of them.
void forget_other_family(const Prefix& prefix, NextHops& hops) {
  for (NextHop& hop : hops) {
    if (hop.via.is_v4() != prefix.is_v4()) hop.via = {};
  }
}

// A way without next hops began with a virtual link that no transit area has resolved: it is not used.
void TableBuilder::add_inside(PrefixId prefix) {
  Route intra{prefix, PathType::kIntra, 0, 0, {}, {}};
  Route inter{prefix, PathType::kInter, 0, 0, {}, {}};
  Way within;
  int within_rank = 0;
  Way between;
  for (const Attachment& attachment : topology_.attachments(prefix)) {
    auto tree = trees_.find(attachment.area);
    if (tree == trees_.end()) continue;
    const Way& way = tree->second[attachment.node];
    if (!way.known()) continue;
    const Cost cost = way.cost + attachment.cost;
    if (is_inside(attachment.kind)) {
      const bool local = attachment.node == root_;
      const int rank = inside_rank(attachment.area, local);
      if (within.known() && rank > within_rank) continue;
      if (within.known() && rank < within_rank) within = Way{};
      within_rank = rank;
      if (cost < within.cost || (cost == within.cost && attachment.area < intra.area))
        intra.area = attachment.area;
      within.offer(cost, local ? NextHops{NextHop{}} : way.hops);
    } else if (attachment.kind == PrefixKind::kSummary && examines(attachment) &&
               !advertises(prefix, attachment.area)) {
      if (cost < between.cost) inter.area = attachment.area;
      between.offer(cost, way.hops);
    }
  }
  Route& route = within.known() ? intra : inter;
  Way& way = within.known() ? within : between;
  if (!way.known()) return;
  if (const Way transit = over_transit_areas(prefix); is_backbone(route.area) && transit.known()) {
    way.offer(transit.cost, transit.hops);
  }
  if (way.hops.empty()) return;
  route.cost = way.cost;
  route.next_hops = std::move(way.hops);
  if (protocol_of(domain_) == Protocol::kIsis) forget_other_family(topology_.prefix(prefix), route.next_hops);
  table_.push_back(std::move(route));
}

// 16.4 step 3: of the ways to the AS boundary router, one per area, those inside a non-backbone area
// first, then the cheapest, then the one in the area with the largest id.
std::optional<Entrance> TableBuilder::boundary_router(const Attachment& external) const {
  std::optional<Entrance> best;
  const NodeId router = external.node;
  const Node& node = topology_.node(router);
  auto consider = [&](Entrance found) {
    const Way transit = over_transit_areas(node.router_id);
    if (is_backbone(found.area) && found.boundary && transit.known()) {
      found.way.offer(transit.cost, transit.hops);
    }
    if (found.way.hops.empty()) return;
    auto order = [](const Entrance& e) { return std::tuple(e.rank, e.way.cost, ~e.area.value); };
    if (!best || order(found) < order(*best)) best = std::move(found);
  };
  for (const auto& [area, tree] : trees_) {
    if (!leads_out(topology_, area, external)) continue;
    if (tree[router].known() && is_border(node, area)) {
      consider({way_rank(true, area), area, tree[router], says_boundary(node, area)});
      continue;
    }
    if (!contains(examined_, area)) continue;
    Way way;
    bool advertises = false;
    for (const BorderRoute& border : topology_.border_routes()) {
      if (border.asbr != node.router_id || border.area != area) continue;
      advertises |= border.via == root_;
      const Way& to_border = tree[border.via];
      if (!to_border.known() || !topology_.node(border.via).is_abr(domain_)) continue;
      way.offer(to_border.cost + border.cost, to_border.hops);
    }
    if (way.known() && !advertises) consider({way_rank(false, area), area, std::move(way)});
  }
  return best;
}

bool TableBuilder::is_own(const IpAddress& address) const {
  for (LinkId id : topology_.links_from(root_)) {
    if (topology_.link(id).address == address) return true;
  }
  return false;
}

// How an address on a network of the router's own is reached: over a point-to-point link whose other end
// has it, or over the broadcast network behind `link`; nobody's that we know, where there is no such end.
NextHop TableBuilder::last_hop(LinkId link, const IpAddress& address) const {
  for (LinkId own : topology_.links_from(root_)) {
    const Link& out = topology_.link(own);
    if (out.neighbor == address && out.area.domain == domain_ && !out.is_virtual)
      return {own, out.to, address};
  }
  if (!link.valid()) return {link, NodeId{}, address};
  for (LinkId out : topology_.links_from(topology_.link(link).to)) {
    if (topology_.link(out).neighbor == address) return {link, topology_.link(out).to, address};
  }
  return {link, NodeId{}, address};
}

std::optional<Entrance> TableBuilder::forwarding_address(const IpAddress& address) const {
  const auto [prefix, index] = inside_.find(address);
  if (prefix == nullptr || is_own(address)) return std::nullopt;
  const Route& route = table_[*index];
  Entrance found{way_rank(route.type == PathType::kIntra, route.area), route.area, {}};
  found.way.cost = route.cost;
  for (NextHop hop : route.next_hops) {
    const bool connected = !hop.router.valid() && hop.via.is_none();
    if (connected && prefix->bits128() == 128) return std::nullopt;  // an address of its own
    if (connected) hop = last_hop(hop.link, address);
    found.way.hops.push_back(hop);
  }
  return found;
}

std::optional<Entrance> TableBuilder::entrance(const Attachment& external) const {
  if (external.node == root_ || external.area.domain != domain_) return {};
  if (is_inside(external.kind) || external.kind == PrefixKind::kSummary) return {};
  const bool nssa = external.kind == PrefixKind::kNssa1 || external.kind == PrefixKind::kNssa2;
  const bool heard = nssa ? trees_.contains(external.area) : hears_externals(topology_, areas_, domain_);
  if (!heard || ignores_nssa_default(topology_, root_, external)) return {};
  auto router = boundary_router(external);
  if (!router || !router->boundary) return {};
  if (external.forwarding.is_none()) return router;
  return forwarding_address(external.forwarding);
}

std::optional<Route> TableBuilder::external_route(PrefixId prefix) const {
  std::optional<Route> best;
  auto best_order = std::tuple<PathType, Cost, WayRank, Cost>{};
  for (const Attachment& attachment : topology_.attachments(prefix)) {
    auto found = entrance(attachment);
    if (!found) continue;
    const bool type2 = attachment.kind == PrefixKind::kExternal2 || attachment.kind == PrefixKind::kNssa2;
    Route route{prefix, type2 ? PathType::kExternal2 : PathType::kExternal1, found->way.cost, 0, found->area,
                {}};
    if (type2) {
      route.type2_cost = attachment.cost;
    } else {
      route.cost += attachment.cost;
    }
    const auto order = std::tuple(route.type, route.type2_cost, found->rank, route.cost);
    if (best && order > best_order) continue;
    if (!best || order < best_order) best = std::move(route);
    best_order = order;
    merge(best->next_hops, found->way.hops);
  }
  return best;
}

}  // namespace

const char* print_path_type(PathType type) {
  switch (type) {
    case PathType::kIntra:
      return "intra";
    case PathType::kInter:
      return "inter";
    case PathType::kExternal1:
      return "external1";
    case PathType::kExternal2:
      return "external2";
  }
  return "unknown";
}

// Each domain adds what those before it have no route to.
RouteTable route_table(const Topology& topology, NodeId router) {
  const std::vector<AreaId> areas = areas_of_nodes(topology)[router];
  RouteTable all;
  for (std::uint16_t domain : domains_of(areas)) {
    std::vector<AreaId> own = areas;
    std::erase_if(own, [&](AreaId area) { return area.domain != domain; });
    RouteTable table = TableBuilder(topology, router, domain, std::move(own)).build();
    RouteTable known = std::exchange(all, {});
    std::set_union(std::make_move_iterator(known.begin()), std::make_move_iterator(known.end()),
                   std::make_move_iterator(table.begin()), std::make_move_iterator(table.end()),
                   std::back_inserter(all),
                   [](const Route& a, const Route& b) { return a.prefix < b.prefix; });
  }
  return all;
}

}  // namespace anemone
