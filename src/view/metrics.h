// The platform's counters in Prometheus' text format (exposition format 0.0.4), for /metrics.
#pragma once

#include <cstdint>
#include <string>

#include "io/event_stream.h"
#include "io/http_server.h"
#include "server/answers.h"

namespace anemone {

// Names are anemone_<part>_<thing>_<unit>; losses carry their reason as a label.
std::string metrics_text(const Status& status);

void append_counter(std::string& text, const char* name, const char* help, std::uint64_t value);
void append_gauge(std::string& text, const char* name, const char* help, double value);

// What the server itself did, and what it had to refuse or drop.
std::string http_metrics_text(const HttpServerCounters& http, const EventStream& events);

}  // namespace anemone
