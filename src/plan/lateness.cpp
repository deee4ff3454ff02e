#include "plan/lateness.h"

#include <algorithm>
#include <vector>

#include "plan/scored_state.h"

namespace anemone {

Lateness lateness(const Topology& topology, std::span<const TrafficMatrix> matrices, double latency_max_us) {
  const FlowProblem problem = flow_problem(topology, matrices);
  const EcmpState state(problem, costs_of(problem));
  Lateness found;
  std::vector<double> latency_us;
  for (std::size_t i = 0; i < problem.targets.size(); ++i) {
    state.latencies(i, latency_us);
    const std::vector<double>& supply = problem.targets[i].supply;
    for (std::size_t at = 0; at < supply.size(); ++at) {
      const double own = latency_us[at % problem.nodes];
      if (supply[at] == 0) continue;
      found.worst_us = std::max(found.worst_us, own);
      if (own > latency_max_us) found.late_bps += supply[at];
    }
  }
  return found;
}

}  // namespace anemone
