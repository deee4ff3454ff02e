// How far each link's load may be off because the topology changed inside the bin.
//
// A record that spans a change is split by time, as if its bytes had come evenly. They need not have: any of
// those before the change may have been after it, or the other way round. What matters to a link is only what
// takes it on one side of the change more than on the other:
//
//   up    the most that may be there beside the load     bytes moved to where the link carries more of them
//   down  the most that may not be there of the load     bytes moved to where it carries less
//
// So a demand whose way did not change makes nothing uncertain, however much of it was split.
#pragma once

#include <span>
#include <string>
#include <unordered_map>

#include "history/routing_history.h"
#include "matrix/build_matrix.h"

namespace anemone {

// In bytes over the bin.
struct UncertainLoad {
  double up = 0;
  double down = 0;

  // Of the larger of the load and the truth, the most by which they can differ: 0 to 1.
  double share(double load_bytes) const;
};

// By the link's name; links of which nothing is uncertain are left out.
// REQUIRES: as many epochs as the matrix has parts, of which they are the topologies.
std::unordered_map<std::string, UncertainLoad> uncertain_loads(std::span<const Epoch> epochs,
                                                               const MeasuredMatrix& matrix);

}  // namespace anemone
