// Writes a network, and demands beside it, in the formats that other tools read: the way out of what
// read_topology_file.h reads, and Graphviz and CSV besides.
//
// What a format has no word for is left out where the network stays the same without it (areas, addresses),
// and refused with a reason where it would become another one: SNDlib has undirected links only, REPETITA no
// broadcast networks. Reading back gives the same nodes in the same order, links, capacities and costs
// (SNDlib has no costs, and Graphviz and CSV are not read).
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "topology/network_file.h"
#include "topology/topology.h"

namespace anemone {

enum class NetworkFormat : std::uint8_t {
  kText,             // network and demands
  kRepetita,         // `.graph`: the network
  kRepetitaDemands,  // `.demands`
  kSndlib,           // XML: network and demands
  kGraphml,          // as the Topology Zoo's; a cost per edge besides, which the Zoo does not have
  kDot,              // Graphviz
  kCsv,              // one line a link
};

// `demands` name nodes of the topology, or prefixes. The error says what the format cannot hold.
Result<std::string> write_network(const Topology& topology, std::span<const NamedDemand> demands,
                                  NetworkFormat format);

}  // namespace anemone
