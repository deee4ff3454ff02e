// Interface counters over HTTP: GET and PUT /api/v1/counters.
#pragma once

#include <string>
#include <vector>

#include "view/api.h"

namespace anemone {

// Both must outlive what it answers with; `platform` uses `counters`.
std::vector<ApiEndpoint> counter_endpoints(const Platform& platform, LinkCounters& counters);
std::string counter_metrics_text(const LinkCounters& counters);

}  // namespace anemone
