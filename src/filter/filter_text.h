// Filters as text, in the words of nfdump and more (docs/flow-definitions.md has the language).
//
//   filter  = part { "or" part }            part = piece { "and" piece }
//   piece   = "not" piece | "(" filter ")" | "any" | "ipv4" | "ipv6" | test
//   test    = [ "inner" | "outer" ] [ "src" | "dst" ] word values
//   values  = value { "," value } | "in" "[" value ... "]" | ( "<" | "<=" | ">" | ">=" | "=" | "!=" ) value
//
// What print_filter() prints, parse_filter() reads as the same tree.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "filter/filter.h"

namespace anemone {

struct FilterLimits {
  std::size_t length = 4096;  // bytes of text
  std::size_t depth = 64;     // of brackets and nots
};

// The error says where and what would have been right: "column 10: expected a port, not 'http'". Columns
// count bytes from 1. An empty text is everything.
Result<Filter> parse_filter(std::string_view text, const FilterLimits& limits = {});

std::string print_filter(const Filter& filter);

// "column 10: not here: ...", for whoever understands a test but cannot answer it.
Error not_here(const FilterTest& test, std::string_view why);

}  // namespace anemone
