#include "plan/routing_gap.h"

#include "plan/flow_bound.h"

namespace anemone {

RoutingGap routing_gap(const Topology& topology, const TrafficMatrix& matrix, const LinkLoad& today,
                       const RoutingGapLimits& limits, const Clock& clock) {
  BoundLimits own;
  own.seconds = limits.seconds;
  own.gap = limits.gap;
  const FlowBound found = flow_bound(topology, matrix, FlowGoal::kMaxUtilisation, own, clock);
  RoutingGap gap;
  gap.utilization = max_utilisation(topology, today);
  gap.bound = found.lower;
  gap.reached = found.upper;
  gap.exact = found.exact;
  gap.gap = found.gap();
  return gap;
}

}  // namespace anemone
