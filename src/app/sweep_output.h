// What `anemone sweep` prints: the worst of every link, every failure, the weak points of the network.
#pragma once

#include <string>
#include <vector>

#include "app/swept_traffic.h"
#include "load/bin_sweep.h"
#include "load/pair_sweep.h"
#include "load/weak_points.h"

namespace anemone {

struct SweptFailures {
  std::vector<Failure> failures;
  std::vector<std::string> names;
};

std::string sweep_json(const SweptTraffic& traffic, const SweptFailures& failures, const BinSweep& sweep);
std::string sweep_table(const SweptTraffic& traffic, const SweptFailures& failures, const BinSweep& sweep,
                        std::size_t rows_max);
std::string pairs_json(const SweptTraffic& traffic, const SweptFailures& failures, const WorstOfPairs& worst);
std::string pairs_table(const SweptTraffic& traffic, const SweptFailures& failures, const WorstOfPairs& worst,
                        std::size_t rows_max);

}  // namespace anemone
