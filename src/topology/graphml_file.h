// The Internet Topology Zoo's GraphML (Knight et al. 2011): nodes with labels, edges with LinkSpeedRaw in
// bits per second where it is known.
//
// Nodes that share a label ("None" in some maps) are told apart by their ids: "None-12". Edges are
// undirected unless the graph says edgedefault="directed"; every one costs 1, unless it has a `cost`, and a
// node is a router unless its `kind` is "network": the Zoo has neither, write_network_file.h writes them.
// Edges from a node to itself, which some maps draw, carry nothing and are left out. Hyperedges and nested
// graphs, which the Zoo never uses, are refused.
#pragma once

#include <string_view>

#include "base/result.h"
#include "topology/network_file.h"

namespace anemone {

// The error says line and reason.
Result<NetworkFile> parse_graphml(std::string_view text);

}  // namespace anemone
