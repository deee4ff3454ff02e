#include "scenario/change_topology.h"

#include <algorithm>
#include <set>
#include <utility>

#include "scenario/area_summaries.h"
#include "scenario/things.h"
#include "topology/network_file.h"

namespace anemone {
namespace {

constexpr Cost kMaxLinkMetric = 65'535;  // RFC 6987

bool same(const Link& a, const Link& b) {
  return a.from == b.from && a.to == b.to && a.cost == b.cost && a.capacity_bps == b.capacity_bps &&
         a.area == b.area && a.address == b.address && a.port == b.port && a.interface == b.interface;
}

// Carries changes out on the parts of a topology. Links that go are only marked until the end, so that ids
// stay those of `before`; added ones have ids behind them.
class Changer {
 public:
  Changer(const Topology& before, const Places& places)
      : before_(before), places_(places), parts_(before.parts()), gone_(parts_.links.size(), 0) {}

  Result<ScenarioTopology> change(const Scenario& scenario) {
    if (auto added = add_routers(scenario); !added) return added.error();
    auto things = Things::make(scenario, named_, places_);
    if (!things) return things.error();
    things_ = &*things;
    for (const Change& change : scenario.changes) {
      const auto done =
          std::visit([&](const auto& what) { return carry_out(what, change.place); }, change.what);
      if (!done) return done.error();
    }
    return finish();
  }

 private:
  // First of all, so that every other change may name them, whatever the order.
  Result<void> add_routers(const Scenario& scenario) {
    std::set<std::string> names;
    for (const Change& change : scenario.changes) {
      const auto* add = std::get_if<AddRouter>(&change.what);
      if (add == nullptr) continue;
      if (before_.find(add->name) || !names.insert(add->name).second) {
        return at_place(change.place, "there is a router '" + add->name + "' already");
      }
      Node node;
      node.name = add->name;
      parts_.nodes.push_back(std::move(node));
      if (!add->site.empty()) places_.routers_of_site[add->site].push_back(add->name);
    }
    // Links may be added and then named, too: the topology to find names in has them.
    for (const Change& change : scenario.changes) {
      if (const auto* add = std::get_if<AddLink>(&change.what)) {
        if (auto added = add_link(*add, change.place); !added) return added;
      }
    }
    TopologyParts parts = parts_;
    named_ = Topology(std::move(parts));
    gone_.resize(parts_.links.size(), 0);
    map_named();
    return {};
  }

  Result<void> add_link(const AddLink& add, const TextPlace& place) {
    Link link;
    for (const auto& [name, end] : {std::pair(&add.from, &link.from), std::pair(&add.to, &link.to)}) {
      const auto found = find_node(*name);
      if (!found) return at_place(place, found.error().message);
      *end = *found;
    }
    if (link.from == link.to) return at_place(place, "a link from a router to itself");
    link.area = area_between(link.from, link.to);
    link.capacity_bps = add.capacity_bps;
    Link back = link;
    std::swap(back.from, back.to);
    link.cost = parts_.nodes[link.from.value()].kind == NodeKind::kNetwork ? 0 : add.cost;
    back.cost = parts_.nodes[back.from.value()].kind == NodeKind::kNetwork ? 0 : add.cost;
    parts_.links.push_back(link);
    parts_.links.push_back(back);
    return {};
  }

  Result<NodeId> find_node(const std::string& name) const {
    for (std::size_t i = before_.node_count(); i < parts_.nodes.size(); ++i) {
      if (parts_.nodes[i].name == name) return NodeId{i};
    }
    return before_.find(name);
  }

  // The area in which both ends are: the backbone if it is one of several; of a new router the other end's.
  AreaId area_between(NodeId a, NodeId b) const {
    const auto areas = [&](NodeId node) {
      std::set<AreaId> all;
      for (const Link& link : parts_.links) {
        if (link.from == node) all.insert(link.area);
      }
      return all;
    };
    const std::set<AreaId> of_a = areas(a);
    const std::set<AreaId> of_b = areas(b);
    for (const AreaId& area : of_a) {
      if (of_b.empty() || of_b.count(area) > 0) return area;
    }
    if (!of_b.empty() && of_a.empty()) return *of_b.begin();
    return of_a.empty() ? AreaId{} : backbone_of(*of_a.begin());
  }

