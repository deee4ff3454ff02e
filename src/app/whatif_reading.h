// What a server answers about scenarios (docs/api.md, POST /whatif), read back to be printed as our own.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "scenario/what_if.h"

namespace anemone {

// Unknown keys are passed over, missing ones are zero; an error when it is no such answer at all.
Result<std::vector<WhatIfAnswer>> read_whatif_answers(std::string_view text);

}  // namespace anemone
