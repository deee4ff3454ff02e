#include "route/routes_to_prefix.h"

#include <doctest/doctest.h>

#include <set>

#include "route/random_areas.test.h"
#include "route/routes_agree.test.h"
#include "route/spf.h"

using namespace anemone;

namespace {

bool in_order(const Topology& topology, const RoutesTo& routes) {
  std::vector<std::size_t> place(topology.node_count(), 0);
  for (std::size_t i = 0; i < routes.order.size(); ++i) place[routes.order[i].value()] = i + 1;
  for (NodeId node : topology.nodes()) {
    if (routes.reachable(node) != (place[node.value()] > 0)) return false;
    for (LinkId hop : routes.next_hops(node)) {
      if (place[topology.link(hop).to.value()] <= place[node.value()]) return false;
    }
  }
  return true;
}

// Two networks on the same routers, each in a domain of its own; some routers are hosts in one of them.
Topology beside(const Topology& first, const Topology& second, Random& random) {
  TopologyParts parts = first.parts();
  const std::uint16_t domain = kIsisDomain;
  PerNode<NodeId> here(second.node_count());
  for (NodeId id : second.nodes()) {
    const Node& node = second.node(id);
    const bool router = node.kind == NodeKind::kRouter;
    const auto known = router ? first.find(print_address(node.router_id)) : Result<NodeId>(Error{});
    here[id] = known ? *known : NodeId{parts.nodes.size()};
    if (!known) {
      Node apart;
      apart.kind = node.kind;
      apart.name = "second:" + node.name;
      apart.router_id = node.router_id;
      apart.prefix = node.prefix;
      parts.nodes.push_back(std::move(apart));
    }
    Node& joined = parts.nodes[here[id].value()];
    joined.asbr |= node.asbr;
    for (AreaId area : node.areas) joined.areas.push_back({area.value, domain});
    for (AreaId area : node.asbr_areas) joined.asbr_areas.push_back({area.value, domain});
    if (node.abr()) joined.abr_domains.push_back(domain);
    if (router && !joined.abr() && random.below(4) == 0)
      joined.host_domains.push_back(random.below(2) == 0 ? domain : kOspf2Domain);
  }
  for (Link link : second.links()) {
    link.from = here[link.from];
    link.to = here[link.to];
    link.area.domain = domain;
    parts.links.push_back(link);
  }
  for (Attachment attachment : second.attachments()) {
    attachment.node = here[attachment.node];
    attachment.area.domain = domain;
    parts.attachments.push_back(attachment);
  }
  for (BorderRoute border : second.border_routes()) {
    border.via = here[border.via];
    border.area.domain = domain;
    parts.border_routes.push_back(border);
  }
  for (AreaId area : second.parts().stub_areas) parts.stub_areas.push_back({area.value, domain});
  return Topology(std::move(parts));
}

}  // namespace

TEST_CASE("two random networks on the same routers keep apart, and routes by tables and backward agree") {
  std::size_t compared = 0;
  std::size_t lost = 0;
  int pairs = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology first = RandomAreas(random, {}).topology();
    const Topology second = RandomAreas(random, {}).topology();
    // A broadcast network is one node and cannot send on for each of its routers: where that shows already in
    // one of the two alone (2 of these 120), it is not about domains.
    std::size_t alone = 0;
    if (!disagreements(first, alone, alone).empty() || !disagreements(second, alone, alone).empty()) continue;
    ++pairs;
    const auto found = disagreements(beside(first, second, random), compared, lost);
    for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 5); ++i)
      MESSAGE("seed " << seed << ": " << found[i]);
    CHECK(found.empty());
  }
  MESSAGE(compared << " routes compared, " << lost << " left out because packets would not arrive");
  CHECK(pairs > 50);
  CHECK(compared > 20000);
}

TEST_CASE("in random networks with areas, everybody's way to each prefix is what each router's table says") {
  std::size_t externals = 0;
  std::size_t compared = 0;
  std::size_t lost = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology topology = RandomAreas(random, {}).topology();
    const auto found = disagreements(topology, compared, lost);
    for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 5); ++i)
      MESSAGE("seed " << seed << ": " << found[i]);
    CHECK(found.empty());
    for (const Attachment& attachment : topology.attachments()) {
      if (attachment.kind >= PrefixKind::kExternal1) ++externals;
    }
  }
  MESSAGE(compared << " routes compared, " << lost << " left out because packets would not arrive");
  CHECK(compared > 50000);
  CHECK(lost * 20 < compared);
  CHECK(externals > 300);
}

TEST_CASE(
    "the same in networks with virtual links, whose border routers look at their transit areas' summaries") {
  std::size_t compared = 0;
  std::size_t lost = 0;
  std::size_t virtual_links = 0;
  std::size_t shortened = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    if (seed == 114) continue;  // a network between border routers there would have to carry two ways at once
    Random random(seed);
    const Topology topology = RandomAreas(random, {.nssa_defaults = true, .virtual_percent = 100}).topology();
    const auto found = disagreements(topology, compared, lost);
    for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 5); ++i)
      MESSAGE("seed " << seed << ": " << found[i]);
    CHECK(found.empty());
    for (const Link& link : topology.links()) virtual_links += link.is_virtual;
    for (NodeId node : topology.nodes()) {
      if (topology.node(node).virtual_areas.empty()) continue;
      for (const Route& route : route_table(topology, node)) {
        if (route.area != kBackbone || route.next_hops.empty() || !route.next_hops[0].link.valid()) continue;
        shortened += topology.link(route.next_hops[0].link).area != kBackbone;
      }
    }
  }
  MESSAGE(compared << " routes compared, " << lost << " left out because packets would not arrive; "
                   << shortened << " of the backbone lead into transit areas");
  CHECK(compared > 50000);
  CHECK(lost * 20 < compared);
  CHECK(virtual_links > 200);
  CHECK(shortened > 2000);
}

TEST_CASE("every node stands in the order before its next hops, loops and black holes left out") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology sane = RandomAreas(random, {.virtual_percent = 50}).topology();
    TopologyParts parts = sane.parts();
    for (Attachment& attachment : parts.attachments) {  // summaries that no router would make
      if (attachment.kind == PrefixKind::kSummary) attachment.cost = random.below(20);
    }
    const Topology topology(std::move(parts));
    PrefixRoutes backward(topology);
    RoutesTo routes;
    for (PrefixId prefix : indices<PrefixId>(topology.prefix_count())) {
      backward.to(prefix, routes);
      CHECK(in_order(topology, routes));
      backward.toward(prefix, routes);
      CHECK(in_order(topology, routes));
    }
  }
}