  // named_ has the links in its own order; ours are in the order of parts_.links.
  void map_named() {
    own_of_named_.assign(named_.link_count(), 0);
    std::vector<std::uint8_t> taken(parts_.links.size(), 0);
    std::vector<std::vector<std::uint32_t>> from(parts_.nodes.size());
    for (std::uint32_t i = 0; i < parts_.links.size(); ++i) from[parts_.links[i].from.value()].push_back(i);
    for (LinkId id : indices<LinkId>(named_.link_count())) {
      for (const std::uint32_t i : from[named_.link(id).from.value()]) {
        if (taken[i] != 0 || !same(parts_.links[i], named_.link(id))) continue;
        taken[i] = 1;
        own_of_named_[id.value()] = i;
        break;
      }
    }
  }

  std::uint32_t own(LinkId named) const { return own_of_named_[named.value()]; }

  Result<void> carry_out(const NameGroup&, const TextPlace&) { return {}; }
  Result<void> carry_out(const TakeInstant&, const TextPlace&) { return {}; }
  Result<void> carry_out(const AddRouter&, const TextPlace&) { return {}; }
  Result<void> carry_out(const AddLink&, const TextPlace&) { return {}; }
  Result<void> carry_out(const AddHosts&, const TextPlace&) { return {}; }
  Result<void> carry_out(const Scale&, const TextPlace&) { return {}; }
  Result<void> carry_out(const Move&, const TextPlace&) { return {}; }
  Result<void> carry_out(const Fail& fail, const TextPlace&) { return take_away(fail.what); }
  Result<void> carry_out(const Remove& remove, const TextPlace&) { return take_away(remove.what); }

  Result<void> carry_out(const SetCost& set, const TextPlace&) {
    const auto links = things_->links(set.what);
    if (!links) return links.error();
    for (LinkId id : *links) {
      Link& link = parts_.links[own(id)];
      if (parts_.nodes[link.from.value()].kind != NodeKind::kRouter) continue;
      for (Attachment& at : parts_.attachments) {
        if (is_subnet_of(at, link) && at.area == link.area && at.cost == link.cost) at.cost = set.cost;
      }
      link.cost = set.cost;
    }
    return {};
  }

  // Whether it is the subnet of the interface that the link leaves by, as its router announces it.
  static bool is_subnet_of(const Attachment& at, const Link& link) {
    return at.node == link.from && at.kind == PrefixKind::kStub && !link.address.is_none() &&
           at.prefix.contains(link.address) && at.prefix.bits128() < 128;
  }

  Result<void> carry_out(const Resize& resize, const TextPlace&) {
    const auto links = things_->links(resize.what);
    if (!links) return links.error();
    for (LinkId id : *links) {
      parts_.links[own(id)].capacity_bps = resize.capacity_bps;
      const LinkId back = named_.link(id).reverse;
      if (back.valid() && resize.what.kind != Thing::Kind::kLink)
        parts_.links[own(back)].capacity_bps = resize.capacity_bps;
    }
    return {};
  }

  Result<void> carry_out(const Overload& overload, const TextPlace&) {
    const auto nodes = things_->nodes(overload.what);
    if (!nodes) return nodes.error();
    for (NodeId node : *nodes) {
      for (Link& link : parts_.links) {
        if (link.from != node) continue;
        if (protocol_of(link.area.domain) != Protocol::kIsis) {
          link.cost = std::max(link.cost, kMaxLinkMetric);
          continue;
        }
        auto& hosts = parts_.nodes[node.value()].host_domains;
        if (std::find(hosts.begin(), hosts.end(), link.area.domain) == hosts.end())
          hosts.push_back(link.area.domain);
      }
    }
    return {};
  }

