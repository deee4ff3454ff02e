// How long traffic is under way, and how much of it longer than it should be.
//
// Of a demand its slowest equal-cost path counts: which of them a flow takes is the routers' hash. A link's
// latency is its metric for traffic engineering in microseconds (RFC 3630 gives that metric no unit; networks
// that steer by delay announce it so), 0 where none is announced. Queues are not looked at.
#pragma once

#include <span>

#include "matrix/traffic_matrix.h"
#include "topology/topology.h"

namespace anemone {

struct Lateness {
  double worst_us = 0;  // of any demand
  double late_bps = 0;  // of demands that take longer than asked, of all matrices together
};

// REQUIRES: at least one matrix; all are for `topology`.
Lateness lateness(const Topology& topology, std::span<const TrafficMatrix> matrices, double latency_max_us);

}  // namespace anemone
