#include "load/link_load.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "load/generated_network.test.h"
#include "load/random_network.test.h"
#include "matrix/read_matrix_file.h"
#include "route/distance_block.h"
#include "topology/text_file.h"

namespace anemone {
namespace {

struct Network {
  Topology topology;
  TrafficMatrix matrix;
};

Network network(const char* text) {
  auto file = parse_network_text(text);
  REQUIRE(file);
  Network net{Topology(file->parts), {}};
  auto matrix = resolve_demands(*file, net.topology);
  REQUIRE(matrix);
  net.matrix = *matrix;
  return net;
}

// The links that carry something, in the order of their nodes: "a>b 4.00 M, b>d 4.00 M".
std::string loads(const Network& net) {
  const LinkLoad load = link_load(net.topology, net.matrix);
  std::string text;
  for (LinkId id : load.links.ids()) {
    if (load.links[id].bps == 0) continue;
    text += (text.empty() ? "" : ", ") + link_name(net.topology, id) + " " + print_si(load.links[id].bps);
  }
  return text;
}

TEST_CASE("equal-cost paths share a demand evenly") {
  //        b
  //   10 /   \ 10
  //    a       d      a sends 8 Mb/s to d
  //   10 \   / 10
  //        c
  const Network net = network(R"(
    link a b cost 10 capacity 10 M
    link b d cost 10 capacity 10 M
    link a c cost 10 capacity 10 M
    link c d cost 10 capacity 10 M
    demand a d 8 M
  )");
  CHECK(loads(net) == "a>b 4.00 M, a>c 4.00 M, b>d 4.00 M, c>d 4.00 M");
  CHECK(max_utilisation(net.topology, link_load(net.topology, net.matrix)) == doctest::Approx(0.4));
}

TEST_CASE("the split is even per hop, not per path") {
  //        b ---- d
  //      /          \     a>b and a>c carry half each although
  //    a              f   two of the three paths begin with a>c
  //      \   / e1 --/
  //        c - e2 -/
  const Network net = network(R"(
    link a b
    link a c
    link b d
    link d f
    link c e1
    link c e2
    link e1 f
    link e2 f
    demand a f 8 M
  )");
  CHECK(loads(net) ==
        "a>b 4.00 M, a>c 4.00 M, b>d 4.00 M, c>e1 2.00 M, c>e2 2.00 M, d>f 4.00 M, e1>f 2.00 M, e2>f 2.00 M");
}

TEST_CASE("parallel links of equal cost take a share each") {
  CHECK(loads(network("link a b\nlink a b\nlink a c\nlink c b\ndemand a b 8 M")) == "a>b 4.00 M, a>b 4.00 M");
}

TEST_CASE("traffic for the node it stands at loads nothing") {
  CHECK(loads(network("link a b\ndemand a a 8 M")) == "");
}

TEST_CASE("a demand without a route is counted as unrouted") {
  const Network net = network("arc a b\ndemand b a 3 M\ndemand a b 1 M");
  const LinkLoad load = link_load(net.topology, net.matrix);
  CHECK(load.unrouted.bps == 3e6);
  CHECK(load.links[LinkId{0}].bps == 1e6);
}

TEST_CASE("packets are poured beside the bits") {
  const Network net = network("link a b\nlink b c\ndemand a c 8 M packets 1000\ndemand b c 1 M packets 500");
  const LinkLoad load = link_load(net.topology, net.matrix);
  for (LinkId id : load.links.ids()) {
    if (link_name(net.topology, id) == "b>c") CHECK(load.links[id].pps == 1500);
  }
}

constexpr std::uint64_t kFar = 1ULL << 60;
using Distances = std::vector<std::vector<std::uint64_t>>;

// By Floyd and Warshall's algorithm, which shares nothing with ours.
Distances all_distances(const Topology& net) {
  const std::size_t n = net.node_count();
  Distances d(n, std::vector<std::uint64_t>(n, kFar));
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

// Walks one demand hop by hop, splitting at each.
void walk(const Topology& net, const Distances& d, NodeId at, NodeId to, Traffic traffic, LinkLoad& load) {
  if (at == to) return;
  std::vector<LinkId> hops;
  for (LinkId id : net.links_from(at)) {
    const Link& link = net.link(id);
    const std::uint64_t rest = d[link.to.value()][to.value()];
    if (rest < kFar && link.cost + rest == d[at.value()][to.value()]) hops.push_back(id);
  }
  if (hops.empty()) return load.unrouted += traffic, void();
  for (LinkId hop : hops) {
    const Traffic part = traffic * (1.0 / static_cast<double>(hops.size()));
    load.links[hop] += part;
    walk(net, d, net.link(hop).to, to, part, load);
  }
}

TEST_CASE("loads agree with every demand walked hop by hop on random networks") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    const TrafficMatrix matrix = random_matrix(random, net);
    const Distances d = all_distances(net);
    LinkLoad want{PerLink<Traffic>(net.link_count()), {}};
    for (const Demand& demand : matrix.demands) {
      walk(net, d, demand.ingress, demand.to.node, demand.traffic, want);
    }
    const LinkLoad have = link_load(net, matrix);
    CHECK(have.unrouted.bps == doctest::Approx(want.unrouted.bps));
    CHECK(have.unrouted.pps == doctest::Approx(want.unrouted.pps));
    for (LinkId id : have.links.ids()) {
      CHECK(have.links[id].bps == doctest::Approx(want.links[id].bps));
      CHECK(have.links[id].pps == doctest::Approx(want.links[id].pps));
    }
  }
}

TEST_CASE("costs too large for sixteen lanes give the same loads one destination at a time") {
  int singly = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    const TrafficMatrix matrix = random_matrix(random, net);
    TopologyParts parts = net.parts();
    for (Link& link : parts.links) link.cost *= 1000;
    const Topology dear(parts);
    if (DistanceBlock::fits(dear)) continue;
    ++singly;
    const LinkLoad want = link_load(net, matrix);
    const LinkLoad have = link_load(dear, matrix);
    CHECK(have.unrouted.bps == doctest::Approx(want.unrouted.bps));
    for (LinkId id : have.links.ids()) CHECK(have.links[id].bps == doctest::Approx(want.links[id].bps));
  }
  CHECK(singly > 10);
}

