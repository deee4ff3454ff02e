#include "topology/topology_diff.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include "topology/node_places.h"

namespace anemone {
namespace {

using Kind = TopologyChangeKind;

constexpr Cost kMaxMetric = 0xffff;         // RFC 6987
constexpr std::uint32_t kAnyNetwork = ~0U;  // a place: the address tells which
enum PrefixClass : std::uint8_t { kIntra, kSummaryClass, kExternalClass };

PrefixClass class_of(PrefixKind kind) {
  if (kind == PrefixKind::kStub || kind == PrefixKind::kNetwork) return kIntra;
  return kind == PrefixKind::kSummary ? kSummaryClass : kExternalClass;
}

// What makes a link the same link in another snapshot.
struct LinkKey {
  std::uint32_t from;
  std::uint32_t to;
  AreaId area;
  IpAddress address;
  std::size_t interface;
  auto tie() const { return std::tie(from, to, area, address, interface); }
  bool operator<(const LinkKey& other) const { return tie() < other.tie(); }
};

// Who holds a prefix, and how.
struct Holding {
  Prefix prefix;
  PrefixClass how;
  std::uint32_t place;
  NodeId node;
  Cost cost;
  auto tie() const { return std::tie(prefix, how, place); }
  bool operator<(const Holding& other) const {
    return std::tie(prefix, how, place, cost) < std::tie(other.prefix, other.how, other.place, other.cost);
  }
};

struct Side {
  Side(const Topology& of, NodePlaces& places) : topology(of) {
    std::vector<NodeId> nodes;
    for (NodeId node : of.nodes()) nodes.push_back(node);
    place = places.take(of, nodes);
    linked.assign(of.node_count(), 0);
    for (NodeId node : nodes) linked[node.value()] = has_neighbor(node) ? 1 : 0;
    anybody_linked = std::ranges::count(linked, 1) > 0;
    for (LinkId id : indices<LinkId>(of.link_count())) links.emplace_back(key_of(id), id);
    std::sort(links.begin(), links.end());
    node_at.assign(places.size(), NodeId{});
    for (NodeId node : nodes) node_at[place[node.value()]] = node;
    list_holdings();
  }

  const Node& node(NodeId id) const { return topology.node(id); }
  bool is_router(NodeId id) const { return node(id).kind == NodeKind::kRouter; }
  NodeId at(std::uint32_t wanted) const { return wanted < node_at.size() ? node_at[wanted] : NodeId{}; }

  // Another router, on a link or on a network: the network that a dead designated router once spoke for
  // still has the dead router on it, alone.
  bool has_neighbor(NodeId router) const {
    if (!is_router(router)) return false;
    for (LinkId out : topology.links_from(router)) {
      const NodeId to = topology.link(out).to;
      if (is_router(to) || topology.links_from(to).size() > 1) return true;
    }
    return false;
  }

  // A router that is alone on a network is on it in name only.
  bool is_used(const Link& link) const {
    return linked[(is_router(link.from) ? link.from : link.to).value()] != 0;
  }

  LinkKey key_of(LinkId id) const {
    const Link& link = topology.link(id);
    const std::size_t interface = std::hash<std::string>{}(link.interface);
    const std::uint32_t from = place[link.from.value()];
    const std::uint32_t to = place[link.to.value()];
    if (!is_router(link.to) && !link.address.is_none())
      return {from, kAnyNetwork, link.area, link.address, interface};
    if (!is_router(link.from) && !link.neighbor.is_none())
      return {kAnyNetwork, to, link.area, link.neighbor, 0};
    return {from, to, link.area, link.address, interface};
  }

  void list_holdings() {
    for (const Attachment& attachment : topology.attachments()) {
      const PrefixClass how = class_of(attachment.kind);
      if (is_router(attachment.node)) {
        add_holding(attachment.prefix, how, attachment.node, attachment.cost);
        continue;
      }
      for (LinkId out : topology.links_from(attachment.node)) {
        add_holding(attachment.prefix, how, topology.link(out).to, attachment.cost);
      }
    }
    std::sort(holdings.begin(), holdings.end());
    const auto same = [](const Holding& a, const Holding& b) { return a.tie() == b.tie(); };
    holdings.erase(std::unique(holdings.begin(), holdings.end(), same), holdings.end());
  }

