// What happened to the listeners, as events among those of the network: who heard nothing, lost packets, or
// came late, must be known to whoever reads what happened.
#pragma once

#include <vector>

#include "history/routing_event.h"
#include "lsdb/vantage_health.h"

namespace anemone {

// Of kind "listening"; nothing for vantage points that listened from beginning to end and heard all.
std::vector<RoutingEvent> listening_events(const ListeningReport& report);

}  // namespace anemone
