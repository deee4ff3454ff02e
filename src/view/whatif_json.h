// What a scenario would do, as JSON; and what is asked about scenarios (docs/api.md, POST /whatif).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "scenario/what_if.h"
#include "server/platform.h"

namespace anemone {

// The links that change most in utilisation or, where no capacity is known, in load; those that are gone or
// overloaded first.
std::vector<const LinkOutcome*> by_change(const WhatIfAnswer& answer);

std::string whatif_json(const WhatIfAnswer& answer, const BinName& bin);
std::string whatif_answers_json(const std::vector<WhatIfAnswer>& answers);

std::string bound_json(const BoundAnswer& answer);

// Texts of scenarios (scenario/scenario_text.h).
struct WhatIfWish {
  std::string scenario;
  std::optional<std::string> against;
};
Result<WhatIfWish> parse_whatif_wish(std::string_view text);

}  // namespace anemone
