// What a server answers about failures (docs/api.md, POST /sweep), read back to be printed as our own.
#pragma once

#include <string_view>

#include "base/result.h"
#include "scenario/sweep_report.h"

namespace anemone {

// Unknown keys are passed over, missing ones are zero; an error when it is no such answer at all.
Result<SweepReport> read_sweep_answer(std::string_view text);

}  // namespace anemone
