// ObservedTraffic is what `anemone coverage` reads: bin after bin, the ends of traffic and what the
// instrumented of them see. From a recording's folder the ends are hosts; from a topology and matrix files
// they are the topology's nodes, and each file is a bin.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/key_options.h"
#include "base/result.h"
#include "estimate/endpoints.h"
#include "estimate/estimate.h"
#include "topology/topology.h"

namespace anemone {

struct ObservedOptions {
  std::vector<std::string> sources;   // a recording's folder, or what routing_source.h reads
  std::vector<std::string> matrices;  // with the latter
  KeyOptions keys;
  std::vector<std::string> counters;  // files of interface counters, for a recording
  std::string instrumented;           // names of hosts or nodes, comma between them, or a share: "50%"
  Duration bin = 10s;
};

struct ObservedHost {
  std::string name;
  std::string address;  // empty for a node
  std::string router;   // where its traffic enters, as of the last bin that has it
};

// A stretch of a bin in which the topology stood still.
struct ObservedPart {
  std::shared_ptr<const Topology> topology;
  double stretch = 1;  // its share of the bin
  std::vector<Endpoint> endpoints;
  std::vector<std::uint32_t> hosts;   // by endpoint, its number in ObservedTraffic::hosts
  std::vector<SeenTraffic> seen;      // rates over the whole bin
  std::vector<LinkCounter> counters;  // the same
};

struct ObservedBin {
  std::string name;  // when it began, or its file
  Duration length{};
  std::vector<ObservedPart> parts;
};

struct ObservedTraffic {
  std::vector<ObservedHost> hosts;
  std::vector<ObservedBin> bins;
};

Result<ObservedTraffic> read_observed_traffic(const ObservedOptions& options);

// A recording's part of it.
Result<ObservedTraffic> read_recorded_traffic(const ObservedOptions& options);

// Which of `names` are instrumented: those that are listed, or a share of a fixed shuffled order.
Result<std::vector<bool>> choose_instrumented(const std::vector<std::string>& names, const std::string& told);

}  // namespace anemone
