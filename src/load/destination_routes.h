// DestinationRoutes answers how everybody reaches a demand's destination: a node by plain shortest paths,
// a prefix as the routing protocol chooses (areas, external routes).
//
// A workspace: one per thread. An answer holds until the next question.
#pragma once

#include "matrix/traffic_matrix.h"
#include "route/routes_to.h"
#include "route/routes_to_prefix.h"
#include "route/spf.h"

namespace anemone {

class DestinationRoutes {
 public:
  // `topology` must outlive it.
  explicit DestinationRoutes(const Topology& topology) : paths_(topology), prefixes_(topology) {}

  const RoutesTo& to(const Destination& destination);

 private:
  ShortestPaths paths_;
  PrefixRoutes prefixes_;
  RoutesTo routes_;
};

}  // namespace anemone
