// REPETITA's files (Gay, Schaus, Vissicchio 2017): a `.graph` holds nodes and directed edges with weight,
// capacity in kbit/s and delay in microseconds (read as the metric for traffic engineering), a `.demands`
// holds kbit/s between nodes counted from 0.
//
//   NODES 2                              DEMANDS 1
//   label x y                            label src dest bw
//   a -74.0 40.7                         demand_0 0 1 300632
//   b -87.6 41.8
//
//   EDGES 2
//   label src dest weight bw delay
//   edge_0 0 1 10 9953280 1913
//   edge_1 1 0 10 9953280 1913
#pragma once

#include <string_view>

#include "base/result.h"
#include "topology/network_file.h"

namespace anemone {

// The error says line and reason.
Result<NetworkFile> parse_repetita_graph(std::string_view text);
// Only demands, by index.
Result<NetworkFile> parse_repetita_demands(std::string_view text);

}  // namespace anemone
