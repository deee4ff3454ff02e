// Time: the one clock type, microseconds UTC since 1970. Durations are std::chrono's.
//
// Only io reads a real clock; everybody else is handed a Time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace anemone {

using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;
using namespace std::chrono_literals;  // NOLINT: 15s and 100ms everywhere

constexpr std::int64_t micros(Time time) { return time.time_since_epoch().count(); }
constexpr Time time_from_micros(std::int64_t us) { return Time{Duration{us}}; }
constexpr double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

// The start of the slice of `length` that holds `time`; slices are aligned to 1970-01-01T00:00Z.
// REQUIRES: length > 0.
Time slice_start(Time time, Duration length);

// RFC 3339 in UTC, microseconds when there are any: "2026-11-22T23:01:10.123456Z".
std::string print_time(Time time);

// Reads RFC 3339 (with "Z" or an offset), or Unix seconds with an optional fraction.
Result<Time> parse_time(std::string_view text);

// Reads "10s", "250ms", "5m", "2h", "1d".
Result<Duration> parse_duration(std::string_view text);

}  // namespace anemone