TEST_CASE("at every node what comes in and begins there goes out or ends there") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    const TrafficMatrix matrix = random_matrix(random, net);
    const LinkLoad load = link_load(net, matrix);
    const Distances d = all_distances(net);
    std::vector<double> balance(net.node_count(), 0);
    for (const Demand& demand : matrix.demands) {
      if (d[demand.ingress.value()][demand.to.node.value()] == kFar) continue;
      balance[demand.ingress.value()] += demand.traffic.bps;
      balance[demand.to.node.value()] -= demand.traffic.bps;
    }
    for (LinkId id : load.links.ids()) {
      balance[net.link(id).from.value()] -= load.links[id].bps;
      balance[net.link(id).to.value()] += load.links[id].bps;
    }
    for (double left : balance) CHECK(std::abs(left) < 1e-3);
  }
}

TEST_CASE("several threads give the same loads, to the last bit") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = generated_network(40 + random.below(300));
    TrafficMatrix matrix = random_matrix(random, net);
    for (NodeId to : net.nodes()) {
      const NodeId from{random.below(static_cast<std::uint32_t>(net.node_count()))};
      matrix.demands.push_back({from, {to, {}}, {random.unit(), random.unit()}});
    }
    const LinkLoad one = link_load(net, matrix);
    const LinkLoad three = link_load(net, matrix, 3);
    for (LinkId id : one.links.ids()) {
      CHECK(one.links[id].bps == three.links[id].bps);
      CHECK(one.links[id].pps == three.links[id].pps);
    }
  }
}

TEST_CASE("twice the traffic is twice the load") {
  Random random(7);
  const Topology net = random_network(random);
  TrafficMatrix matrix = random_matrix(random, net);
  const LinkLoad once = link_load(net, matrix);
  for (Demand& demand : matrix.demands) demand.traffic += demand.traffic;
  const LinkLoad twice = link_load(net, matrix);
  for (LinkId id : once.links.ids()) CHECK(twice.links[id].bps == doctest::Approx(2 * once.links[id].bps));
}

TEST_CASE("a demand for a prefix ends at the nearest place that has it") {
  const Network net = network(R"(
    link a b cost 5
    link b c cost 5
    link c d cost 9
    prefix 10.0.0.0/24 at a
    prefix 10.0.0.0/24 at d
    demand b 10.0.0.0/24 1 M
    demand c 10.0.0.0/24 2 M
  )");
  CHECK(loads(net) == "b>a 1.00 M, c>d 2.00 M");
}

}  // namespace
}  // namespace anemone
