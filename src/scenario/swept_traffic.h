// SweptTraffic is what every failure in turn is held against: one network, and the demands of all bins in one
// list, as load/bin_sweep.h wants them.
#pragma once

#include <map>
#include <span>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "load/bin_sweep.h"
#include "matrix/traffic_matrix.h"
#include "topology/topology.h"

namespace anemone {

struct SweptTraffic {
  Topology topology;
  std::vector<DemandEnds> demands;
  std::vector<double> rates;  // as BinRates has them
  std::vector<Time> bins;

  BinRates traffic() const { return {demands, rates}; }
  // All of the first bin. REQUIRES: there is one.
  TrafficMatrix first_matrix() const;
};

// Brings the demands of bins to one list, in the order in which they first come.
class SweptBins {
 public:
  // What two weeks of five-minute bins of 16,000 demands have: half a gigabyte.
  static constexpr std::size_t kRatesMax = std::size_t{1} << 26;

  explicit SweptBins(std::size_t rates_max = kRatesMax) : rates_max_(rates_max) {}

  // An error when bins times demands would be too many. REQUIRES: demands of one network, bins in order.
  Result<void> add(Time bin, std::span<const Demand> demands);
  SweptTraffic finish(Topology topology) &&;

 private:
  struct Cell {
    std::size_t bin;
    std::size_t demand;
    double bps;
  };
  std::size_t rates_max_;
  std::map<std::pair<NodeId, Destination>, std::size_t> ids_;
  std::vector<DemandEnds> ends_;
  std::vector<Cell> cells_;
  std::vector<Time> bins_;
};

}  // namespace anemone
