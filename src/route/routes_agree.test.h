// Whether the backward routes to every prefix are what every router's own table says: the test that
// holds route/table.h and route/routes_to_prefix.h together.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "route/routes_to_prefix.h"
#include "route/table.h"

namespace anemone {

// The link that a router sends by, and to which router (invalid: the destination is on the link).
using Hop = std::pair<LinkId, NodeId>;

inline std::vector<Hop> hops_backward(const Topology& topology, const RoutesTo& routes, NodeId router) {
  std::vector<Hop> hops;
  for (LinkId first : routes.next_hops(router)) {
    const NodeId to = topology.link(first).to;
    if (topology.node(to).kind == NodeKind::kRouter) {
      hops.emplace_back(first, to);
    } else if (routes.next_hops(to).empty()) {
      hops.emplace_back(first, NodeId{});
    }
    if (topology.node(to).kind == NodeKind::kRouter) continue;
    for (LinkId second : routes.next_hops(to)) hops.emplace_back(first, topology.link(second).to);
  }
  std::sort(hops.begin(), hops.end());
  hops.erase(std::unique(hops.begin(), hops.end()), hops.end());
  return hops;
}

inline std::vector<Hop> hops_forward(const Route& route) {
  std::vector<Hop> hops;
  for (const NextHop& hop : route.next_hops) hops.emplace_back(hop.link, hop.router);
  std::sort(hops.begin(), hops.end());
  hops.erase(std::unique(hops.begin(), hops.end()), hops.end());
  return hops;
}

inline std::string print_hops(const Topology& topology, const std::vector<Hop>& hops) {
  std::string text;
  for (const auto& [link, router] : hops) {
    text += (link.valid() ? link_name(topology, link) : "local") + "/" +
            (router.valid() ? topology.node(router).name : "-") + " ";
  }
  return text;
}

// What a router advertises from elsewhere (an external, or a summary of an area nobody listens to) it has
// no OSPF route for by itself; its table then says something else than where its packets go.
inline bool originates(const Topology& topology, PrefixId prefix, NodeId router, bool leaves) {
  const auto at = topology.attachments(prefix);
  return std::any_of(at.begin(), at.end(), [&](const Attachment& a) {
    return a.node == router && (a.kind >= PrefixKind::kExternal1 || leaves);
  });
}

// Whether it has an external route of its own out of the network, not over a forwarding address.
inline bool must_leave(const Topology& topology, PrefixId prefix, NodeId router) {
  const auto at = topology.attachments(prefix);
  return std::any_of(at.begin(), at.end(), [&](const Attachment& a) {
    return a.node == router && a.kind >= PrefixKind::kExternal1 && a.forwarding.is_none();
  });
}

// One prefix as all the tables have it.
struct ByTables {
  PerNode<const Route*> route;
  PerNode<char> own;    // originates it
  PerNode<char> known;  // has a way to it
  PerNode<char> safe;   // packets from here arrive: no loop, no router without a route on their way
};

inline ByTables by_tables(const Topology& topology, const PerNode<RouteTable>& tables, PrefixId prefix,
                          const RoutesTo& routes) {
  const std::size_t nodes = topology.node_count();
  ByTables all{PerNode<const Route*>(nodes), PerNode<char>(nodes), PerNode<char>(nodes),
               PerNode<char>(nodes)};
  PerNode<std::vector<Hop>> hops(nodes);
  for (NodeId node : topology.nodes()) {
    for (const Route& route : tables[node]) {
      if (route.prefix == prefix) all.route[node] = &route;
    }
    const bool leaves = routes.reachable(node) && routes.next_hops(node).empty();
    all.own[node] = originates(topology, prefix, node, leaves);
    all.known[node] = all.own[node] ? routes.reachable(node) : all.route[node] != nullptr;
    if (all.own[node]) {
      hops[node] = hops_backward(topology, routes, node);
    } else if (all.known[node]) {
      hops[node] = hops_forward(*all.route[node]);
    }
  }
  for (bool more = true; more;) {
    more = false;
    for (NodeId node : topology.nodes()) {
      if (all.safe[node] || !all.known[node]) continue;
      all.safe[node] = std::all_of(hops[node].begin(), hops[node].end(), [&](const Hop& hop) {
        return !hop.second.valid() || all.safe[hop.second] != 0;
      });
      more |= all.safe[node] != 0;
    }
  }
  return all;
}

// What differs, in words; empty when all agree. `lost` counts routes of tables whose packets would not
// arrive: the backward routes leave those out.
inline std::vector<std::string> disagreements(const Topology& topology, std::size_t& compared,
                                              std::size_t& lost) {
  std::vector<std::string> found;
  PerNode<RouteTable> tables(topology.node_count());
  for (NodeId node : topology.nodes()) {
    if (topology.node(node).kind == NodeKind::kRouter) tables[node] = route_table(topology, node);
  }
  PrefixRoutes backward(topology);
  RoutesTo routes;
  for (PrefixId prefix : indices<PrefixId>(topology.prefix_count())) {
    backward.to(prefix, routes);
    const ByTables all = by_tables(topology, tables, prefix, routes);
    for (NodeId node : topology.nodes()) {
      if (topology.node(node).kind != NodeKind::kRouter) continue;
      if (all.own[node]) {
        if (must_leave(topology, prefix, node) && !routes.reachable(node)) {
          found.push_back(topology.node(node).name +
                          " has an external of its own and no way: " + print_prefix(topology.prefix(prefix)));
        }
        continue;
      }
      const Route* route = all.route[node];
      const auto ours = hops_backward(topology, routes, node);
      const auto theirs = route ? hops_forward(*route) : std::vector<Hop>{};
      const bool local = !theirs.empty() && !theirs.back().first.valid();  // where packets stop
      const bool alike = ours == theirs || (local && ours.empty());
      ++compared;
      if (!routes.reachable(node) && !all.safe[node]) {
        lost += route != nullptr;
        continue;
      }
      if (routes.reachable(node) && route && alike && route->cost == routes.cost[node]) continue;
      found.push_back(topology.node(node).name + " to " + print_prefix(topology.prefix(prefix)) + ": table " +
                      (route ? print_path_type(route->type) : "none") + " " +
                      std::to_string(route ? route->cost : 0) + " " + print_hops(topology, theirs) +
                      "backward " + (routes.reachable(node) ? std::to_string(routes.cost[node]) : "none") +
                      " " + print_hops(topology, ours));
    }
  }
  return found;
}

}  // namespace anemone
