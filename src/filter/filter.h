// A Filter is a choice of traffic, as a tree of plain values: `src net 10.0.0.0/8 and not process nginx`.
//
// It says what is asked, not how it is found out: an agent compiles it over micro-flows (flow/flow_filter.h),
// a store turns it into SQL (filter/sql.h), the console completes it (filter/filter_words.h), and each
// refuses what it cannot know with the column. As text it is read and printed by filter/filter_text.h.
//
// Trees made by all_of() and any_of() are flat (no "and" straight in an "and"), so that two that say the same
// in the same order are equal, and a printed tree read again is the same tree.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "net/prefix.h"

namespace anemone {

enum class FilterField : std::uint8_t {
  kAddress,
  kPort,
  kProtocol,
  kTos,
  kFlags,
  kPackets,
  kBytes,
  kDuration,  // microseconds
  kRtt,       // microseconds; holds only where it is known
  kRetransmits,
  kDirection,  // 0 in, 1 out, as IPFIX has it
  kInterface,
  kPid,
  kProcess,
  kExecutable,
  kUser,
  kUnit,
  kContainer,
  kApplication,
  kTunnel,
  // What only a store with routing knows.
  kObserver,
  kRouter,
  kLink,
  kSite,
  kArea,
};

enum class FilterEnd : std::uint8_t { kEither, kSrc, kDst };

// kInner: the flow is carried by a tunnel, and the test holds for it. kOuter: the test holds for what carries
// it.
enum class FilterLayer : std::uint8_t { kAny, kInner, kOuter };

struct FilterRange {
  static constexpr std::uint64_t kNoEnd = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t low = 0;
  std::uint64_t high = kNoEnd;  // included

  bool contains(std::uint64_t value) const { return value >= low && value <= high; }
  bool operator==(const FilterRange&) const = default;
};

// Where in the text it stood, from 1; 0 = it has no text. Not part of what a filter says: any two are equal.
struct FilterColumn {
  std::uint32_t value = 0;
  bool operator==(const FilterColumn&) const { return true; }
};

// Holds when any one of its values does. Which kind of values it has depends on the field; an interface has
// names, numbers or both. Names are globs: * is any text, ? any one character. Flags are ranges of one value
// each, a mask.
struct FilterTest {
  FilterField field = FilterField::kAddress;
  FilterEnd end = FilterEnd::kEither;
  FilterLayer layer = FilterLayer::kAny;
  std::vector<Prefix> prefixes;
  std::vector<FilterRange> ranges;
  std::vector<std::string> names;
  FilterColumn column;

  bool operator==(const FilterTest&) const = default;
};

struct Filter {
  enum class Kind : std::uint8_t { kEverything, kTest, kNot, kAnd, kOr };

  Kind kind = Kind::kEverything;
  FilterTest test;            // of kTest
  std::vector<Filter> parts;  // one of kNot, two or more of kAnd and kOr

  bool is_everything() const { return kind == Kind::kEverything; }
  bool operator==(const Filter&) const = default;
};

Filter filter_of(FilterTest test);
Filter none_of(Filter part);
// Of no parts: everything. Of one: that one. REQUIRES of any_of: at least one part.
Filter all_of(std::vector<Filter> parts);
Filter any_of(std::vector<Filter> parts);

// The tests of a tree in the order of the text.
std::vector<const FilterTest*> tests_of(const Filter& filter);

// Whether `text` matches a glob of * and ?.
bool glob_matches(const std::string& glob, const std::string& text);

}  // namespace anemone
