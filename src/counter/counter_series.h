// A CounterSeries is one interface's octet counter as it was read, now and then: what went over the
// interface in any stretch of time is the difference of two readings, by a straight line between them.
//
// A reading that is less than the one before it is a wrap or a reset (RFC 2863, section 3.1.6, does not tell
// them apart). It is taken for a wrap where the way over the end of 32 bits, or of 64, is less than half
// of that range; else it is a reset, and nothing is known of the time between. A step of more than a link can
// carry is nothing that was counted either: the caller says how much that is.
#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <optional>

#include "base/time.h"

namespace anemone {

// Octets since whenever the counter began. Packets, where they are told, let what frames them be taken off
// (kFrameBytes each): flows, and so loads of links, are counted without.
struct CounterReading {
  Time time{};
  std::uint64_t bytes = 0;
  std::optional<std::uint64_t> packets;
};

constexpr double kFrameBytes = 14;  // an Ethernet header

enum class ReadingFate : std::uint8_t {
  kTaken,
  kRepeated,     // it was there already
  kContradicts,  // another one of the same instant was there already; that one stays
  kTooOld,       // before all that is kept, and there is no room for it
  kTooMany,      // of a counter for which there is no room (link_counters.h)
};

enum class CounterStep : std::uint8_t { kGrown, kWrapped, kReset };

// What happened between two readings, the first before the second.
CounterStep step_between(std::uint64_t before, std::uint64_t after);

struct CountedBytes {
  double bytes = 0;    // IP, where packets were told; else with what frames them
  Duration covered{};  // of the stretch that was asked for
  // How long a straight line stands for what is not told: the longest time between two readings with an end
  // of the stretch in their middle, less where that is near one of them; none where both ends were read.
  Duration guessed{};
  bool has_frames = true;  // packets were not told: of some of it at least
};

class CounterSeries {
 public:
  // At most `readings_max`, of which the oldest are forgotten. In any order.
  ReadingFate add(const CounterReading& reading, std::size_t readings_max);

  // What was counted in [from, to). Between two readings that are further apart than `gap_max`, or of which
  // the difference is more than `most_bps`, nothing is known.
  CountedBytes between(Time from, Time to, Duration gap_max,
                       double most_bps = std::numeric_limits<double>::infinity()) const;

  // REQUIRES: size() > 0.
  const CounterReading& oldest() const { return readings_.front(); }
  const CounterReading& newest() const { return readings_.back(); }
  std::size_t size() const { return readings_.size(); }
  std::uint64_t wraps() const { return wraps_; }
  std::uint64_t resets() const { return resets_; }

 private:
  void count(const CounterReading& before, const CounterReading& after, int how_often);

  std::deque<CounterReading> readings_;  // by time, none of a time twice
  std::uint64_t wraps_ = 0;
  std::uint64_t resets_ = 0;
};

}  // namespace anemone
