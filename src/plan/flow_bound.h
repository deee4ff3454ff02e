// How good could it be? The least maximum utilisation, or the least Fortz-Thorup cost, that any routing
// whatever could reach with a traffic matrix: every demand may be split in any shares over any paths (the
// multi-commodity flow). No weights, tunnels or segments can do better, so today's routing is at most so far
// from the best.
//
// Exact up to some hundred routers (a linear programme, flow_lp.h) where the time is enough, with a proved
// gap beyond (flow_descent.h). The network falls into blocks (flow_blocks.h), each solved by itself. The
// answer carries both proofs: a flow's loads, and prices per link from which anybody can compute the lower
// bound again with shortest paths alone.
//
// A prefix that is attached in several places may be reached at any of them. Links of unknown capacity are
// free of charge. Areas are not looked at: the bound holds for any routing.
#pragma once

#include <cstdint>

#include "io/clock.h"
#include "matrix/traffic_matrix.h"
#include "plan/flow_goal.h"
#include "topology/topology.h"

namespace anemone {

struct BoundLimits {
  double seconds = 30;
  double gap = 0;                   // good enough: (upper - lower) / upper
  std::size_t lp_size = 1'000'000;  // destinations x links of a block: beyond, no linear programme is tried
};

struct FlowBound {
  double lower = 0;         // no routing does better
  double upper = 0;         // some flow reaches this
  bool exact = true;        // the two agree to the precision of the arithmetic
  PerLink<double> lengths;  // price per bit: the proof of `lower`
  PerLink<double> loads;    // bits per second: the proof of `upper`
  double unrouted_bps = 0;  // has no path at all, and is left out

  double gap() const { return upper > 0 ? (upper - lower) / upper : 0; }
};

FlowBound flow_bound(const Topology& topology, const TrafficMatrix& matrix, FlowGoal goal,
                     const BoundLimits& limits, const Clock& clock);

// Of one block, with the flows.
FlowSolution solve_flow(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal,
                        const BoundLimits& limits, const Clock& clock);

}  // namespace anemone
