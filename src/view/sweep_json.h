// What a sweep over failures says, as JSON; and what is asked about failures (docs/api.md, POST /sweep).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "scenario/sweep_report.h"

namespace anemone {

std::string sweep_json(const SweepReport& report);

struct SweepQuestion {
  std::string scenario;  // text (scenario/scenario_text.h); may be empty
  FailureChoice failures = FailureChoice::kLinks;
  bool pairs = false;
};
Result<SweepQuestion> parse_sweep_question(std::string_view text);

}  // namespace anemone
