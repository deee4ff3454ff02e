// What `anemone whatif` prints of an answer beside its JSON: a table for people, CSV.
#pragma once

#include <string>

#include "scenario/what_if.h"
#include "view/whatif_json.h"

namespace anemone {

std::string whatif_table(const WhatIfAnswer& answer, const BinName& bin, std::size_t rows_max);
std::string whatif_csv(const WhatIfAnswer& answer, const BinName& bin);
// Two scenarios beside each other, link by link.
std::string whatif_comparison(const WhatIfAnswer& one, const WhatIfAnswer& other, std::size_t rows_max);

}  // namespace anemone
