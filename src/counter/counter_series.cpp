#include "counter/counter_series.h"

#include <algorithm>
#include <cmath>

namespace anemone {
namespace {

constexpr std::uint64_t kHalf32 = std::uint64_t{1} << 31;
constexpr std::uint64_t kRange32 = std::uint64_t{1} << 32;
constexpr std::uint64_t kHalf64 = std::uint64_t{1} << 63;

std::uint64_t grown_by(std::uint64_t before, std::uint64_t after) {
  if (after < before && before < kRange32) return kRange32 - before + after;
  return after - before;  // over the end of 64 bits too
}

// Without what frames the packets, where that is known.
double bytes_between(const CounterReading& before, const CounterReading& after) {
  const auto bytes = static_cast<double>(grown_by(before.bytes, after.bytes));
  if (!before.packets || !after.packets) return bytes;
  if (step_between(*before.packets, *after.packets) == CounterStep::kReset) return bytes;
  const auto packets = static_cast<double>(grown_by(*before.packets, *after.packets));
  return std::max(0.0, bytes - kFrameBytes * packets);
}

// The error of a walk between two points that are known, in proportion (a Brownian bridge).
Duration guessed_of(Duration overlap, Duration step) {
  const double part = seconds(overlap) / seconds(step);
  return Duration{
      static_cast<std::int64_t>(static_cast<double>(step.count()) * 2 * std::sqrt(part * (1 - part)))};
}

bool is_before(const CounterReading& reading, Time time) { return reading.time < time; }

}  // namespace

CounterStep step_between(std::uint64_t before, std::uint64_t after) {
  if (after >= before) return CounterStep::kGrown;
  const std::uint64_t half = before < kRange32 ? kHalf32 : kHalf64;
  return grown_by(before, after) < half ? CounterStep::kWrapped : CounterStep::kReset;
}

void CounterSeries::count(const CounterReading& before, const CounterReading& after, int how_often) {
  const CounterStep step = step_between(before.bytes, after.bytes);
  const auto more = static_cast<std::uint64_t>(how_often);
  if (step == CounterStep::kWrapped) wraps_ += more;
  if (step == CounterStep::kReset) resets_ += more;
}

ReadingFate CounterSeries::add(const CounterReading& reading, std::size_t readings_max) {
  const auto at = std::lower_bound(readings_.begin(), readings_.end(), reading.time, is_before);
  if (at != readings_.end() && at->time == reading.time) {
    return at->bytes == reading.bytes ? ReadingFate::kRepeated : ReadingFate::kContradicts;
  }
  if (at == readings_.begin() && readings_.size() >= readings_max) return ReadingFate::kTooOld;
  const bool has_next = at != readings_.end();
  const bool has_previous = at != readings_.begin();
  if (has_previous && has_next) count(*std::prev(at), *at, -1);
  if (has_previous) count(*std::prev(at), reading, 1);
  if (has_next) count(reading, *at, 1);
  readings_.insert(at, reading);
  while (readings_.size() > readings_max) readings_.pop_front();
  return ReadingFate::kTaken;
}

CountedBytes CounterSeries::between(Time from, Time to, Duration gap_max, double most_bps) const {
  CountedBytes counted;
  counted.has_frames = false;
  auto after = std::upper_bound(readings_.begin(), readings_.end(), from,
                                [](Time time, const CounterReading& reading) { return time < reading.time; });
  if (after == readings_.begin() && after != readings_.end()) ++after;
  for (; after != readings_.end() && std::prev(after)->time < to; ++after) {
    const CounterReading& before = *std::prev(after);
    const Duration step = after->time - before.time;
    if (step > gap_max || step_between(before.bytes, after->bytes) == CounterStep::kReset) continue;
    const double bytes = bytes_between(before, *after);
    if (bytes * 8 > most_bps * seconds(step)) continue;
    const Duration overlap = std::min(to, after->time) - std::max(from, before.time);
    counted.bytes += bytes * (seconds(overlap) / seconds(step));
    counted.covered += overlap;
    counted.guessed = std::max(counted.guessed, guessed_of(overlap, step));
    counted.has_frames = counted.has_frames || !before.packets || !after->packets;
  }
  return counted;
}

}  // namespace anemone
