// What `anemone coverage` prints: of an answer in the shape of GET /coverage (docs/api.md), whoever worked it
// out.
#pragma once

#include <string>

namespace anemone {

// `format`: "table", "csv" (the hosts), "json" (the answer as it is). The exit code.
int print_coverage(const std::string& answer, const std::string& format);

}  // namespace anemone
