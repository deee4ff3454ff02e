// A traffic matrix from a file: the demands of Anemone's text, REPETITA `.demands` or SNDlib, their names
// found in a topology.
#pragma once

#include <string>

#include "base/result.h"
#include "matrix/traffic_matrix.h"
#include "topology/network_file.h"

namespace anemone {

// Finds the ends of the demands: a node by name (or router id), a destination also as a prefix of the
// topology; by index where the file counts nodes. In a topology of several areas a destination router
// becomes its own prefix, so that traffic goes as the protocol says. The error says line and name.
Result<TrafficMatrix> resolve_demands(const NetworkFile& file, const Topology& topology);

// The error begins with the file's name. A file without a place for demands is refused;
// a matrix that is empty (a measured bin in which nothing was seen) is not.
Result<TrafficMatrix> read_matrix_file(const std::string& path, const Topology& topology);

}  // namespace anemone
