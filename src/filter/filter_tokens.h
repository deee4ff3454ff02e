// The words of a filter's text, each with its column. Inside of filter_text.cpp and flow definitions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace anemone {

struct FilterToken {
  enum class Kind : std::uint8_t { kWord, kQuoted, kSign, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;          // without the quotes
  std::uint32_t column = 1;  // from 1

  bool is(std::string_view word) const {
    return (kind == Kind::kWord || kind == Kind::kSign) && text == word;
  }
  // As a message quotes it: "'http'", "the end".
  std::string shown() const;
};

// Ends with a kEnd. An error when a quote is never closed or a character has no business here.
Result<std::vector<FilterToken>> filter_tokens(std::string_view text);

// "column N: MESSAGE".
Error error_at(std::uint32_t column, std::string_view message);

// `text` as one token: in quotes when it would not be read as one word.
std::string quoted_if_needed(std::string_view text);

}  // namespace anemone
