#include "load/routed_loads.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "load/link_load.h"
#include "load/link_shares.h"
#include "load/random_network.test.h"
#include "route/routes_to_prefix.h"
#include "route/spf.h"

namespace anemone {
namespace {

// A network, its traffic, and changes of it: costs up and down, ties, links down and back, several at once.
struct Story {
  explicit Story(std::uint64_t seed) : random(seed), net(random_network(random)) {
    while (net.link_count() == 0) net = random_network(random);
    matrix = random_matrix(random, net);
    const TrafficMatrix more = random_prefix_matrix(random, net);
    if (seed % 3 == 0) matrix = more;
    if (seed % 3 == 1) matrix.demands.insert(matrix.demands.end(), more.demands.begin(), more.demands.end());
  }

  std::vector<CostChange> next_changes() {
    std::vector<CostChange> changes;
    for (std::uint32_t i = random.below(random.below(4) == 0 ? 12 : 3) + 1; i > 0; --i) {
      const LinkId link{random.below(static_cast<std::uint32_t>(net.link_count()))};
      changes.push_back({link, next_cost(link)});
    }
    return changes;
  }

  Cost next_cost(LinkId link) {
    if (random.below(3) == 0) return RoutedLoads::kDown;
    if (net.node(net.link(link).from).kind == NodeKind::kNetwork) return 0;
    return random.below(2) == 0 ? net.link(link).cost : 1 + random.below(5);
  }

  Random random;
  Topology net;
  TrafficMatrix matrix;
};

double total_of(const TrafficMatrix& matrix) {
  double total = 0;
  for (const Demand& demand : matrix.demands) total += std::abs(demand.traffic.bps);
  return total;
}

// What link_load() says of the network with the same changes, by the first network's links.
struct FromNothing {
  explicit FromNothing(const RoutedLoads& loads, const TrafficMatrix& matrix)
      : changed(change_topology(loads.topology(), loads.changes())), links(loads.topology().link_count()) {
    const LinkLoad load = link_load(changed.topology, matrix);
    for (LinkId id : load.links.ids()) links[changed.links[id.value()]] = load.links[id].bps;
    unrouted = load.unrouted.bps;
  }
  ChangedTopology changed;
  PerLink<double> links;
  double unrouted = 0;
};

bool near(double have, double want, double total) {
  return std::abs(have - want) <= 1e-9 * std::abs(want) + 1e-14 * total;
}

void check_loads(const RoutedLoads& loads, const TrafficMatrix& matrix) {
  const FromNothing want(loads, matrix);
  const double total = total_of(matrix);
  for (LinkId id : want.links.ids()) {
    CHECK_MESSAGE(near(loads.loads()[id.value()], want.links[id], total), link_name(loads.topology(), id),
                  ": ", loads.loads()[id.value()], ", want ", want.links[id]);
  }
  CHECK(near(loads.unrouted(), want.unrouted, total));
}

std::vector<std::vector<LinkId>> hops_of(const RoutesTo& routes, const std::vector<LinkId>* ids) {
  std::vector<std::vector<LinkId>> all;
  for (NodeId node : routes.cost.ids()) {
    all.emplace_back();
    for (LinkId hop : routes.next_hops(node))
      all.back().push_back(ids == nullptr ? hop : (*ids)[hop.value()]);
    std::sort(all.back().begin(), all.back().end());
  }
  return all;
}

void check_routes(const RoutedLoads& loads, const TrafficMatrix& matrix) {
  const ChangedTopology changed = change_topology(loads.topology(), loads.changes());
  ShortestPaths paths(changed.topology);
  PrefixRoutes prefixes(changed.topology);
  RoutesTo have;
  RoutesTo want;
  for (const Demand& demand : matrix.demands) {
    REQUIRE(loads.routes(demand.to, have));
    if (demand.to.node.valid()) {
      paths.to(demand.to.node, want);
    } else {
      prefixes.toward(demand.to.prefix, want);
    }
    CHECK(have.cost.values() == want.cost.values());
    CHECK(hops_of(have, nullptr) == hops_of(want, &changed.links));
  }
}

TEST_CASE("after every change the routes are those from nothing, and so are the loads") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Story story(seed);
    RoutedLoads loads(story.net, story.matrix);
    check_loads(loads, story.matrix);
    for (int i = 0; i < 8; ++i) {
      CAPTURE(i);
      loads.change(story.next_changes());
      check_loads(loads, story.matrix);
      check_routes(loads, story.matrix);
    }
  }
}

TEST_CASE("loads depend on the costs alone, to the last bit, not on the changes that led to them") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Story story(seed);
    RoutedLoads loads(story.net, story.matrix);
    for (int i = 0; i < 30; ++i) loads.change(story.next_changes());
    RoutedLoads at_once(story.net, story.matrix);
    at_once.change(loads.changes());
    CHECK(std::ranges::equal(loads.loads(), at_once.loads()));
    CHECK(loads.unrouted() == at_once.unrouted());
  }
}

TEST_CASE("what is taken back is as it was, to the last bit, as far back as wanted") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Story story(seed);
    RoutedLoads loads(story.net, story.matrix);
    std::vector<std::vector<double>> past;
    for (int i = 0; i < 10; ++i) {
      past.emplace_back(loads.loads().begin(), loads.loads().end());
      loads.change(story.next_changes());
      if (story.random.below(3) > 0) continue;
      loads.undo();
      CHECK(std::ranges::equal(loads.loads(), past.back()));
      past.pop_back();
    }
    CHECK(loads.undoable() == past.size());
    for (; !past.empty(); past.pop_back()) {
      loads.undo();
      CHECK(std::ranges::equal(loads.loads(), past.back()));
      check_loads(loads, story.matrix);
    }
    check_routes(loads, story.matrix);
  }
}

