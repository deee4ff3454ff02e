// What must hold whatever the network, its traffic and its changes are: routes kept through changes are those
// found from nothing, bit for bit, and loads to 1e-9; nothing is lost or made at any node; a demand's shares
// sum to one. From nothing is other code: ShortestPaths and PrefixRoutes, and each demand walked by itself.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "base/random.h"
#include "load/failure_sweep.h"
#include "load/random_network.test.h"
#include "load/routed_loads.h"
#include "route/random_areas.test.h"
#include "route/routes_to_prefix.h"
#include "route/spf.h"

namespace anemone {
namespace {

constexpr Cost kMaxMetric = 65'535;  // of an overloaded router's links (RFC 6987)

TrafficMatrix some_traffic(Random& random, const Topology& net, bool prefixes) {
  TrafficMatrix matrix;
  const auto nodes = static_cast<std::uint32_t>(net.node_count());
  for (int i = 0; i < 60; ++i) {
    Demand demand;
    demand.ingress = NodeId{random.below(nodes)};
    demand.traffic = {random.unit() * 1e6, 0};
    if (prefixes && random.below(4) > 0) {
      demand.to.prefix = PrefixId{random.below(static_cast<std::uint32_t>(net.prefix_count()))};
    } else {
      demand.to.node = NodeId{random.below(nodes)};
    }
    matrix.demands.push_back(demand);
  }
  return matrix;
}

// What may happen to a network, and how that changes costs.
class Happenings {
 public:
  Happenings(Random& random, const Topology& net) : random_(random), net_(net) {}

  std::vector<CostChange> next() {
    changes_.clear();
    const LinkId link{random_.below(static_cast<std::uint32_t>(net_.link_count()))};
    const NodeId node{random_.below(static_cast<std::uint32_t>(net_.node_count()))};
    switch (random_.below(7)) {
      case 0:
        set(link, 1 + random_.below(6));
        break;
      case 1:
        set(link, RoutedLoads::kDown);
        break;
      case 2:
        fail_adjacency(link);
        break;
      case 3:
        overload(node);
        break;
      case 4:
        fail(node);
        break;
      case 5:
        even_out(link);
        break;
      default:
        restore(node);
        break;
    }
    return changes_;
  }

 private:
  // Ways out of a broadcast network stay free.
  void set(LinkId link, Cost cost) {
    const bool free =
        net_.node(net_.link(link).from).kind == NodeKind::kNetwork && cost != RoutedLoads::kDown;
    if (!net_.link(link).is_virtual) changes_.push_back({link, free ? 0 : cost});
  }
  void fail_adjacency(LinkId link) {
    set(link, RoutedLoads::kDown);
    if (net_.link(link).reverse.valid()) set(net_.link(link).reverse, RoutedLoads::kDown);
  }
  void overload(NodeId node) {
    for (LinkId link : net_.links_from(node)) set(link, kMaxMetric);
  }
  void fail(NodeId node) {
    for (LinkId link : net_.links_from(node)) set(link, RoutedLoads::kDown);
    for (LinkId link : net_.links_to(node)) set(link, RoutedLoads::kDown);
  }
  // All parallel links of one cost.
  void even_out(LinkId link) {
    for (LinkId other : net_.links_from(net_.link(link).from)) {
      if (net_.link(other).to == net_.link(link).to) set(other, net_.link(link).cost);
    }
  }
  void restore(NodeId node) {
    for (LinkId link : net_.links_from(node)) set(link, net_.link(link).cost);
    for (LinkId link : net_.links_to(node)) set(link, net_.link(link).cost);
  }

  Random& random_;
  const Topology& net_;
  std::vector<CostChange> changes_;
};

// Everything from nothing, by the links of the network that was changed.
struct Wanted {
  Wanted(const RoutedLoads& loads, const TrafficMatrix& matrix)
      : changed(change_topology(loads.topology(), loads.changes())), links(loads.topology().link_count()) {
    ShortestPaths paths(changed.topology);
    PrefixRoutes prefixes(changed.topology);
    for (const Demand& demand : matrix.demands) {
      RoutesTo& to = routes[demand.to];
      if (demand.to.node.valid()) {
        paths.to(demand.to.node, to);
      } else {
        prefixes.toward(demand.to.prefix, to);
      }
      walk(demand, to);
      total += demand.traffic.bps;
    }
  }

  // One demand by itself, farthest node first.
  void walk(const Demand& demand, const RoutesTo& to) {
    if (!to.reachable(demand.ingress)) {
      unrouted += demand.traffic.bps;
      return;
    }
    PerNode<double> share(changed.topology.node_count());
    share[demand.ingress] = 1;
    double arrived = 0;
    for (NodeId node : to.order) {
      const auto hops = to.next_hops(node);
      if (hops.empty()) arrived += share[node];
      for (LinkId hop : hops) {
        const double part = share[node] / static_cast<double>(hops.size());
        links[changed.links[hop.value()]] += part * demand.traffic.bps;
        share[changed.topology.link(hop).to] += part;
      }
    }
    CHECK(arrived == doctest::Approx(1).epsilon(1e-12));
  }

