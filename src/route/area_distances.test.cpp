#include "route/area_distances.h"

#include <doctest/doctest.h>

#include "base/random.h"
#include "route/area_paths.h"
#include "route/spf.h"

using namespace anemone;

namespace {

// A network that changes: routers, broadcast networks whose links out are free, parallel and one-way links.
class Changing {
 public:
  Changing(std::uint64_t seed, std::uint32_t routers, std::uint32_t networks)
      : random_(seed), routers_(routers), networks_(networks), down_(routers + networks), hosts_(routers) {
    for (std::uint32_t i = 0; i < routers * 2; ++i) add(random_.below(routers), random_.below(routers));
    for (std::uint32_t i = 0; i < networks * 3; ++i) join(random_.below(routers), routers + i % networks);
  }

  void change() {
    const std::uint32_t what = random_.below(10);
    if (what < 6) {
      Wire& wire = one();
      wire.cost = wire.free ? 0 : cost();
    } else if (what < 8) {
      one().up ^= true;
    } else if (what == 8 && random_.below(3) == 0) {
      hosts_[random_.below(routers_)] ^= 1;
    } else if (what == 8) {
      down_[random_.below(routers_ + networks_)] ^= 1;
    } else {
      for (int i = 0; i < 4; ++i) one().up ^= true;
    }
  }

  // Nodes that are down are not there at all, as when their LSAs are gone; the others stand in any order.
  Topology topology() {
    TopologyParts parts;
    std::vector<std::uint32_t> here;
    for (std::uint32_t i = 0; i < down_.size(); ++i) {
      if (down_[i] == 0) here.insert(here.begin() + random_.below(2) * (here.size() / 2), i);
    }
    std::vector<NodeId> ids(down_.size());
    for (std::uint32_t i : here) {
      ids[i] = NodeId{parts.nodes.size()};
      Node node;
      node.name = "n" + std::to_string(i);
      node.router_id = {i + 1};
      if (i < routers_ && hosts_[i] != 0) node.host_domains = {kOspf2Domain};
      if (i >= routers_) {
        node.kind = NodeKind::kNetwork;
        node.router_id = {};
        node.prefix = Prefix(Ipv4{(10U << 24) + (i / 2 << 8)}, 24);  // some networks have one prefix
      }
      parts.nodes.push_back(std::move(node));
    }
    for (const Wire& wire : wires_) {
      if (!wire.up || !ids[wire.from].valid() || !ids[wire.to].valid()) continue;
      Link link;
      link.from = ids[wire.from];
      link.to = ids[wire.to];
      link.cost = wire.cost;
      link.area = AreaId{wire.area};
      parts.links.push_back(link);
    }
    return Topology(std::move(parts));
  }

 private:
  struct Wire {
    std::uint32_t from, to;
    Cost cost;
    bool up, free;
    std::uint32_t area;
  };
  Cost cost() { return 1 + random_.below(8); }
  Wire& one() { return wires_[random_.below(static_cast<std::uint32_t>(wires_.size()))]; }
  void add(std::uint32_t a, std::uint32_t b) {
    const std::uint32_t area = random_.below(8) == 0 ? 1 : 0;
    if (a == b) return;
    wires_.push_back({a, b, cost(), true, false, area});
    if (random_.below(9) > 0) wires_.push_back({b, a, cost(), true, false, area});
  }
  void join(std::uint32_t router, std::uint32_t network) {
    wires_.push_back({router, network, cost(), true, false, 0});
    wires_.push_back({network, router, 0, true, true, 0});
  }

  Random random_;
  std::uint32_t routers_, networks_;
  std::vector<std::uint8_t> down_;
  std::vector<std::uint8_t> hosts_;  // do not forward for others
  std::vector<Wire> wires_;
};

// How many pairs of nodes have another distance, or other next hops, than when computed from nothing.
std::size_t differences(const Topology& topology, const AreaDistances& distances) {
  std::size_t wrong = 0;
  AreaPaths paths(topology);
  RoutesTo routes;
  std::vector<LinkId> hops;
  for (NodeId to : topology.nodes()) {
    const Seed seed{to};
    paths.to(distances.area(), std::span(&seed, 1));
    distances.to(topology, to, routes);
    PerNode<char> seen(topology.node_count());
    for (NodeId node : routes.order) {
      for (LinkId hop : routes.next_hops(node)) wrong += seen[topology.link(hop).to] != 0;
      seen[node] = 1;
    }
    for (NodeId from : topology.nodes()) {
      hops.clear();
      paths.append_hops(from, hops);
      if (distances.kept()) wrong += distances.cost(from, to) != paths.cost(from);
      wrong += routes.cost[from] != paths.cost(from);
      wrong += std::vector<LinkId>(routes.next_hops(from).begin(), routes.next_hops(from).end()) != hops;
      wrong += routes.reachable(from) != (seen[from] != 0);
    }
  }
  return wrong;
}

Link one_way(std::size_t from, std::size_t to, Cost cost) {
  Link link;
  link.from = NodeId{from};
  link.to = NodeId{to};
  link.cost = cost;
  return link;
}

// a --1-- b --1-- c, and a --5-- c
TopologyParts triangle() {
  TopologyParts parts;
  for (std::uint32_t i = 1; i <= 3; ++i) {
    Node node;
    node.router_id = {i};
    node.name = print_address(node.router_id);
    parts.nodes.push_back(std::move(node));
  }
  parts.links = {one_way(0, 1, 1), one_way(1, 0, 1), one_way(1, 2, 1),
                 one_way(2, 1, 1), one_way(0, 2, 5), one_way(2, 0, 5)};
  return parts;
}

}  // namespace

