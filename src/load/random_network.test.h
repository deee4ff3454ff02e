// Networks and matrices from a seed, for the tests of this folder: routers and broadcast networks, one-way
// and parallel links, few different costs so that equal ones are many, not always connected.
#pragma once

#include <string>
#include <utility>

#include "base/random.h"
#include "matrix/traffic_matrix.h"
#include "topology/topology.h"

namespace anemone {

inline void add_random_links(Random& random, std::uint32_t routers, TopologyParts& parts) {
  const auto nodes = static_cast<std::uint32_t>(parts.nodes.size());
  const std::uint32_t cost_end = random.below(2) == 0 ? 3 : 65'536;
  auto add = [&](std::uint32_t from, std::uint32_t to) {
    Link link;
    link.from = NodeId{from};
    link.to = NodeId{to};
    link.cost = from < routers ? 1 + random.below(cost_end - 1) : 0;
    link.capacity_bps = 1e6;
    parts.links.push_back(link);
  };
  for (std::uint32_t i = random.below(routers * 3); i > 0; --i) {
    const std::uint32_t a = random.below(routers);
    const std::uint32_t b = random.below(nodes);
    if (a == b) continue;
    add(a, b);
    if (b >= routers || random.below(4) > 0) add(b, a);
  }
}

inline Topology random_network(Random& random) {
  const std::uint32_t routers = 2 + random.below(20);
  const std::uint32_t networks = random.below(4);
  TopologyParts parts;
  for (std::uint32_t i = 0; i < routers + networks; ++i) {
    Node node;
    node.name = "n" + std::to_string(i);
    node.kind = i < routers ? NodeKind::kRouter : NodeKind::kNetwork;
    parts.nodes.push_back(std::move(node));
  }
  add_random_links(random, routers, parts);
  for (std::uint32_t i = 0; i < 5; ++i) {  // several places for some prefixes
    Attachment at;
    at.prefix = Prefix(Ipv4{0x0a000000 + random.below(3) * 256}, 24);
    at.node = NodeId{random.below(routers)};
    at.cost = random.below(5);
    parts.attachments.push_back(at);
  }
  return Topology(std::move(parts));
}

// Routers with parallel links, of one cost and of several, and two broadcast networks.
inline Topology thick_network(Random& random) {
  TopologyParts parts;
  const std::uint32_t routers = 12 + random.below(30);
  const auto add = [&](std::uint32_t from, std::uint32_t to, Cost cost) {
    Link link;
    link.from = NodeId{from};
    link.to = NodeId{to};
    link.cost = cost;
    parts.links.push_back(link);
  };
  for (std::uint32_t i = 0; i < routers + 2; ++i) {
    Node node;
    node.name = "n" + std::to_string(i);
    node.kind = i < routers ? NodeKind::kRouter : NodeKind::kNetwork;
    parts.nodes.push_back(std::move(node));
  }
  const auto connect = [&](std::uint32_t a, std::uint32_t b) {
    for (std::uint32_t parallel = 1 + random.below(3) / 2 * (1 + random.below(2)); parallel > 0; --parallel) {
      add(a, b, 1 + random.below(6));
      add(b, a, 1 + random.below(6));
    }
  };
  for (std::uint32_t i = 1; i < routers; ++i) connect(i, random.below(i));
  for (std::uint32_t i = 0; i < routers; ++i) {
    const std::uint32_t other = random.below(routers);
    if (other != i) connect(i, other);
  }
  for (std::uint32_t network = routers; network < routers + 2; ++network) {
    const std::uint32_t first = random.below(routers - 4);
    for (std::uint32_t router = first; router < first + 4; ++router) {
      add(router, network, 1 + random.below(6));
      add(network, router, 0);
    }
  }
  return Topology(std::move(parts));
}

inline TrafficMatrix random_matrix(Random& random, const Topology& topology) {
  TrafficMatrix matrix;
  const auto nodes = static_cast<std::uint32_t>(topology.node_count());
  for (std::uint32_t i = random.below(80); i > 0; --i) {
    Demand demand;
    demand.ingress = NodeId{random.below(nodes)};
    demand.to.node = NodeId{random.below(nodes)};
    demand.traffic = {random.unit() * 1e6, random.unit() * 100};
    matrix.demands.push_back(demand);
  }
  return matrix;
}

// The same demands, each for one of the topology's prefixes instead of a node.
inline TrafficMatrix random_prefix_matrix(Random& random, const Topology& topology) {
  TrafficMatrix matrix = random_matrix(random, topology);
  for (Demand& demand : matrix.demands) {
    demand.to = {NodeId{}, PrefixId{random.below(static_cast<std::uint32_t>(topology.prefix_count()))}};
  }
  return matrix;
}

}  // namespace anemone