  ChangedTopology changed;
  std::map<Destination, RoutesTo> routes;
  PerLink<double> links;
  double unrouted = 0;
  double total = 0;
};

bool near(double have, double want, double total) {
  return std::abs(have - want) <= 1e-9 * std::abs(want) + 1e-14 * total;
}

void check_loads(const RoutedLoads& loads, const Wanted& want) {
  for (LinkId id : want.links.ids()) {
    CHECK_MESSAGE(near(loads.loads()[id.value()], want.links[id], want.total),
                  link_name(loads.topology(), id));
  }
  CHECK(near(loads.unrouted(), want.unrouted, want.total));
}

using Hops = std::vector<std::vector<LinkId>>;

Hops hops_of(const RoutesTo& routes, const std::vector<LinkId>* ids) {
  Hops all;
  for (NodeId node : routes.cost.ids()) {
    auto& hops = all.emplace_back();
    for (LinkId hop : routes.next_hops(node)) hops.push_back(ids == nullptr ? hop : (*ids)[hop.value()]);
    std::ranges::sort(hops);
  }
  return all;
}

// How many destinations' routes are kept, and were compared.
std::size_t check_routes(const RoutedLoads& loads, const Wanted& want) {
  std::size_t kept = 0;
  RoutesTo have;
  for (const auto& [destination, routes] : want.routes) {
    if (!loads.routes(destination, have)) continue;
    ++kept;
    CHECK(have.cost.values() == routes.cost.values());
    CHECK(hops_of(have, nullptr) == hops_of(routes, &want.changed.links));
  }
  return kept;
}

// What enters a node and begins there leaves it or ends there.
void check_conserved(const RoutedLoads& loads, const TrafficMatrix& matrix) {
  const Topology& net = loads.topology();
  PerNode<double> balance(net.node_count());
  const ChangedTopology changed = change_topology(net, loads.changes());
  ShortestPaths paths(changed.topology);
  RoutesTo routes;
  double total = 0;
  for (const Demand& demand : matrix.demands) {
    REQUIRE(demand.to.node.valid());
    paths.to(demand.to.node, routes);
    total += demand.traffic.bps;
    if (!routes.reachable(demand.ingress)) continue;
    balance[demand.ingress] += demand.traffic.bps;
    balance[demand.to.node] -= demand.traffic.bps;
  }
  for (LinkId id : indices<LinkId>(net.link_count())) {
    balance[net.link(id).from] -= loads.loads()[id.value()];
    balance[net.link(id).to] += loads.loads()[id.value()];
  }
  for (double left : balance) CHECK(std::abs(left) <= 1e-12 * total);
}

TEST_CASE("whatever happens to costs, links and routers, what is kept is what computing from nothing gives") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = thick_network(random);
    const TrafficMatrix matrix = some_traffic(random, net, false);
    RoutedLoads loads(net, matrix);
    Happenings happenings(random, net);
    for (int i = 0; i < 12; ++i) {
      CAPTURE(i);
      loads.change(happenings.next());
      const Wanted want(loads, matrix);
      check_loads(loads, want);
      CHECK(check_routes(loads, want) == want.routes.size());
      check_conserved(loads, matrix);
    }
    RoutedLoads at_once(net, matrix);
    at_once.change(loads.changes());
    CHECK(std::ranges::equal(loads.loads(), at_once.loads()));
  }
}

// `areas` around the backbone, some behind virtual links, externals of both types.
Topology network_with_areas(Random& random, std::uint32_t areas) {
  RandomAreasOptions options;
  options.areas = areas;
  options.virtual_percent = 30;
  options.nssa_defaults = areas > 1;
  return RandomAreas(random, options).topology();
}

TEST_CASE("with areas and external routes, too, loads through changes are those of everybody's routes") {
  std::size_t kept = 0;
  std::size_t all = 0;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = network_with_areas(random, static_cast<std::uint32_t>(seed % 4));
    const TrafficMatrix matrix = some_traffic(random, net, true);
    RoutedLoads loads(net, matrix);
    Happenings happenings(random, net);
    for (int i = 0; i < 6; ++i) {
      CAPTURE(i);
      loads.change(happenings.next());
      const Wanted want(loads, matrix);
      check_loads(loads, want);
      kept += check_routes(loads, want);
      all += want.routes.size();
    }
  }
  CHECK(kept > all / 3);  // both ways are tried: by rows, and from nothing
  CHECK(kept < all);
}

TEST_CASE("with areas, a sweep of links and routers leaves what each failure as a change leaves") {
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = network_with_areas(random, static_cast<std::uint32_t>(seed % 4));
    const TrafficMatrix matrix = some_traffic(random, net, true);
    const RoutedLoads base(net, matrix);
    std::vector<Failure> failures = link_failures(net);
    for (Failure& failure : node_failures(net)) failures.push_back(std::move(failure));
    std::vector<std::vector<double>> left(failures.size());
    sweep_failures(base, failures, 2, [&](const FailureLoads& one) {
      left[one.failure].assign(one.loads.begin(), one.loads.end());
    });
    for (std::size_t i = 0; i < failures.size(); ++i) {
      CAPTURE(i);
      RoutedLoads failed(base);
      std::vector<CostChange> down;
      for (LinkId link : failures[i].links) down.push_back({link, RoutedLoads::kDown});
      failed.change(down);
      CHECK(std::ranges::equal(left[i], failed.loads()));
      if (i % 8 == 0) check_loads(failed, Wanted(failed, matrix));
    }
  }
}

TEST_CASE("a router's link without a cost is nothing that rows can keep, and is carried all the same") {
  std::size_t tried = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = thick_network(random);
    const TrafficMatrix matrix = some_traffic(random, net, false);
    RoutedLoads loads(net, matrix);
    const LinkId link{random.below(static_cast<std::uint32_t>(net.link_count()))};
    if (net.node(net.link(link).from).kind == NodeKind::kNetwork) continue;
    ++tried;
    loads.change({link, 0});
    CHECK(loads.rows() == nullptr);
    RoutesTo routes;
    CHECK(!loads.routes(matrix.demands[0].to, routes));
    check_loads(loads, Wanted(loads, matrix));
    loads.change({link, 3});
    check_loads(loads, Wanted(loads, matrix));
  }
  CHECK(tried > 10);
}

}  // namespace
}  // namespace anemone
