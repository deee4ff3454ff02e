// DemandRoutes keeps the way of every demand that was asked about in one topology: its cost, its links and
// the share on each. With it the loads of one more bin are a sum over demands and their links, however many
// bins there are.
//
// A demand of 20 links takes some 350 bytes. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "load/destination_routes.h"
#include "load/link_shares.h"
#include "matrix/traffic_matrix.h"

namespace anemone {

struct DemandRoute {
  std::optional<Cost> cost;  // none when there is no way
  std::vector<RouteShare> links;

  // What a packet takes on average, by links' metrics for traffic engineering in microseconds, as in
  // plan/lateness.h; none without a way, or where a link of it announces no such metric.
  std::optional<double> latency_us(const Topology& topology) const;
};

class DemandRoutes {
 public:
  // `topology` must outlive it.
  explicit DemandRoutes(const Topology& topology) : topology_(topology), routes_(topology) {}

  // Finds the ways of those that are new, those to one destination together.
  void prepare(std::span<const Demand> demands);
  // REQUIRES: it was prepared. Stays where it is.
  const DemandRoute& of(NodeId ingress, const Destination& to) const { return known_.at(key(ingress, to)); }

 private:
  // A destination is a node or a prefix; which, the lowest bit says.
  static std::uint64_t key(NodeId ingress, const Destination& to) {
    const std::uint64_t end =
        to.prefix.valid() ? std::uint64_t{to.prefix.value()} << 1 | 1 : std::uint64_t{to.node.value()} << 1;
    return end << 31 | ingress.value();
  }

  const Topology& topology_;
  DestinationRoutes routes_;
  std::unordered_map<std::uint64_t, DemandRoute> known_;
};

}  // namespace anemone