TEST_CASE("at every node what comes in and begins there goes out, ends there or has no way") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Story story(seed);
    TrafficMatrix matrix;  // demands for nodes, so that it is plain where traffic ends
    for (const Demand& demand : story.matrix.demands) {
      if (demand.to.node.valid()) matrix.demands.push_back(demand);
    }
    RoutedLoads loads(story.net, matrix);
    loads.change(story.next_changes());
    PerNode<double> balance(story.net.node_count());
    double unrouted = 0;
    RoutesTo routes;
    for (const Demand& demand : matrix.demands) {
      REQUIRE(loads.routes(demand.to, routes));
      const bool routed = routes.reachable(demand.ingress);
      balance[demand.ingress] += routed ? demand.traffic.bps : 0;
      balance[demand.to.node] -= routed ? demand.traffic.bps : 0;
      unrouted += routed ? 0 : demand.traffic.bps;
    }
    for (LinkId id : indices<LinkId>(story.net.link_count())) {
      balance[story.net.link(id).from] -= loads.loads()[id.value()];
      balance[story.net.link(id).to] += loads.loads()[id.value()];
    }
    for (double left : balance) CHECK(std::abs(left) <= 1e-12 * total_of(matrix));
    CHECK(near(loads.unrouted(), unrouted, total_of(matrix)));
  }
}

TEST_CASE("the shares of a demand that reach its destination sum to one") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Story story(seed);
    RoutedLoads loads(story.net, story.matrix);
    loads.change(story.next_changes());
    RoutesTo routes;
    for (const Demand& demand : story.matrix.demands) {
      REQUIRE(loads.routes(demand.to, routes));
      if (!routes.reachable(demand.ingress) || routes.next_hops(demand.ingress).empty()) continue;
      double arrived = 0;
      for (const RouteShare& part : route_of(story.net, routes, demand.ingress)) {
        const NodeId end = story.net.link(part.link).to;
        if (routes.next_hops(end).empty()) arrived += part.share;
      }
      CHECK(arrived == doctest::Approx(1).epsilon(1e-12));
    }
  }
}

TEST_CASE("other traffic on the same routes is as good as new") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Story story(seed);
    RoutedLoads loads(story.net, story.matrix);
    loads.change(story.next_changes());
    TrafficMatrix more = random_matrix(story.random, story.net);
    for (Demand& demand : more.demands) demand.traffic.bps *= seed % 2 == 0 ? 1 : 1e3;
    loads.add_traffic(more.demands);
    TrafficMatrix both = story.matrix;
    both.demands.insert(both.demands.end(), more.demands.begin(), more.demands.end());
    check_loads(loads, both);
    loads.change(story.next_changes());
    check_loads(loads, both);
    for (Demand& demand : more.demands) demand.traffic.bps *= -1;
    loads.add_traffic(more.demands);
    const FromNothing less(loads, story.matrix);
    for (LinkId id : less.links.ids()) {
      CHECK(near(loads.loads()[id.value()], less.links[id], total_of(both) * 100));
    }
    loads.set_traffic(more);
    check_loads(loads, more);
  }
}

TEST_CASE("packets are carried as bits are, where they are asked for") {
  Story story(7);
  const LinkLoad want = link_load(story.net, story.matrix);
  const RoutedLoads packets(story.net, story.matrix, {Quantity::kPackets, 1});
  for (LinkId id : want.links.ids()) {
    CHECK(packets.loads()[id.value()] == doctest::Approx(want.links[id].pps));
  }
}

TEST_CASE("several threads and copies make no difference") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Story story(seed);
    RoutedLoads one(story.net, story.matrix);
    RoutedLoads two(story.net, story.matrix, {Quantity::kBits, 3});
    RoutedLoads copy(one);
    const auto changes = story.next_changes();
    one.change(changes);
    two.change(changes);
    CHECK(std::ranges::equal(one.loads(), two.loads()));
    CHECK(std::ranges::equal(copy.loads(), RoutedLoads(story.net, story.matrix).loads()));
    copy.change(changes);
    CHECK(std::ranges::equal(one.loads(), copy.loads()));
  }
}

TEST_CASE("costs too large for rows give the same loads all the same, and are taken back") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Story story(seed);
    RoutedLoads loads(story.net, story.matrix);
    const LinkId link{story.random.below(static_cast<std::uint32_t>(story.net.link_count()))};
    loads.change(story.next_changes());
    const std::vector<double> before(loads.loads().begin(), loads.loads().end());
    loads.change({link, Cost{1} << 29});
    CHECK(loads.rows() == nullptr);
    check_loads(loads, story.matrix);
    loads.change(story.next_changes());
    check_loads(loads, story.matrix);
    loads.undo();
    loads.undo();
    for (std::size_t i = 0; i < before.size(); ++i) {
      CHECK(near(loads.loads()[i], before[i], total_of(story.matrix)));
    }
    loads.undo();
    check_loads(loads, story.matrix);
  }
}

}  // namespace
}  // namespace anemone
