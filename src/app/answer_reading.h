// What a server answers about scenarios and failures (docs/api.md, POST /whatif, POST /sweep), read back to
// be printed as our own.
//
// Unknown keys are passed over, missing ones are zero; an error when it is no such answer at all.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "scenario/sweep_report.h"
#include "scenario/what_if.h"

namespace anemone {

Result<std::vector<WhatIfAnswer>> read_whatif_answers(std::string_view text);
Result<SweepReport> read_sweep_answer(std::string_view text);

}  // namespace anemone
