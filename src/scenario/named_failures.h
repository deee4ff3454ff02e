// What is to fail, one after another: each link, each router, each site, or each group that a scenario names.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "load/failure_sweep.h"
#include "scenario/places.h"
#include "scenario/scenario.h"
#include "scenario/sweep_report.h"
#include "topology/topology.h"

namespace anemone {

// A link is called by the id of its first direction, the others by their names.
struct NamedFailures {
  std::vector<Failure> failures;
  std::vector<std::string> names;
};

// Of `topology` as it is; `scenario` names groups. An error when there are no such things.
Result<NamedFailures> list_failures(FailureChoice choice, const Topology& topology, const Scenario& scenario,
                                    const Places& places);

}  // namespace anemone
