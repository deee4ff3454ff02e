// Networks and dense matrices from a seed, for benchmarks: average degree 4.5, a random tree and random links
// beside it, every direction with an OSPF cost of its own.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "base/random.h"
#include "matrix/traffic_matrix.h"
#include "topology/topology.h"

namespace anemone {

inline Topology generated_network(std::uint32_t routers) {
  Random random(routers);
  TopologyParts parts;
  const auto add = [&](std::uint32_t a, std::uint32_t b) {
    for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
      Link link;
      link.from = NodeId{from};
      link.to = NodeId{to};
      link.cost = 1 + random.below(65'535);
      parts.links.push_back(std::move(link));
    }
  };
  for (std::uint32_t i = 0; i < routers; ++i) {
    Node node;
    node.name = "r" + std::to_string(i);
    parts.nodes.push_back(std::move(node));
    if (i > 0) add(i, random.below(i));
  }
  for (std::uint32_t links = routers - 1; links < routers * 9 / 4; ++links) {
    const std::uint32_t a = random.below(routers);
    const std::uint32_t b = random.below(routers);
    if (a != b) add(a, b);
  }
  return Topology(std::move(parts));
}

inline TrafficMatrix dense_matrix(std::uint32_t routers) {
  Random random(routers + 1);
  TrafficMatrix matrix;
  matrix.demands.reserve(std::size_t{routers} * routers);
  for (std::uint32_t to = 0; to < routers; ++to) {
    for (std::uint32_t from = 0; from < routers; ++from) {
      if (from != to) matrix.demands.push_back({NodeId{from}, {NodeId{to}, {}}, {random.unit(), 0}});
    }
  }
  return matrix;
}

// Made once for each size.
inline const Topology& kept_network(std::int64_t routers) {
  static std::map<std::int64_t, Topology> made;
  auto [at, is_new] = made.try_emplace(routers);
  if (is_new) at->second = generated_network(static_cast<std::uint32_t>(routers));
  return at->second;
}

inline const TrafficMatrix& kept_matrix(std::int64_t routers) {
  static std::map<std::int64_t, TrafficMatrix> made;
  auto [at, is_new] = made.try_emplace(routers);
  if (is_new) at->second = dense_matrix(static_cast<std::uint32_t>(routers));
  return at->second;
}

}  // namespace anemone