  Result<void> carry_out(const AddPrefix& add, const TextPlace& place) {
    const auto node = find_node(add.router);
    if (!node) return at_place(place, node.error().message);
    Attachment attachment;
    attachment.prefix = add.prefix;
    attachment.node = *node;
    attachment.cost = add.cost;
    attachment.kind = add.external ? PrefixKind::kExternal2 : PrefixKind::kStub;
    for (const Link& link : parts_.links) {
      if (link.from == *node) attachment.area = add.external ? AreaId{0, link.area.domain} : link.area;
    }
    if (add.external) parts_.nodes[node->value()].asbr = true;
    parts_.attachments.push_back(attachment);
    return {};
  }

  Result<void> take_away(const Thing& thing) {
    const auto opened = things_->open(thing);
    if (!opened) return opened.error();
    for (const Thing& one : *opened) {
      const bool of_links = one.kind == Thing::Kind::kLink || one.kind == Thing::Kind::kInterface;
      auto done = of_links ? take_links(one) : take_nodes(one);
      if (!done) return done;
    }
    return {};
  }

  Result<void> take_links(const Thing& thing) {
    const auto links = things_->links(thing);
    if (!links) return links.error();
    for (LinkId id : *links) {
      take_link(own(id));
      if (named_.link(id).reverse.valid()) take_link(own(named_.link(id).reverse));
    }
    return {};
  }

  Result<void> take_nodes(const Thing& thing) {
    const auto nodes = things_->nodes(thing);
    if (!nodes) return nodes.error();
    for (NodeId node : *nodes) {
      for (std::uint32_t i = 0; i < parts_.links.size(); ++i) {
        if (parts_.links[i].from == node || parts_.links[i].to == node) take_link(i);
      }
      std::erase_if(parts_.attachments, [&](const Attachment& at) { return at.node == node; });
      const RouterId id = parts_.nodes[node.value()].router_id;
      std::erase_if(parts_.border_routes, [&](const BorderRoute& route) {
        return route.via == node || (id != RouterId{} && route.asbr == id);
      });
    }
    return {};
  }

  // A router whose interface is down no longer announces the interface's subnet.
  void take_link(std::uint32_t index) {
    if (std::exchange(gone_[index], std::uint8_t{1}) != 0) return;
    const Link link = parts_.links[index];
    std::erase_if(parts_.attachments, [&](const Attachment& at) { return is_subnet_of(at, link); });
  }

  Result<ScenarioTopology> finish() {
    TopologyParts parts = parts_;
    parts.links.clear();
    std::vector<std::uint32_t> kept;
    for (std::uint32_t i = 0; i < parts_.links.size(); ++i) {
      if (gone_[i] != 0) continue;
      parts.links.push_back(parts_.links[i]);
      kept.push_back(i);
    }
    ScenarioTopology changed{AreaSummaries(before_).anew(Topology(std::move(parts))), {}};
    map_links(kept, changed);
    return changed;
  }

  // Links of before stand first in parts_.links, with their ids.
  void map_links(const std::vector<std::uint32_t>& kept, ScenarioTopology& changed) const {
    changed.was = PerLink<LinkId>(changed.topology.link_count());
    std::vector<std::vector<std::uint32_t>> from(parts_.nodes.size());
    for (const std::uint32_t i : kept) from[parts_.links[i].from.value()].push_back(i);
    std::vector<std::uint8_t> taken(parts_.links.size(), 0);
    for (LinkId id : indices<LinkId>(changed.topology.link_count())) {
      for (const std::uint32_t i : from[changed.topology.link(id).from.value()]) {
        if (taken[i] != 0 || !same(parts_.links[i], changed.topology.link(id))) continue;
        taken[i] = 1;
        if (i < before_.link_count()) changed.was[id] = LinkId{i};
        break;
      }
    }
  }

  const Topology& before_;
  Places places_;  // with the sites of new routers
  TopologyParts parts_;
  std::vector<std::uint8_t> gone_;           // by link of parts_
  Topology named_;                           // before the changes, but with what is added
  std::vector<std::uint32_t> own_of_named_;  // link of parts_, by link of named_
  const Things* things_ = nullptr;
};

}  // namespace

Result<ScenarioTopology> topology_under(const Topology& before, const Scenario& scenario,
                                        const Places& places) {
  return Changer(before, places).change(scenario);
}

}  // namespace anemone
