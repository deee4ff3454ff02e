// LinkLoad is what each directed link carries of a traffic matrix, when every demand takes its shortest
// paths and splits evenly where they are equal.
//
// A pure function of two snapshots; a what-if is the same function on a changed topology. What has no
// route is counted, not dropped.
#pragma once

#include "matrix/traffic_matrix.h"
#include "topology/topology.h"

namespace anemone {

struct LinkLoad {
  PerLink<Traffic> links;
  Traffic unrouted;  // demands whose ingress has no route to their destination
};

// The same to the last bit with any number of threads.
LinkLoad link_load(const Topology& topology, const TrafficMatrix& matrix, unsigned threads = 1);

// The largest load over capacity; links of unknown capacity do not count. 0 when none has a capacity.
double max_utilisation(const Topology& topology, const LinkLoad& load);

}  // namespace anemone
