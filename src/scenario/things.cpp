#include "scenario/things.h"

#include <algorithm>

namespace anemone {
namespace {

using Kind = Thing::Kind;

template <class T>
void sort_once(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

Result<Things> Things::make(const Scenario& scenario, const Topology& topology, const Places& places) {
  Things things(topology, places);
  for (const Change& change : scenario.changes) {
    const auto* group = std::get_if<NameGroup>(&change.what);
    if (group == nullptr) continue;
    std::vector<Thing> members;
    for (const Thing& thing : group->things) {
      auto opened = things.open(thing);
      if (!opened) return opened.error();
      members.insert(members.end(), opened->begin(), opened->end());
    }
    if (!things.groups_.emplace(group->name, std::move(members)).second) {
      return at_place(change.place, "a second group '" + group->name + "'");
    }
  }
  return things;
}

Result<std::vector<Thing>> Things::open(const Thing& thing) const {
  if (thing.kind != Kind::kGroup) return std::vector<Thing>{thing};
  const auto found = groups_.find(thing.name);
  if (found == groups_.end()) return at_place(thing.place, none_of_these("group", thing.name, groups_));
  return found->second;
}

Result<NodeId> Things::node(const std::string& name, const TextPlace& place) const {
  auto found = topology_->find(name);
  if (!found) return at_place(place, found.error().message);
  return found;
}

Result<void> Things::add_links_between(const Thing& thing, std::vector<LinkId>& links) const {
  if (thing.detail.empty()) {
    for (LinkId id : indices<LinkId>(topology_->link_count())) {
      if (link_name(*topology_, id) != thing.name) continue;
      links.push_back(id);
      return {};
    }
    return at_place(thing.place,
                    "no link '" + thing.name + "'; 'anemone topology --format json' lists their ids");
  }
  const auto from = node(thing.name, thing.place);
  if (!from) return from.error();
  const auto to = node(thing.detail, thing.place);
  if (!to) return to.error();
  const std::size_t before = links.size();
  for (const auto& [a, b] : {std::pair(*from, *to), std::pair(*to, *from)}) {
    for (LinkId id : topology_->links_from(a)) {
      if (topology_->link(id).to == b) links.push_back(id);
    }
  }
  if (links.size() > before) return {};
  for (LinkId id : topology_->links_from(*from)) {
    const Node& between = topology_->node(topology_->link(id).to);
    if (between.kind != NodeKind::kNetwork) continue;
    for (LinkId onward : topology_->links_from(topology_->link(id).to)) {
      if (topology_->link(onward).to != *to) continue;
      return at_place(thing.place, "no link between '" + thing.name + "' and '" + thing.detail +
                                       "'; they meet on network '" + between.name + "': name a link to that");
    }
  }
  return at_place(thing.place, "no link between '" + thing.name + "' and '" + thing.detail + "'");
}

Result<void> Things::add_links_of_interface(const Thing& thing, std::vector<LinkId>& links) const {
  const auto router = node(thing.name, thing.place);
  if (!router) return router.error();
  const auto address = parse_address(thing.detail);
  const std::size_t before = links.size();
  std::string known;
  for (LinkId id : topology_->links_from(*router)) {
    const Link& link = topology_->link(id);
    const bool same = (!link.interface.empty() && link.interface == thing.detail) ||
                      (address && !link.address.is_none() && link.address == *address);
    if (same) links.push_back(id);
    const std::string name = !link.interface.empty() ? link.interface
                             : link.address.is_none() ? std::string()
                                                      : print_address(link.address);
    if (!name.empty() && known.size() < 160) known += (known.empty() ? "" : ", ") + name;
  }
  if (links.size() > before) return {};
  return at_place(thing.place, "router '" + thing.name + "' has no link by interface '" + thing.detail +
                                   "'; there are: " + (known.empty() ? "none with a name" : known));
}

Result<void> Things::add_links(const Thing& thing, std::vector<LinkId>& links) const {
  if (thing.kind == Kind::kLink) return add_links_between(thing, links);
  if (thing.kind == Kind::kInterface) return add_links_of_interface(thing, links);
  const auto of = nodes(thing);
  if (!of) return of.error();
  for (NodeId node : *of) {
    for (LinkId id : topology_->links_from(node)) links.push_back(id);
  }
  return {};
}

Result<std::vector<LinkId>> Things::links(const Thing& thing) const {
  const auto opened = open(thing);
  if (!opened) return opened.error();
  std::vector<LinkId> links;
  for (const Thing& one : *opened) {
    if (auto added = add_links(one, links); !added) return added.error();
  }
  if (links.empty()) return at_place(thing.place, "there is no link in it");
  sort_once(links);
  return links;
}

Result<std::vector<NodeId>> Things::nodes(const Thing& thing) const {
  const auto opened = open(thing);
  if (!opened) return opened.error();
  std::vector<NodeId> nodes;
  for (const Thing& one : *opened) {
    std::vector<std::string> names = {one.name};
    if (one.kind == Kind::kSite) {
      const auto site = places_->routers_of_site.find(one.name);
      if (site == places_->routers_of_site.end()) {
        return at_place(one.place, none_of_these("site", one.name, places_->routers_of_site));
      }
      names = site->second;
    } else if (one.kind != Kind::kRouter && one.kind != Kind::kNetwork) {
      return at_place(one.place, "wants routers here: router, network, site or a group of them");
    }
    for (const std::string& name : names) {
      const auto found = node(name, one.place);
      // A router of a site that is not in the network at this instant is not there to be named.
      if (!found && one.kind == Kind::kSite) continue;
      if (!found) return found.error();
      const NodeKind wanted = one.kind == Kind::kNetwork ? NodeKind::kNetwork : NodeKind::kRouter;
      if (topology_->node(*found).kind != wanted) {
        return at_place(one.place,
                        "'" + name + "' is a " + (wanted == NodeKind::kRouter ? "network" : "router"));
      }
      nodes.push_back(*found);
    }
  }
  if (nodes.empty()) return at_place(thing.place, "no router of '" + thing.name + "' is in the network now");
  sort_once(nodes);
  return nodes;
}

Result<std::vector<IpAddress>> Things::addresses(const Thing& thing) const {
  const auto opened = open(thing);
  if (!opened) return opened.error();
  std::vector<IpAddress> addresses;
  for (const Thing& one : *opened) {
    if (one.kind == Kind::kAddress) {
      const auto address = parse_address(one.name);
      if (!address) return at_place(one.place, address.error().message);
      addresses.push_back(*address);
    } else if (one.kind == Kind::kHost) {
      const auto host = places_->addresses_of_host.find(one.name);
      if (host == places_->addresses_of_host.end()) {
        return at_place(one.place, none_of_these("host", one.name, places_->addresses_of_host));
      }
      addresses.insert(addresses.end(), host->second.begin(), host->second.end());
    } else {
      return at_place(one.place, "wants hosts here: host, address or a group of them");
    }
  }
  if (addresses.empty()) return at_place(thing.place, "there is no host in it");
  sort_once(addresses);
  return addresses;
}

}  // namespace anemone
