#include "route/spf.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "route/distance_block.h"
#include "topology/text_file.h"

namespace anemone {
namespace {

Topology network(const std::string& text) {
  auto file = parse_network_text(text);
  REQUIRE(file);
  return Topology(std::move(file->parts));
}

std::string hops(const Topology& net, const RoutesTo& routes, const char* from) {
  std::string names;
  for (LinkId hop : routes.next_hops(*net.find(from))) {
    names += (names.empty() ? "" : " ") + net.node(net.link(hop).to).name;
  }
  return names;
}

TEST_CASE("equal-cost next hops are all kept") {
  //        b
  //   10 /   \ 10
  //    a       d
  //   10 \   / 10
  //        c
  const Topology net = network("link a b cost 10\nlink b d cost 10\nlink a c cost 10\nlink c d cost 10");
  const RoutesTo routes = shortest_paths_to(net, *net.find("d"));
  CHECK(routes.cost[*net.find("a")] == 20);
  CHECK(hops(net, routes, "a") == "b c");
  CHECK(hops(net, routes, "b") == "d");
  CHECK(hops(net, routes, "d") == "");
}

TEST_CASE("parallel links of equal cost are next hops each") {
  const Topology net = network("link a b cost 5\nlink a b cost 5\nlink a b cost 6");
  CHECK(hops(net, shortest_paths_to(net, *net.find("b")), "a") == "b b");
}

TEST_CASE("a way through a network costs its router's link into it and nothing out of it") {
  //   r1 --7-- lan --0-- r2 --1-- r3
  //             \---0-- r4 --1-- r3
  const Topology net = network(
      "network lan\nlink r1 lan cost 7\nlink r2 lan cost 8\nlink r4 lan cost 9\nlink r2 r3\nlink r4 r3");
  const RoutesTo routes = shortest_paths_to(net, *net.find("r3"));
  CHECK(routes.cost[*net.find("r1")] == 8);
  CHECK(hops(net, routes, "r1") == "lan");
  CHECK(hops(net, routes, "lan") == "r2 r4");
}

TEST_CASE("one-way links are followed in their direction only") {
  const Topology net = network("arc a b\narc b c\narc c a");
  const RoutesTo routes = shortest_paths_to(net, *net.find("c"));
  CHECK(routes.cost[*net.find("a")] == 2);
  const Topology open = network("arc a b\narc b c");
  CHECK(!shortest_paths_to(open, *open.find("a")).reachable(*open.find("c")));
}

TEST_CASE("of several places the nearest counts, and who stands at one goes nowhere else") {
  const Topology net = network("link a b cost 5\nlink b c cost 5\nlink c d cost 5");
  const Seed seeds[] = {{*net.find("a"), 10}, {*net.find("d"), 0}};
  RoutesTo routes;
  ShortestPaths(net).to(seeds, routes);
  CHECK(routes.cost[*net.find("b")] == 10);
  CHECK(hops(net, routes, "b") == "c");
  CHECK(routes.cost[*net.find("a")] == 10);
  CHECK(hops(net, routes, "a") == "");  // via b it would cost 15
}

// Distances by Floyd and Warshall's algorithm, which shares nothing with ours.
std::vector<std::vector<std::uint64_t>> all_distances(const Topology& net) {
  constexpr std::uint64_t kFar = 1ULL << 60;
  const std::size_t n = net.node_count();
  std::vector<std::vector<std::uint64_t>> d(n, std::vector<std::uint64_t>(n, kFar));
  for (std::size_t i = 0; i < n; ++i) d[i][i] = 0;
  for (const Link& link : net.links()) {
    std::uint64_t& known = d[link.from.value()][link.to.value()];
    known = std::min<std::uint64_t>(known, link.cost);
  }
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) d[i][j] = std::min(d[i][j], d[i][k] + d[k][j]);
  return d;
}

// Routers and networks at random, few costs so that equal ones are many, not always connected.
Topology random_network(Random& random) {
  const std::uint32_t routers = 2 + random.below(20);
  const std::uint32_t networks = random.below(4);
  const std::uint32_t cost_end = random.below(2) == 0 ? 3 : 65'536;
  TopologyParts parts;
  for (std::uint32_t i = 0; i < routers + networks; ++i) {
    Node node;
    node.name = "n" + std::to_string(i);
    node.kind = i < routers ? NodeKind::kRouter : NodeKind::kNetwork;
    parts.nodes.push_back(node);
  }
  auto add = [&](std::uint32_t from, std::uint32_t to) {
    Link link;
    link.from = NodeId{from};
    link.to = NodeId{to};
    link.cost = from < routers ? 1 + random.below(cost_end - 1) : 0;
    parts.links.push_back(link);
  };
  for (std::uint32_t i = random.below(routers * 3); i > 0; --i) {
    const std::uint32_t a = random.below(routers);
    const std::uint32_t b = random.below(routers + networks);
    if (a == b) continue;
    add(a, b);
    if (b >= routers || random.below(4) > 0) add(b, a);
  }
  return Topology(std::move(parts));
}

TEST_CASE("distances, next hops and order agree with Floyd and Warshall on random networks") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    const auto d = all_distances(net);
    ShortestPaths paths(net);
    RoutesTo routes;
    for (NodeId to : net.nodes()) {
      paths.to(to, routes);
      std::vector<int> seen(net.node_count(), 0);
      for (NodeId node : routes.order) {
        for (LinkId hop : routes.next_hops(node)) CHECK(seen[net.link(hop).to.value()] == 0);
        seen[node.value()] = 1;
      }
      for (NodeId from : net.nodes()) {
        const std::uint64_t want = d[from.value()][to.value()];
        CHECK(routes.reachable(from) == (want < 1ULL << 60));
        CHECK(seen[from.value()] == (routes.reachable(from) ? 1 : 0));
        if (!routes.reachable(from)) continue;
        CHECK(routes.cost[from] == want);
        std::vector<LinkId> expected;
        for (LinkId id : net.links_from(from)) {
          const Link& link = net.link(id);
          if (from != to && link.cost + d[link.to.value()][to.value()] == want) expected.push_back(id);
        }
        const auto found = routes.next_hops(from);
        CHECK(std::vector<LinkId>(found.begin(), found.end()) == expected);
      }
    }
  }
}

TEST_CASE("sixteen destinations at once are as far as one by one") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    REQUIRE(DistanceBlock::fits(net));
    DistanceBlock block(net);
    ShortestPaths paths(net);
    RoutesTo routes;
    std::vector<NodeId> all;
    for (NodeId node : net.nodes()) all.push_back(node);
    for (std::size_t first = 0; first < all.size(); first += DistanceBlock::kLanes) {
      const auto some = std::span(all).subspan(first, std::min(DistanceBlock::kLanes, all.size() - first));
      block.to(some);
      for (std::size_t lane = 0; lane < some.size(); ++lane) {
        paths.to(some[lane], routes);
        for (NodeId from : net.nodes()) CHECK(block.cost(from, lane) == routes.cost[from]);
      }
    }
  }
}

TEST_CASE("costs that sixteen lanes cannot hold are left to the other way") {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    text += "link n" + std::to_string(i) + " n" + std::to_string(i + 1) + " cost 16000000\n";
  }
  CHECK(!DistanceBlock::fits(network(text)));
  CHECK(DistanceBlock::fits(network("link a b cost 65535")));
}

}  // namespace
}  // namespace anemone
