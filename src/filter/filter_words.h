// The words of the filter language: what each means, what may stand behind it. Parser, printer and completion
// read the same table.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "filter/filter.h"

namespace anemone {

enum class FilterValues : std::uint8_t {
  kPrefixes,
  kNumbers,
  kCounts,  // numbers that may have k, M, G, T behind them: thousands, not 1024s
  kTimes,   // numbers with us, ms, s, m, h, d; milliseconds without
  kProtocols,
  kFlags,
  kDirections,
  kNames,
  kNamesOrNumbers,
};

struct FilterWord {
  std::string_view word;    // as it is printed; "via router" is two
  std::string_view others;  // what else is taken for it, between blanks
  FilterField field;
  FilterValues values;
  bool has_ends;       // may follow src or dst
  std::uint64_t most;  // the largest number that it can have
  std::string_view help;
};

// One row for each field, in the order of FilterField.
std::span<const FilterWord> filter_words();
const FilterWord& word_of(FilterField field);
// Null when no field is called so. Only the last word counts of "via router".
const FilterWord* find_filter_word(std::string_view word);

// "tcp"; empty where a protocol has no name here.
std::string_view filter_protocol_name(std::uint64_t protocol);
// 256 when no protocol is called so.
std::uint64_t filter_protocol_number(std::string_view name);

// The letters of TCP's flags from the lowest bit on.
constexpr std::string_view kFilterFlags = "FSRPAUEC";

}  // namespace anemone
