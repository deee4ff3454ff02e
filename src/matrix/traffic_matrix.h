// A TrafficMatrix says who sends how much to whom: demands from the node where traffic enters to the
// prefix or node where it goes, as rates over one bin (or over whatever a file means).
//
// A measured matrix has prefixes as destinations, because routing decides by prefix and one prefix may be
// reached at several routers; a matrix from a file has nodes. A list rather than a square array, because
// a network of n routers knows thousands of external prefixes and few pairs that talk.
#pragma once

#include <compare>
#include <vector>

#include "topology/topology.h"

namespace anemone {

// What is poured over links together. Packets are 0 where only bits are known.
struct Traffic {
  double bps = 0;
  double pps = 0;

  Traffic& operator+=(const Traffic& other) {
    bps += other.bps;
    pps += other.pps;
    return *this;
  }
  Traffic operator*(double share) const { return {bps * share, pps * share}; }
};

// A node or a prefix of the topology: exactly one of the two is valid.
struct Destination {
  NodeId node;
  PrefixId prefix;

  constexpr auto operator<=>(const Destination&) const = default;
};

struct Demand {
  NodeId ingress;
  Destination to;
  Traffic traffic;
};

struct TrafficMatrix {
  std::vector<Demand> demands;
};

}  // namespace anemone