  void add_holding(const Prefix& prefix, PrefixClass how, NodeId holder, Cost cost) {
    holdings.push_back({prefix, how, place[holder.value()], holder, how == kExternalClass ? cost : 0});
  }

  bool overloaded(NodeId router) const {
    if (!node(router).host_domains.empty()) return true;
    const auto out = topology.links_from(router);
    for (LinkId id : out) {
      if (topology.link(id).cost < kMaxMetric) return false;
    }
    return out.size() > 0;
  }

  const Topology& topology;
  std::vector<std::uint32_t> place;  // per node
  std::vector<std::uint8_t> linked;  // per node: a router with a neighbour
  bool anybody_linked = false;
  std::vector<NodeId> node_at;                    // per place
  std::vector<std::pair<LinkKey, LinkId>> links;  // in the order of the keys
  std::vector<Holding> holdings;                  // in order
};

std::string network_name(const Node& network) {
  return network.prefix == Prefix{} ? network.name : "net:" + print_prefix(network.prefix);
}

std::string list_names(const std::vector<std::string>& names) {
  std::string all;
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 4); ++i) {
    all += (i == 0 ? "" : ", ") + names[i];
  }
  return names.size() > 4 ? all + " and " + std::to_string(names.size() - 4) + " more" : all;
}

class Diff {
 public:
  Diff(const Topology& before, const Topology& after) : before_(before, places_), after_(after, places_) {
    pair_links();
  }

  std::vector<TopologyChange> changes() {
    routers(Kind::kRouterDown, before_, after_, "down");
    routers(Kind::kRouterUp, after_, before_, "up");
    links(Kind::kLinkDown, before_, gone_, "down");
    links(Kind::kLinkUp, after_, came_, "up");
    overloads();
    costs();
    names();
    roles();
    designated();
    prefixes();
    std::stable_sort(found_.begin(), found_.end(),
                     [](const TopologyChange& a, const TopologyChange& b) { return a.kind < b.kind; });
    return std::move(found_);
  }

 private:
  void pair_links() {
    auto was = before_.links.begin();
    auto is = after_.links.begin();
    while (was != before_.links.end() || is != after_.links.end()) {
      if (is == after_.links.end() || (was != before_.links.end() && was->first < is->first)) {
        gone_.push_back((was++)->second);
      } else if (was == before_.links.end() || is->first < was->first) {
        came_.push_back((is++)->second);
      } else {
        stayed_.emplace_back((was++)->second, (is++)->second);
      }
    }
  }

  // The routers of `here` that have a neighbour here and none over there.
  void routers(Kind kind, const Side& here, const Side& there, const char* verb) {
    for (NodeId id : here.topology.nodes()) {
      if (here.linked[id.value()] == 0) continue;
      const NodeId other = there.at(here.place[id.value()]);
      if (other.valid() && there.linked[other.value()] != 0) continue;
      const Node& router = here.node(id);
      TopologyChange change{kind, router.name + " " + verb, {}, router.name, {router.router_id}};
      for (LinkId out : here.topology.links_from(id)) change.links.push_back(link_name(here.topology, out));
      for (LinkId in : here.topology.links_to(id)) change.links.push_back(link_name(here.topology, in));
      said_routers_.insert(here.place[id.value()]);
      found_.push_back(std::move(change));
    }
  }

  bool is_said(const Side& side, NodeId node) const {
    return side.is_router(node) && said_routers_.contains(side.place[node.value()]);
  }

  // Links of `here` that are not over there. Those of several routers to one network are one change.
  void links(Kind kind, const Side& here, std::vector<LinkId>& ids, const char* verb) {
    std::map<std::string, std::vector<LinkId>> by_thing;
    std::set<LinkId> said;
    const std::set<LinkId> all(ids.begin(), ids.end());
    for (LinkId id : ids) {
      const Link& link = here.topology.link(id);
      if (is_said(here, link.from) || is_said(here, link.to) || said.contains(id)) continue;
      if (!here.is_used(link)) continue;
      const bool on_network = !here.is_router(link.to) || !here.is_router(link.from);
      std::string thing = on_network ? network_name(here.node(here.is_router(link.to) ? link.from : link.to))
                                     : link_name(here.topology, id);
      if (link.reverse.valid() && !on_network) {
        thing = std::min(thing, link_name(here.topology, link.reverse));
        if (all.contains(link.reverse)) said.insert(link.reverse);
      }
      by_thing[thing].push_back(id);
    }
    for (const auto& [thing, members] : by_thing)
      found_.push_back(link_change(kind, here, thing, members, all, verb));
  }

