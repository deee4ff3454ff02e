// An Endpoint is one end of traffic: a host, an address that an instrumented host talked to, all addresses
// behind one prefix, or a whole node. What the instrumented see is traffic between two endpoints of which
// at least one is instrumented; between two that are not nobody looks, and that is what this folder
// estimates.
//
// Endpoints of one place (a LAN, a prefix, a node) reach each other without the network: traffic between
// them is neither given nor estimated.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "matrix/traffic_matrix.h"

namespace anemone {

// What an endpoint mostly does. Clients talk to servers much more than to each other, so a gravity that
// knows the roles apart (estimate/gravity.h) sees further than one that does not.
enum class EndpointRole : std::uint8_t { kClient, kServer };
constexpr std::size_t kEndpointRoles = 2;

struct Endpoint {
  NodeId ingress;           // where its traffic enters
  Destination to;           // where traffic for it goes
  std::uint32_t place = 0;  // small numbers from 0
  bool instrumented = false;
  bool could = true;  // an agent could be put there; false beyond the network's border
  EndpointRole role = EndpointRole::kServer;
};

// Of one bin, from records that count. Several of one pair are added up.
struct SeenTraffic {
  std::uint32_t from = 0;  // places in the list of endpoints
  std::uint32_t to = 0;
  double bps = 0;
};

// Rates between every ingress and every destination of a list of endpoints: a dense piece of matrix.
struct DemandGrid {
  std::vector<NodeId> sources;
  std::vector<Destination> sinks;
  std::vector<double> bps;  // by source, then by sink

  double& at(std::size_t source, std::size_t sink) { return bps[source * sinks.size() + sink]; }
  double at(std::size_t source, std::size_t sink) const { return bps[source * sinks.size() + sink]; }
  double total() const;
  TrafficMatrix matrix() const;  // those above 0
};

// Where each endpoint stands in the grids of its list.
struct EndpointGrid {
  explicit EndpointGrid(std::span<const Endpoint> endpoints);

  DemandGrid empty() const;

  std::vector<NodeId> sources;
  std::vector<Destination> sinks;
  std::vector<std::uint32_t> source_of;  // by endpoint
  std::vector<std::uint32_t> sink_of;
  std::uint32_t places = 0;
};

// The seen traffic between endpoints of which neither is in `watched` (all of it, when that is empty).
DemandGrid grid_of(const EndpointGrid& grid, std::span<const SeenTraffic> seen,
                   std::span<const std::uint8_t> watched);

}  // namespace anemone
