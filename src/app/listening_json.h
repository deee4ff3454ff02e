// The listening report (lsdb/vantage_health.h) as JSON text: "vantages" and "areas" of topology and events.
#pragma once

#include <string>

#include "lsdb/vantage_health.h"

namespace anemone {

// {"vantages":[...],"areas":[...]}
std::string listening_json(const ListeningReport& report);

}  // namespace anemone
