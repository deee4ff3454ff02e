// The platform's counters in Prometheus' text format (exposition format 0.0.4), for /metrics.
#pragma once

#include <string>

#include "io/event_stream.h"
#include "io/http_server.h"
#include "server/answers.h"

namespace anemone {

// Names are anemone_<part>_<thing>_<unit>; losses carry their reason as a label.
std::string metrics_text(const Status& status);

// What the server itself did, and what it had to refuse or drop.
std::string http_metrics_text(const HttpServerCounters& http, const EventStream& events);

}  // namespace anemone
