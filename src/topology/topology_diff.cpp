#include "topology/topology_diff.h"

#include <algorithm>
#include <map>
#include <set>

namespace anemone {
namespace {

using Links = std::map<std::string, LinkId>;

Links links_by_name(const Topology& topology) {
  Links links;
  for (LinkId id : indices<LinkId>(topology.link_count())) links.emplace(link_name(topology, id), id);
  return links;
}

bool linked(const Topology& topology, NodeId node) {
  return topology.links_from(node).size() > 0 || !topology.links_to(node).empty();
}

// Names of the routers that have a link.
std::set<std::string> linked_routers(const Topology& topology) {
  std::set<std::string> names;
  for (NodeId node : topology.nodes()) {
    if (topology.node(node).kind == NodeKind::kRouter && linked(topology, node)) {
      names.insert(topology.node(node).name);
    }
  }
  return names;
}

std::string ends(const Topology& topology, LinkId id) {
  const Link& link = topology.link(id);
  std::string from = topology.node(link.from).name;
  std::string to = topology.node(link.to).name;
  if (topology.node(link.from).kind == NodeKind::kNetwork) std::swap(from, to);
  return from + " - " + to;
}

// A router that announces another name, or only now its first, is the same router.
bool renamed(const Topology& before, const Topology& after) {
  std::map<RouterId, const std::string*> names;
  for (NodeId id : before.nodes()) {
    if (before.node(id).router_id.value != 0) names.emplace(before.node(id).router_id, &before.node(id).name);
  }
  for (NodeId id : after.nodes()) {
    const auto was = names.find(after.node(id).router_id);
    if (was != names.end() && *was->second != after.node(id).name) return true;
  }
  return false;
}

// `before` under the names that its routers have in `after`.
Topology with_names_of(const Topology& after, const Topology& before) {
  std::map<RouterId, std::string> names;
  std::set<std::string> taken;
  for (NodeId id : after.nodes()) {
    if (after.node(id).router_id.value != 0) names.emplace(after.node(id).router_id, after.node(id).name);
    taken.insert(after.node(id).name);
  }
  TopologyParts parts = before.parts();
  for (Node& node : parts.nodes) {
    const auto now = names.find(node.router_id);
    if (node.router_id.value != 0 && now != names.end()) {
      node.name = now->second;
    } else if (node.kind == NodeKind::kRouter && taken.contains(node.name)) {
      node.name = print_address(node.router_id);  // another router has its name now
    }
  }
  return Topology(std::move(parts));
}

class Diff {
 public:
  Diff(const Topology& before, const Topology& after) : before_(before), after_(after) {}

  std::vector<TopologyChange> changes() {
    const auto routers_before = linked_routers(before_);
    const auto routers_after = linked_routers(after_);
    routers(TopologyChangeKind::kRouterDown, before_, routers_before, routers_after, "down");
    routers(TopologyChangeKind::kRouterUp, after_, routers_after, routers_before, "up");
    const Links links_before = links_by_name(before_);
    const Links links_after = links_by_name(after_);
    links(TopologyChangeKind::kLinkDown, before_, links_before, links_after, "down");
    links(TopologyChangeKind::kLinkUp, after_, links_after, links_before, "up");
    costs(links_before, links_after);
    prefixes(TopologyChangeKind::kPrefixDown, before_, after_, "gone");
    prefixes(TopologyChangeKind::kPrefixUp, after_, before_, "new");
    return std::move(found_);
  }

 private:
  // Routers of `here` that have no link over there.
  void routers(TopologyChangeKind kind, const Topology& here, const std::set<std::string>& names,
               const std::set<std::string>& there, const char* verb) {
    for (const std::string& name : names) {
      if (there.contains(name)) continue;
      TopologyChange change{kind, name + " " + verb, {}};
      const NodeId node = *here.find(name);
      for (LinkId id : here.links_from(node)) change.links.push_back(link_name(here, id));
      for (LinkId id : here.links_to(node)) change.links.push_back(link_name(here, id));
      for (const std::string& link : change.links) said_.insert(link);
      found_.push_back(std::move(change));
    }
  }

  void links(TopologyChangeKind kind, const Topology& here, const Links& mine, const Links& other,
             const char* verb) {
    for (const auto& [name, id] : mine) {
      if (other.contains(name) || said_.contains(name)) continue;
      TopologyChange change{kind, ends(here, id) + " " + verb, {name}};
      said_.insert(name);
      if (const LinkId back = here.link(id).reverse; back.valid()) {
        const std::string back_name = link_name(here, back);
        if (!other.contains(back_name)) {
          change.links.push_back(back_name);
          said_.insert(back_name);
        }
      }
      found_.push_back(std::move(change));
    }
  }

  void costs(const Links& links_before, const Links& links_after) {
    for (const auto& [name, id] : links_before) {
      auto same = links_after.find(name);
      if (same == links_after.end()) continue;
      const Link& was = before_.link(id);
      const Link& is = after_.link(same->second);
      if (was.cost == is.cost) continue;
      found_.push_back({TopologyChangeKind::kCost,
                        before_.node(was.from).name + " > " + before_.node(was.to).name + " cost " +
                            std::to_string(was.cost) + " to " + std::to_string(is.cost),
                        {name}});
    }
  }

  void prefixes(TopologyChangeKind kind, const Topology& here, const Topology& there, const char* verb) {
    for (PrefixId id : indices<PrefixId>(here.prefix_count())) {
      if (has_prefix(there, here.prefix(id))) continue;
      found_.push_back({kind, print_prefix(here.prefix(id)) + " " + verb, {}});
    }
  }

  static bool has_prefix(const Topology& topology, const Prefix& prefix) {
    std::size_t low = 0;
    std::size_t high = topology.prefix_count();
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (topology.prefix(PrefixId{middle}) < prefix) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < topology.prefix_count() && topology.prefix(PrefixId{low}) == prefix;
  }

  const Topology& before_;
  const Topology& after_;
  std::set<std::string> said_;
  std::vector<TopologyChange> found_;
};

}  // namespace

const char* print_change_kind(TopologyChangeKind kind) {
  switch (kind) {
    case TopologyChangeKind::kLinkDown:
      return "link_down";
    case TopologyChangeKind::kLinkUp:
      return "link_up";
    case TopologyChangeKind::kCost:
      return "cost";
    case TopologyChangeKind::kRouterDown:
      return "router_down";
    case TopologyChangeKind::kRouterUp:
      return "router_up";
    case TopologyChangeKind::kPrefixDown:
      return "prefix_down";
    case TopologyChangeKind::kPrefixUp:
      return "prefix_up";
  }
  return "unknown";
}

std::vector<TopologyChange> diff_topologies(const Topology& before, const Topology& after) {
  if (renamed(before, after)) return Diff(with_names_of(after, before), after).changes();
  return Diff(before, after).changes();
}

}  // namespace anemone