  static TopologyChange link_change(Kind kind, const Side& here, const std::string& thing,
                                    const std::vector<LinkId>& members, const std::set<LinkId>& all,
                                    const char* verb) {
    TopologyChange change;
    change.kind = kind;
    std::set<std::string> ends;
    std::string other;
    for (LinkId id : members) {
      const Link& link = here.topology.link(id);
      change.links.push_back(link_name(here.topology, id));
      const bool on_network = !here.is_router(link.to) || !here.is_router(link.from);
      if (!on_network && link.reverse.valid() && all.contains(link.reverse)) {
        change.links.push_back(link_name(here.topology, link.reverse));
      }
      change.can_follow = link.is_virtual;
      const NodeId own = here.is_router(link.from) ? link.from : link.to;
      ends.insert(here.node(own).name);
      other = on_network ? thing : here.node(link.to).name;
      for (NodeId end : {link.from, link.to}) {
        if (here.is_router(end)) change.routers.push_back(here.node(end).router_id);
      }
    }
    const std::vector<std::string> names(ends.begin(), ends.end());
    change.subject = other == thing ? list_names(names) + " - " + thing : thing;
    change.text = (change.can_follow ? "virtual link " : "") + list_names(names) + " - " + other + " " + verb;
    return change;
  }

  // Calls `visit(was, is)` for every router that both sides have.
  template <class Visit>
  void each_router(Visit visit) {
    for (NodeId is : after_.topology.nodes()) {
      const NodeId was = before_.at(after_.place[is.value()]);
      if (was.valid() && after_.is_router(is) && before_.is_router(was)) visit(was, is);
    }
  }

  void add(Kind kind, NodeId router, std::string text, std::string subject, bool can_follow) {
    const Node& node = after_.node(router);
    found_.push_back({kind, std::move(text), {}, std::move(subject), {node.router_id}, can_follow});
  }

  void overloads() {
    each_router([&](NodeId was, NodeId is) {
      const bool before = before_.overloaded(was);
      const bool after = after_.overloaded(is);
      if (before == after || !linked_in_both(was, is)) return;
      const std::string& name = after_.node(is).name;
      add(Kind::kOverload, is,
          name + (after ? " asks not to be passed through" : " can be passed through again"),
          "overload of " + name, false);
      said_costs_.insert(is);
    });
  }

  bool linked_in_both(NodeId was, NodeId is) const {
    return before_.linked[was.value()] != 0 && after_.linked[is.value()] != 0;
  }

  void costs() {
    std::map<LinkId, LinkId> changed;  // from `after` to `before`
    for (const auto& [was, is] : stayed_) {
      const Link& link = after_.topology.link(is);
      if (before_.topology.link(was).cost != link.cost && !said_costs_.contains(link.from))
        changed.emplace(is, was);
    }
    for (const auto& [is, was] : changed) {
      const LinkId back = after_.topology.link(is).reverse;
      if (back.valid() && back < is && changed.contains(back)) continue;  // said with the other direction
      cost(is, was,
           back.valid() && changed.contains(back) ? std::pair(back, changed.at(back))
                                                  : std::pair(LinkId{}, LinkId{}));
    }
  }

  std::string cost_text(LinkId is, LinkId was) const {
    return "cost " + std::to_string(before_.topology.link(was).cost) + " to " +
           std::to_string(after_.topology.link(is).cost);
  }
  std::string name_of(NodeId id) const {
    return after_.is_router(id) ? after_.node(id).name : network_name(after_.node(id));
  }

  void cost(LinkId is, LinkId was, std::pair<LinkId, LinkId> back) {
    const Link& link = after_.topology.link(is);
    const std::string from = name_of(link.from);
    const std::string to = name_of(link.to);
    TopologyChange change;
    change.kind = Kind::kCost;
    change.links = {link_name(after_.topology, is)};
    change.subject = "cost of " + change.links[0];
    for (NodeId end : {link.from, link.to}) {
      if (after_.is_router(end)) change.routers.push_back(after_.node(end).router_id);
    }
    const std::string there = cost_text(is, was);
    if (!back.first.valid()) {
      change.text = from + " > " + to + " " + there;
    } else {
      change.links.push_back(link_name(after_.topology, back.first));
      const std::string here = cost_text(back.first, back.second);
      change.text = here == there ? from + " - " + to + " " + there + ", both ways"
                                  : from + " > " + to + " " + there + ", back " + here;
    }
    found_.push_back(std::move(change));
  }

