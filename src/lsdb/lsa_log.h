// The LsaLog is everything that was heard of the routing protocol, in the order in which it was heard.
//
// Every instance is kept, also the copies that other vantage points heard: who heard what when is worth
// knowing. Several captures or log files, of several links and areas, are one log once sorted by time. Marks
// say when a vantage point was listening at all: without them silence and deafness look the same.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lsdb/heard_lsa.h"

namespace anemone {

enum class VantageMarkKind : std::uint8_t {
  kStarted = 1,  // it listens from here on
  kStopped = 2,  // it was ended in good order
  kLost = 3,     // it could not take `count` packets
  kAlive = 4,    // it listens and nothing came: written now and then
};
// How often a listener that hears nothing says that it is alive, and the silence after which it is taken as
// gone.
constexpr Duration kAliveEvery = 10s;
constexpr Duration kSilence = 3 * kAliveEvery;
const char* print_mark_kind(VantageMarkKind kind);  // "started"

struct VantageMark {
  Time time{};
  std::uint16_t vantage = 0;
  VantageMarkKind kind{};
  std::uint64_t count = 0;
  bool operator==(const VantageMark&) const = default;
};

struct LsaLog {
  std::vector<std::string> vantages;  // names of the listeners
  std::vector<HeardLsa> entries;
  std::vector<VantageMark> marks;

  // The index of the vantage point of that name, new if need be.
  std::uint16_t vantage(const std::string& name);
  // Brings entries and marks into the order of their times; equal times keep theirs.
  void sort();
  // Appends another log; vantage points of the same name are the same.
  void add(const LsaLog& other);
};

}  // namespace anemone
