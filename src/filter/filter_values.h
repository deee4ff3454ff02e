// One value of a test as text: numbers with their units, networks, flags. Inside of filter_text.cpp.
#pragma once

#include <string>
#include <string_view>

#include "filter/filter_words.h"

namespace anemone {

// Errors say what was expected, without a column.
Result<std::uint64_t> parse_filter_number(const FilterWord& word, std::string_view text);
// "80", "8000-8080". A protocol's name and flags are a range of one.
Result<FilterRange> parse_filter_range(const FilterWord& word, std::string_view text);
// "10.1.2.3", "10.0.0.0/8", "10/8", "2001:db8::/32".
Result<Prefix> parse_filter_prefix(std::string_view text);

std::string print_filter_range(const FilterWord& word, const FilterRange& range);

}  // namespace anemone
