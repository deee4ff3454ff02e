#include "matrix/read_matrix_file.h"

#include <map>
#include <optional>

#include "base/text.h"
#include "topology/own_prefix.h"
#include "topology/read_topology_file.h"

namespace anemone {
namespace {

Result<NodeId> node_by_index(const std::string& text, const Topology& topology) {
  const auto index = parse_u64(text);
  if (!index) return index.error();
  if (*index >= topology.node_count()) {
    return Error{"there is no node " + text + ": the topology has " + std::to_string(topology.node_count()) +
                 ", counted from 0"};
  }
  return NodeId{*index};
}

Result<PrefixId> find_prefix(const std::string& text, const Topology& topology) {
  const auto wanted = parse_prefix(text);
  if (!wanted) return wanted.error();
  std::size_t low = 0;
  std::size_t high = topology.prefix_count();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (topology.prefix(PrefixId{middle}) < *wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low < topology.prefix_count() && topology.prefix(PrefixId{low}) == *wanted) return PrefixId{low};
  return Error{"no prefix '" + text + "' in this topology"};
}

Result<Demand> resolve(const NamedDemand& named, bool by_index, const Topology& topology) {
  const auto from = by_index ? node_by_index(named.from, topology) : topology.find(named.from);
  if (!from) return from.error();
  Demand demand{*from, {}, {named.bps, named.pps}};
  const auto to = by_index ? node_by_index(named.to, topology) : topology.find(named.to);
  if (to) {
    demand.to.node = *to;
    return demand;
  }
  if (named.to.find('/') == std::string::npos) return to.error();
  const auto prefix = find_prefix(named.to, topology);
  if (!prefix) return prefix.error();
  demand.to.prefix = *prefix;
  return demand;
}

// Where there are areas, a router is reached as its own prefix is.
void aim_at_own_prefixes(TrafficMatrix& matrix, const Topology& topology) {
  std::map<NodeId, std::optional<PrefixId>> own;
  for (Demand& demand : matrix.demands) {
    if (!demand.to.node.valid() || demand.to.node == demand.ingress) continue;
    const auto [at, is_new] = own.try_emplace(demand.to.node);
    if (is_new) at->second = own_prefix(topology, demand.to.node);
    if (at->second) demand.to = {NodeId{}, *at->second};
  }
}

}  // namespace

Result<TrafficMatrix> resolve_demands(const NetworkFile& file, const Topology& topology) {
  TrafficMatrix matrix;
  matrix.demands.reserve(file.demands.size());
  for (const NamedDemand& named : file.demands) {
    const auto demand = resolve(named, file.by_index, topology);
    if (!demand) return named.line > 0 ? at_line(named.line, demand.error().message) : demand.error();
    matrix.demands.push_back(*demand);
  }
  if (has_areas(topology)) aim_at_own_prefixes(matrix, topology);
  return matrix;
}

Result<TrafficMatrix> read_matrix_file(const std::string& path, const Topology& topology) {
  const auto file = read_network_file(path);
  if (!file) return file.error();
  if (!file->has_demands) return Error{path + ": holds no demand"};
  auto matrix = resolve_demands(*file, topology);
  if (!matrix) return matrix.error().in(path);
  return matrix;
}

}  // namespace anemone
