// Sweeps over failures: for each of many, what every link would carry.
//
// A failure touches few nodes of few destinations; only these are computed, as differences from what there is
// without it (failure_rows.h). The result is that of RoutedLoads::change() to the last bit, whatever the
// number of threads.
//
// Demands that are not kept in rows (RoutedLoads says which) are computed from nothing for each failure.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "load/failure_rows.h"
#include "load/routed_loads.h"

namespace anemone {

// Each link fails once, with its other direction where it has one. Virtual links are no wires and do not
// fail.
std::vector<Failure> link_failures(const Topology& topology);
// Each node in turn, with all links in and out: number n is node n, be it a router or a network. What begins
// or ends at it is unrouted.
std::vector<Failure> node_failures(const Topology& topology);

// Links and nodes with all their links as one failure: a site, a conduit, whatever shares a fate. A link
// takes its other direction with it.
Failure group_failure(const Topology& topology, std::span<const NodeId> nodes, std::span<const LinkId> links);

// What a failure leaves; valid while it is visited.
struct FailureLoads {
  std::size_t failure;            // its number
  std::span<const double> loads;  // by LinkId
  double unrouted;
};

// Calls `visit` once for each failure, from `threads` threads at once and in no order.
// `base` is what they happen to, with its costs as they are; it must not change meanwhile.
void sweep_failures(const RoutedLoads& base, std::span<const Failure> failures, unsigned threads,
                    const std::function<void(const FailureLoads&)>& visit);

// The most that each link has to carry, without a failure and in each.
struct WorstLoads {
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  PerLink<double> loads;
  PerLink<std::uint32_t> failure;  // the first that leads to it; kNone: it is so without one
  double unrouted = 0;
};
WorstLoads worst_loads(const RoutedLoads& base, std::span<const Failure> failures, unsigned threads);

// Adds to `loads` (by LinkId) what base.slow_demands() put on links when some more are down, computed from
// nothing. Returns the unrouted.
double add_slow_loads(const RoutedLoads& base, std::span<const LinkId> down, std::span<double> loads);

}  // namespace anemone
