// Better costs for the links of a network: searched for on measured or given matrices, with the bound beside
// them so that one sees what is left to gain.
//
// Targets: with `latency_max_us` no demand's slowest equal-cost path shall take longer, as far as costs can
// bring that about; among costs that are equal in this the goal decides. A link's latency is its metric for
// traffic engineering, in microseconds, which is what networks that steer by delay announce; 0 where none is.
//
// Costs may all change, or at most `changes_max` of them; then each is ranked by what it brings. Equal costs
// split evenly per next hop, as routers do. The answer is checked by load/link_load.h on the changed
// topology: what is reported is what the rest of Anemone would compute. Costs of links out of broadcast
// networks (zero) and of prefixes are not touched.
//
// Anytime: ends after `seconds` with the best so far; earlier when nothing better is possible. With
// `steps_max` the number of moves ends it instead, and the answer depends on the seed alone.
//
// Limits: areas and external routes are taken into account by the last check only, the search itself takes
// every shortest path to be open. Failures are those of single adjacencies (both directions) after which
// everything still has a way. Latency is looked at without failures.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "io/clock.h"
#include "matrix/traffic_matrix.h"
#include "plan/flow_goal.h"
#include "plan/lateness.h"
#include "topology/topology.h"

namespace anemone {

enum class Failures : std::uint8_t { kNone, kSingleLinks };

struct OptimizeOptions {
  FlowGoal goal = FlowGoal::kMaxUtilisation;
  Failures failures = Failures::kNone;
  std::optional<double> latency_max_us;
  std::optional<std::size_t> changes_max;  // directed links whose cost may change; nothing = all
  Cost cost_max = 65'535;
  std::uint64_t seed = 1;
  double seconds = 5;
  std::uint64_t steps_max = 0;  // 0 = as many as the time allows
};

struct WeightChange {
  LinkId link;  // of the topology given
  Cost before = 0;
  Cost after = 0;
  double alone = 0;     // the goal's value with this change only
  double together = 0;  // with this one and those before it
};

struct OptimizedWeights {
  PerLink<Cost> costs;
  std::vector<WeightChange>
      changes;  // with changes_max: the one that brings most first; else by link, not ranked
  double max_utilisation_before = 0;
  double max_utilisation_after = 0;
  double value_before =
      0;  // of the goal; the maximum utilisation again, or the cost; under the worst failure
  double value_after = 0;
  double lower = 0;  // proved: no routing has a lower value (without failures)
  Lateness late_before;
  Lateness late_after;
  std::uint64_t steps = 0;
  double seconds = 0;
};

struct OptimizeProgress {
  double seconds = 0;
  std::uint64_t steps = 0;
  double value = 0;
  double lower = 0;
};

// REQUIRES: at least one matrix; all are for `topology`. Several: the largest utilisation of any, or the sum
// of costs.
OptimizedWeights optimize_weights(const Topology& topology, std::span<const TrafficMatrix> matrices,
                                  const OptimizeOptions& options, const Clock& clock,
                                  const std::function<void(const OptimizeProgress&)>& on_progress = {});

// The topology with these costs. Links that differ in nothing but the cost may change places.
Topology with_costs(const Topology& topology, const PerLink<Cost>& costs);

}  // namespace anemone
