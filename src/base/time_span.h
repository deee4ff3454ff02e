// A TimeSpan is a stretch of time: from `from` on, up to `to` and without it.
#pragma once

#include "base/time.h"

namespace anemone {

struct TimeSpan {
  Time from{};
  Time to{};
  bool operator==(const TimeSpan&) const = default;
};

}  // namespace anemone
