// What is said of coverage over time as JSON, in the shape of docs/api.md.
#pragma once

#include <string>

#include "server/coverage_report.h"

namespace anemone {

std::string coverage_json(const CoverageReport& report);

}  // namespace anemone
