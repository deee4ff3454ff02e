// The network that a scenario makes of a network: a new Topology, in which routers that stay keep their ids.
//
// What routers would then announce is changed with it, so that routes are those that the real network would
// find: a failed link takes its subnet from both its routers, a failed router all that hangs on it, and area
// border routers summarise anew (area_summaries.h). Hosts whose gateway is gone use another router of their
// LAN, as with VRRP or two gateways.
#pragma once

#include "base/result.h"
#include "scenario/places.h"
#include "scenario/scenario.h"
#include "topology/topology.h"

namespace anemone {

struct ScenarioTopology {
  Topology topology;    // nodes of before have the same ids; new ones stand behind them
  PerLink<LinkId> was;  // of each of its links, the one before; not valid for new ones
};

// An error when something that the scenario names is not there.
Result<ScenarioTopology> topology_under(const Topology& before, const Scenario& scenario,
                                        const Places& places);

}  // namespace anemone
