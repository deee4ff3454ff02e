// A NetworkFile is what a file says about a network before it becomes a Topology: nodes, links, prefixes,
// and the demands that some formats keep beside them, still by name.
//
// The readers of every format (text_file, repetita_file, sndlib_file, graphml_file) fill one through a
// NetworkBuilder, which refuses what no network can have: two nodes of one name, a cost of nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "topology/topology.h"

namespace anemone {

// IS-IS wide metrics end here (RFC 5305), OSPF's at 65,535.
constexpr Cost kLinkCostMax = 0xff'ffff;

// No path may cost more: sums of costs stay within 31 bits, with one to spare.
constexpr std::uint64_t kPathCostMax = 0x3fff'ffff;

// Traffic from a node to a node or prefix, as the file names them. REPETITA counts nodes instead: then
// the names are decimal indices and `by_index` of the file is set.
struct NamedDemand {
  std::string from;
  std::string to;
  double bps = 0;
  double pps = 0;
  std::size_t line = 0;  // where the file says so, from 1
};

struct NetworkFile {
  TopologyParts parts;
  std::vector<NamedDemand> demands;
  bool by_index = false;
  bool has_demands = false;  // a place for them, even when it is empty
};

Error at_line(std::size_t line, const std::string& message);

class NetworkBuilder {
 public:
  // The node of this name; made, as a router, when it is new.
  NodeId node(std::string_view name);
  // A new node; an error when there is one of this name.
  Result<NodeId> add_node(std::string_view name, NodeKind kind);

  // One direction, or both with the same cost and capacity. A link out of a network costs nothing,
  // whatever `link` says. Errors: a cost outside 1..kLinkCostMax, a link from a node to itself.
  Result<void> add_arc(const Link& link);
  Result<void> add_link(const Link& link);

  NetworkFile& file() { return file_; }

  // What was built. Errors: so many and so dear links that a path's cost could not be counted.
  Result<NetworkFile> finish() &&;

 private:
  NetworkFile file_;
  std::map<std::string, NodeId, std::less<>> by_name_;
};

}  // namespace anemone
