#include "app/observed_traffic.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "app/routing_source.h"
#include "base/random.h"
#include "base/text.h"
#include "matrix/read_matrix_file.h"

namespace anemone {
namespace {

namespace fs = std::filesystem;

// Any number will do, as long as it stays: which are instrumented at 50% must not change.
constexpr std::uint64_t kShuffleSeed = 2005;

// The nodes of a topology, and matrices that hold all of their traffic.
Result<ObservedTraffic> read_matrices(const ObservedOptions& options) {
  auto source = read_routing_source("coverage", options.sources, "", options.keys);
  if (!source) return source.error();
  const auto topology = std::make_shared<const Topology>(std::move(source->topology));
  ObservedTraffic result;
  std::vector<std::string> names;
  for (NodeId node : topology->nodes()) names.push_back(topology->node(node).name);
  for (const std::string& name : names) result.hosts.push_back({name, "", name});
  const auto chosen = choose_instrumented(names, options.instrumented);
  if (!chosen) return chosen.error();
  for (const std::string& path : options.matrices) {
    const auto matrix = read_matrix_file(path, *topology);
    if (!matrix) return matrix.error();
    ObservedPart part{topology, 1, {}, {}, {}, {}};
    for (NodeId node : topology->nodes()) {
      Endpoint endpoint;
      endpoint.ingress = node;
      endpoint.to = {node, PrefixId{}};
      endpoint.place = node.value();
      endpoint.instrumented = (*chosen)[node.value()];
      endpoint.could = topology->node(node).kind == NodeKind::kRouter;
      part.endpoints.push_back(endpoint);
      part.hosts.push_back(node.value());
    }
    for (const Demand& demand : matrix->demands) {
      if (!demand.to.node.valid()) return Error{path + ": a demand for a prefix, where nodes are looked at"};
      const std::uint32_t from = demand.ingress.value();
      const std::uint32_t to = demand.to.node.value();
      if (from != to && ((*chosen)[from] || (*chosen)[to]))
        part.seen.push_back({from, to, demand.traffic.bps});
    }
    result.bins.push_back({fs::path(path).filename().string(), options.bin, {std::move(part)}});
  }
  return result;
}

}  // namespace

Result<std::vector<bool>> choose_instrumented(const std::vector<std::string>& names,
                                              const std::string& told) {
  std::vector<bool> chosen(names.size(), false);
  if (!told.empty() && told.back() == '%') {
    const auto share = parse_double(told.substr(0, told.size() - 1));
    if (!share || *share < 0 || *share > 100) return Error{"--instrumented " + told + ": not a share"};
    std::vector<std::size_t> order(names.size());
    std::iota(order.begin(), order.end(), 0);
    Random random(kShuffleSeed);
    for (std::size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
    }
    const double count = std::round(*share / 100 * static_cast<double>(names.size()));
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) chosen[order[i]] = true;
    return chosen;
  }
  if (told.empty()) return chosen;
  for (std::string_view name : split(told, ',')) {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) return Error{"--instrumented: there is no '" + std::string(name) + "'"};
    chosen[static_cast<std::size_t>(at - names.begin())] = true;
  }
  return chosen;
}

Result<ObservedTraffic> read_observed_traffic(const ObservedOptions& options) {
  std::error_code problem;
  const bool recorded = fs::is_regular_file(fs::path(options.sources.front()) / "recording.json", problem);
  if (recorded && (options.sources.size() > 1 || !options.matrices.empty())) {
    return Error{options.sources.front() + " is a recording: it needs no other source and no matrix"};
  }
  if (recorded) return read_recorded_traffic(options);
  if (!options.counters.empty()) return Error{"--counters goes with a recording or a store"};
  if (options.matrices.empty()) return Error{"a topology needs traffic beside it: --matrix"};
  return read_matrices(options);
}

}  // namespace anemone
