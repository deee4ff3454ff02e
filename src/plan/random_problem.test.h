// Networks and matrices from a seed, for the tests of this folder: connected or not, with blocks, one-way and
// parallel links, links of unknown capacity, a broadcast network now and then.
#pragma once

#include <string>
#include <utility>

#include "base/random.h"
#include "matrix/traffic_matrix.h"
#include "topology/text_file.h"
#include "topology/topology.h"

namespace anemone {

struct RandomNetwork {
  std::uint32_t routers = 8;
  std::uint32_t links = 12;
  Cost cost_end = 4;
  bool odd = true;  // one-way links, unknown capacities, broadcast networks
};

inline Topology random_topology(Random& random, const RandomNetwork& shape) {
  TopologyParts parts;
  for (std::uint32_t i = 0; i < shape.routers; ++i) {
    Node node;
    node.name = "r" + std::to_string(i);
    parts.nodes.push_back(std::move(node));
  }
  const auto add = [&](std::uint32_t from, std::uint32_t to) {
    Link link;
    link.from = NodeId{from};
    link.to = NodeId{to};
    link.cost = parts.nodes[from].kind == NodeKind::kNetwork ? 0 : 1 + random.below(shape.cost_end - 1);
    link.capacity_bps = shape.odd && random.below(12) == 0 ? 0 : 1e6 * (1 + random.below(4));
    parts.links.push_back(link);
  };
  for (std::uint32_t i = 0; i < shape.links; ++i) {
    const std::uint32_t a = i + 1 < shape.routers ? i + 1 : random.below(shape.routers);
    const std::uint32_t b = random.below(i + 1 < shape.routers ? i + 1 : shape.routers);
    if (a == b) continue;
    add(a, b);
    if (!shape.odd || random.below(10) > 0) add(b, a);
  }
  if (shape.odd && random.below(3) == 0) {
    Node lan;
    lan.name = "lan";
    lan.kind = NodeKind::kNetwork;
    parts.nodes.push_back(std::move(lan));
    for (int i = 0; i < 3; ++i) {
      const std::uint32_t router = random.below(shape.routers);
      add(router, shape.routers);
      add(shape.routers, router);
    }
  }
  return Topology(std::move(parts));
}

inline TrafficMatrix random_demands(Random& random, const Topology& topology, std::uint32_t count) {
  TrafficMatrix matrix;
  const auto nodes = static_cast<std::uint32_t>(topology.node_count());
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t from = random.below(nodes);
    const std::uint32_t to = random.below(nodes);
    if (from != to)
      matrix.demands.push_back({NodeId{from}, {NodeId{to}, {}}, {1e5 * (1 + random.below(9)), 0}});
  }
  return matrix;
}

}  // namespace anemone
