// What `anemone sweep` prints for people: the worst of every link, every failure, the weak points of the
// network.
#pragma once

#include <string>

#include "scenario/sweep_report.h"

namespace anemone {

// `rows_max` of each list.
std::string sweep_table(const SweepReport& report, std::size_t rows_max);

}  // namespace anemone