TEST_CASE("after every change the kept distances and next hops are those computed from nothing") {
  std::size_t repaired = 0;
  std::size_t computed = 0;
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Changing network(seed, 8 + seed % 13, seed % 5);
    AreaDistances distances{AreaId{}};
    for (int change = 0; change < 60; ++change) {
      CAPTURE(change);
      const Topology topology = network.topology();
      const AreaDistances::Update update = distances.update(topology);
      repaired += update.work == AreaDistances::Work::kRepaired;
      computed += update.work == AreaDistances::Work::kComputed;
      REQUIRE(distances.kept());
      REQUIRE(differences(topology, distances) == 0);
      for (std::uint32_t i = 0; i <= seed % 3; ++i) network.change();
    }
  }
  MESSAGE(repaired << " updates by repair, " << computed << " from nothing");
  CHECK(repaired > 1000);
  CHECK(computed >= 40);
}

TEST_CASE("a changed link touches only the destinations that it is on the way to") {
  TopologyParts parts = triangle();
  AreaDistances distances{AreaId{}};
  CHECK(distances.update(Topology(parts)).work == AreaDistances::Work::kComputed);
  CHECK(distances.update(Topology(parts)).work == AreaDistances::Work::kNone);
  CHECK(distances.cost(NodeId{0}, NodeId{2}) == 2);
  parts.links[2].cost = 3;  // b > c: a and b reach c later
  const AreaDistances::Update update = distances.update(Topology(parts));
  CHECK(update.work == AreaDistances::Work::kRepaired);
  CHECK(update.links == 1);
  CHECK(update.destinations == 1);
  CHECK(distances.cost(NodeId{0}, NodeId{2}) == 4);
  CHECK(distances.cost(NodeId{2}, NodeId{0}) == 2);
}

TEST_CASE("a router that comes back has its distances again, and one that nobody knew finds room") {
  TopologyParts parts = triangle();
  AreaDistances distances{AreaId{}};
  distances.update(Topology(parts));
  TopologyParts less = parts;
  less.nodes.pop_back();
  less.links.resize(2);
  CHECK(distances.update(Topology(less)).work == AreaDistances::Work::kRepaired);
  CHECK(distances.cost(NodeId{0}, NodeId{1}) == 1);
  CHECK(distances.update(Topology(parts)).work == AreaDistances::Work::kRepaired);
  CHECK(distances.cost(NodeId{0}, NodeId{2}) == 2);
  Node fourth;
  fourth.router_id = {4};
  fourth.name = "4";
  parts.nodes.push_back(fourth);
  CHECK(distances.update(Topology(parts)).work == AreaDistances::Work::kNone);
  CHECK(distances.cost(NodeId{0}, NodeId{3}) == kUnreachable);
  parts.links.push_back(one_way(2, 3, 7));
  CHECK(distances.update(Topology(parts)).work == AreaDistances::Work::kRepaired);
  CHECK(distances.cost(NodeId{0}, NodeId{3}) == 9);
  CHECK(distances.cost(NodeId{3}, NodeId{3}) == 0);
}

TEST_CASE("an area too large for its memory, or with links without cost, is computed when asked for") {
  const Topology topology(triangle());
  AreaDistances small(AreaId{}, 3 * 3 * sizeof(Cost) - 1);
  CHECK(small.update(topology).work == AreaDistances::Work::kNotKept);
  CHECK_FALSE(small.kept());
  CHECK(differences(topology, small) == 0);
  AreaDistances enough(AreaId{}, 3 * 3 * sizeof(Cost));
  CHECK(enough.update(topology).work == AreaDistances::Work::kComputed);

  TopologyParts parts = triangle();
  parts.nodes[1].host_domains = {kOspf2Domain};
  CHECK(small.update(Topology(parts)).work == AreaDistances::Work::kNotKept);
  CHECK(differences(Topology(parts), small) == 0);
  parts.nodes[1].host_domains.clear();
  parts.links[0].cost = parts.links[1].cost = 0;
  const Topology without_cost(parts);
  CHECK(enough.update(without_cost).work == AreaDistances::Work::kNotKept);
  RoutesTo routes;
  enough.to(without_cost, NodeId{2}, routes);
  CHECK(routes.cost[NodeId{0}] == 1);
  CHECK(enough.update(topology).work == AreaDistances::Work::kComputed);
  CHECK(enough.cost(NodeId{0}, NodeId{2}) == 2);
}

TEST_CASE("costs that no longer add up in 30 bits are not kept, until they do again") {
  TopologyParts parts = triangle();
  AreaDistances distances{AreaId{}};
  distances.update(Topology(parts));
  parts.links[2].cost = 0x3fff'ffff;
  CHECK(distances.update(Topology(parts)).work == AreaDistances::Work::kNotKept);
  CHECK(differences(Topology(parts), distances) == 0);
  parts.links[2].cost = 4;
  CHECK(distances.update(Topology(parts)).work == AreaDistances::Work::kComputed);
  CHECK(differences(Topology(parts), distances) == 0);
}
