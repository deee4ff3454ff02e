// What bound and optimize are asked for in the same words: how long, how good is what, which matrices.
#pragma once

#include <string>
#include <vector>

#include "app/arguments.h"
#include "base/result.h"
#include "matrix/traffic_matrix.h"
#include "plan/flow_goal.h"
#include "topology/topology.h"

namespace anemone {

struct PlanOptions {
  std::string time;
  std::string objective = "utilisation";

  // Declares --time (and --seconds, which is the same) and --objective.
  void declare(Arguments& arguments);
  FlowGoal goal() const;
  // "5s", "2m", "5": seconds.
  Result<double> seconds() const;
};

// Each file's matrix. The error names the file.
Result<std::vector<TrafficMatrix>> read_matrices(const std::vector<std::string>& files,
                                                 const Topology& topology);

// A part of the whole as a person reads it: "38.2%".
std::string print_share(double share);

}  // namespace anemone