  void names() {
    each_router([&](NodeId was, NodeId is) {
      const std::string& old = before_.node(was).name;
      const std::string& name = after_.node(is).name;
      if (old != name)
        add(Kind::kName, is, old + " is now called " + name,
            "name of " + print_address(after_.node(is).router_id), false);
    });
  }

  void roles() {
    each_router([&](NodeId was, NodeId is) {
      const Node& before = before_.node(was);
      const Node& after = after_.node(is);
      if (before.areas.empty() || after.areas.empty()) return;  // only others have spoken of it
      role(is, before.abr(), after.abr(), "an area border router");
      role(is, before.asbr, after.asbr, "an AS boundary router");
    });
  }
  void role(NodeId is, bool before, bool after, const char* what) {
    if (before == after) return;
    const std::string& name = after_.node(is).name;
    add(Kind::kRole, is, name + (after ? " is now " : " is no longer ") + what, name + " " + what, true);
  }

  // The network of each prefix and area that most routers are on: what a dead designated router once said
  // may still be about.
  static std::map<std::pair<Prefix, AreaId>, NodeId> main_networks(const Side& side) {
    std::map<std::pair<Prefix, AreaId>, NodeId> networks;
    for (NodeId id : side.topology.nodes()) {
      const Node& node = side.node(id);
      if (side.is_router(id) || node.areas.empty() || node.designated.value == 0) continue;
      auto [main, is_new] = networks.try_emplace({node.prefix, node.areas[0]}, id);
      if (side.topology.links_from(id).size() > side.topology.links_from(main->second).size())
        main->second = id;
    }
    return networks;
  }

  std::string router_name(const Side& side, RouterId id) const {
    const auto found = side.topology.find(print_address(id));
    return found ? side.node(*found).name : print_address(id);
  }

  void designated() {
    const auto before = main_networks(before_);
    for (const auto& [network, is] : main_networks(after_)) {
      const auto was = before.find(network);
      if (was == before.end() || network.first == Prefix{}) continue;
      const RouterId old = before_.node(was->second).designated;
      const RouterId now = after_.node(is).designated;
      if (old == now || after_.topology.links_from(is).size() < 2) continue;
      const std::string prefix = print_prefix(network.first);
      found_.push_back({Kind::kDesignated,
                        "designated router of " + prefix + ": " + router_name(before_, old) + " to " +
                            router_name(after_, now),
                        {},
                        "designated router of " + prefix,
                        {old, now},
                        true});
    }
  }

  struct PrefixNews {
    std::vector<std::string> lost, won, kept;
    std::vector<RouterId> routers;
    Cost was = 0, is = 0;
    bool cost = false;
  };

  // Whoever has no neighbour is not reached: what it says comes and goes unheeded. Unless nobody has one,
  // or it is only known through others.
  bool counts(const Side& side, const Side& other, const Holding& holding) const {
    const NodeId there = other.at(holding.place);
    return side.linked[holding.node.value()] != 0 || (there.valid() && other.linked[there.value()] != 0) ||
           side.node(holding.node).areas.empty() || (!side.anybody_linked && !other.anybody_linked);
  }

  void prefixes() {
    std::map<std::pair<Prefix, PrefixClass>, PrefixNews> news;
    auto was = before_.holdings.begin();
    auto is = after_.holdings.begin();
    const auto was_end = before_.holdings.end();
    const auto is_end = after_.holdings.end();
    while (was != was_end || is != is_end) {
      if (is == is_end || (was != was_end && was->tie() < is->tie())) {
        note(news, *was, before_, after_, &PrefixNews::lost);
        ++was;
      } else if (was == was_end || is->tie() < was->tie()) {
        note(news, *is, after_, before_, &PrefixNews::won);
        ++is;
      } else {
        if (was->cost != is->cost) {
          PrefixNews& one = news[{is->prefix, is->how}];
          one.routers.push_back(after_.node(is->node).router_id);
          one.was = was->cost;
          one.is = is->cost;
          one.cost = true;
        }
        ++was;
        ++is;
      }
    }
    for (auto& [what, one] : news) {
      keepers(what.first, what.second, one);
      tell(what.first, what.second, one);
    }
  }

