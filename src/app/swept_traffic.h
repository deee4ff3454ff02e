// SweptTraffic is what `anemone sweep` holds failures against: one network, and the demands of all bins.
#pragma once

#include <string>
#include <vector>

#include "app/change_options.h"
#include "app/routing_source.h"
#include "base/result.h"
#include "load/bin_sweep.h"
#include "scenario/places.h"
#include "topology/topology.h"

namespace anemone {

struct SweptOptions {
  std::vector<std::string> sources;  // a topology, captures of one network, or a recording's folder
  std::vector<std::string> matrices;
  std::string inventory;
  std::string at;
  std::string bin = "10s";
  KeyOptions keys;
  ChangeOptions changes;
};

struct SweptTraffic {
  Topology topology;  // with the changes
  Scenario scenario;  // its groups may be asked about
  Places places;
  std::vector<DemandEnds> demands;
  std::vector<double> rates;  // as BinRates has them
  std::vector<std::string> bins;
  // Bins of a recording in which the network was not as at its end.
  std::size_t bins_left_out = 0;

  BinRates traffic() const { return {demands, rates}; }
};

Result<SweptTraffic> read_swept_traffic(const SweptOptions& options);

}  // namespace anemone
