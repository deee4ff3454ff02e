// Reads a network from a file of any format that this folder knows, told apart by what the file begins
// with, not by its name: Anemone's text, REPETITA, SNDlib (XML and native), Topology Zoo GraphML.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "topology/network_file.h"
#include "topology/topology.h"

namespace anemone {

// Nodes, links and demands of a file; only demands for a demand file. The error says line and reason.
Result<NetworkFile> parse_network(std::string_view text);

// As above, from a file; the error begins with its name.
Result<NetworkFile> read_network_file(const std::string& path);

// The topology of a file; an error when it holds no node.
Result<Topology> read_topology_file(const std::string& path);

}  // namespace anemone
