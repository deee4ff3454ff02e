// Small helpers for reading text: numbers that must be whole, words between blanks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace anemone {

// The words of `line` between blanks, tabs and carriage returns. Views into `line`.
std::vector<std::string_view> words(std::string_view line);

// The parts of `line` between `separator`s, empty ones kept. Views into `line`.
std::vector<std::string_view> split(std::string_view line, char separator);

// `text` without blanks at both ends.
std::string_view trim(std::string_view text);

// The whole of `text` as a number; an error that quotes it otherwise.
Result<double> parse_double(std::string_view text);
Result<std::uint64_t> parse_u64(std::string_view text);

// Reads "10 M", "10M", "2.5G", "8000": decimal multiples, as operators write bits per second.
Result<double> parse_si(std::string_view text);

// Writes 8120000 as "8.12 M": three significant digits and a decimal multiple.
std::string print_si(double value);

}  // namespace anemone
