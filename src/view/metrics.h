// The platform's counters in Prometheus' text format (exposition format 0.0.4), for /metrics.
#pragma once

#include <string>

#include "server/answers.h"

namespace anemone {

// Names are anemone_<part>_<thing>_<unit>; losses carry their reason as a label.
std::string metrics_text(const Status& status);

}  // namespace anemone
