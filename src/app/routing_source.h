// A RoutingSource is what the SOURCE arguments of topology, routes and path name: captures and LSA logs (one
// or several, of one network) or one topology file, told apart by how the first file begins. What events and
// diff read is the whole recording.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/key_options.h"
#include "base/result.h"
#include "lsdb/ospf_capture.h"
#include "lsdb/unseen.h"
#include "lsdb/vantage_health.h"
#include "topology/topology.h"

namespace anemone {

struct RoutingSource {
  Topology topology;
  // Only of captures:
  std::optional<Lsdb> lsdb;  // at topology.at()
  OspfCounts heard;
  IsisCounts heard_isis;
  Ospf3Counts heard_ospf3;
  std::vector<LsdbKey> unseen;
  ListeningReport listening;
};

// All that captures and LSA logs hold, said on stderr what is damaged or not authentic. An error when a
// source is none, or when there is nothing in them.
Result<OspfRecording> read_routing_recording(const char* command, const std::vector<std::string>& sources,
                                             const KeyOptions& keys = {});

// Reads the sources as of the instant `at` (RFC 3339 or Unix seconds; empty: the last packet). Says on
// stderr, as `command`, what is damaged, not authentic or still unseen.
Result<RoutingSource> read_routing_source(const char* command, const std::vector<std::string>& sources,
                                          const std::string& at, const KeyOptions& keys = {});

}  // namespace anemone