  void note(std::map<std::pair<Prefix, PrefixClass>, PrefixNews>& news, const Holding& holding,
            const Side& side, const Side& other, std::vector<std::string> PrefixNews::*list) {
    if (!counts(side, other, holding)) return;
    PrefixNews& one = news[{holding.prefix, holding.how}];
    (one.*list).push_back(side.node(holding.node).name);
    one.routers.push_back(side.node(holding.node).router_id);
  }

  // Who has it before and after.
  void keepers(const Prefix& prefix, PrefixClass how, PrefixNews& one) const {
    auto at =
        std::partition_point(after_.holdings.begin(), after_.holdings.end(), [&](const Holding& holding) {
          return std::tie(holding.prefix, holding.how) < std::tie(prefix, how);
        });
    for (; at != after_.holdings.end() && at->prefix == prefix && at->how == how; ++at) {
      const std::string& name = after_.node(at->node).name;
      if (std::ranges::count(one.won, name) == 0) one.kept.push_back(name);
    }
  }

  void tell(const Prefix& prefix, PrefixClass how, const PrefixNews& one) {
    static constexpr const char* kWords[] = {"stub", "summary", "external"};
    const std::string name = print_prefix(prefix);
    const std::string word = kWords[how];
    const bool follows = how == kSummaryClass;
    const auto change = [&](Kind kind, const std::string& text) {
      found_.push_back({kind, name + " " + text, {}, name, one.routers, follows});
    };
    if (!one.lost.empty() && one.kept.empty() && one.won.empty()) {
      change(Kind::kPrefixDown, "gone (" + word + " of " + list_names(one.lost) + ")");
    } else if (!one.won.empty() && one.kept.empty() && one.lost.empty()) {
      change(Kind::kPrefixUp, "new (" + word + " of " + list_names(one.won) + ")");
    } else if (!one.lost.empty() && !one.won.empty()) {
      change(Kind::kPrefixUp,
             "moved from " + list_names(one.lost) + " to " + list_names(one.won) + " (" + word + ")");
    } else if (!one.lost.empty()) {
      change(Kind::kPrefixDown, "no longer of " + list_names(one.lost) + ", still of " +
                                    list_names(one.kept) + " (" + word + ")");
    } else if (!one.won.empty()) {
      change(Kind::kPrefixUp,
             "also of " + list_names(one.won) + ", beside " + list_names(one.kept) + " (" + word + ")");
    } else if (one.cost) {
      change(Kind::kPrefixCost,
             "cost " + std::to_string(one.was) + " to " + std::to_string(one.is) + " (" + word + ")");
    }
  }

  NodePlaces places_;
  Side before_;
  Side after_;
  std::vector<LinkId> gone_;                       // of `before`
  std::vector<LinkId> came_;                       // of `after`
  std::vector<std::pair<LinkId, LinkId>> stayed_;  // was, is
  std::set<std::uint32_t> said_routers_;           // places
  std::set<NodeId> said_costs_;                    // of `after`
  std::vector<TopologyChange> found_;
};

}  // namespace

const char* print_change_kind(TopologyChangeKind kind) {
  switch (kind) {
    case Kind::kRouterDown:
      return "router_down";
    case Kind::kRouterUp:
      return "router_up";
    case Kind::kLinkDown:
      return "link_down";
    case Kind::kLinkUp:
      return "link_up";
    case Kind::kOverload:
      return "overload";
    case Kind::kCost:
      return "cost";
    case Kind::kName:
      return "name";
    case Kind::kRole:
      return "role";
    case Kind::kDesignated:
      return "designated";
    case Kind::kPrefixDown:
      return "prefix_down";
    case Kind::kPrefixUp:
      return "prefix_up";
    case Kind::kPrefixCost:
      return "prefix_cost";
  }
  return "unknown";
}

std::vector<TopologyChange> diff_topologies(const Topology& before, const Topology& after) {
  return Diff(before, after).changes();
}

}  // namespace anemone
