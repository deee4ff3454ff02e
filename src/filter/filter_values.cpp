#include "filter/filter_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace anemone {
namespace {

struct Scale {
  std::string_view unit;
  std::uint64_t factor;
};
constexpr std::array<Scale, 9> kCountScales = {{{"T", 1'000'000'000'000},
                                                {"G", 1'000'000'000},
                                                {"M", 1'000'000},
                                                {"k", 1'000},
                                                {"t", 1'000'000'000'000},
                                                {"g", 1'000'000'000},
                                                {"m", 1'000'000},
                                                {"K", 1'000},
                                                {"", 1}}};
constexpr std::array<Scale, 7> kTimeScales = {{{"s", 1'000'000},
                                               {"ms", 1'000},
                                               {"us", 1},
                                               {"m", 60'000'000},
                                               {"h", 3'600'000'000},
                                               {"d", 86'400'000'000},
                                               {"", 1'000}}};

std::span<const Scale> scales_of(const FilterWord& word) {
  if (word.values == FilterValues::kTimes) return kTimeScales;
  if (word.values == FilterValues::kCounts) return kCountScales;
  return std::span(kCountScales).last(1);
}

Error expected(const FilterWord& word, std::string_view found) {
  std::string what = "a number";
  if (word.values == FilterValues::kTimes) what = "a time as 50ms or 10s";
  if (word.values == FilterValues::kCounts) what = "a number as 500, 10k or 1M";
  if (word.values == FilterValues::kProtocols) what = "a protocol as tcp, or its number";
  if (word.values == FilterValues::kFlags) what = "TCP flags of FSRPAUEC";
  if (word.values == FilterValues::kDirections) what = "in or out";
  return {"expected " + what + " after " + std::string(word.word) + ", not '" + std::string(found) + "'"};
}

// Digits, perhaps with a decimal point, times a factor; nothing when it is none, or too large.
Result<std::uint64_t> scaled(std::string_view digits, std::uint64_t factor) {
  const Error bad{"no number"};
  if (digits.find('.') != std::string_view::npos) {
    const auto number = parse_double(digits);
    const double value = number.value_or(-1) * static_cast<double>(factor);
    if (value < 0 || value > 9e15) return bad;
    return static_cast<std::uint64_t>(std::llround(value));
  }
  const auto number = parse_u64(digits);
  if (!number || (factor > 1 && *number > FilterRange::kNoEnd / factor)) return bad;
  return *number * factor;
}

Result<std::uint64_t> parse_flags(std::string_view text) {
  std::uint64_t flags = 0;
  for (const char letter : text) {
    const std::size_t bit = kFilterFlags.find(letter);
    if (letter == 'X') {
      flags |= 0x3f;  // nfdump's: all six of the old ones
    } else if (bit == std::string_view::npos) {
      return Error{"no flags"};
    } else {
      flags |= 1U << bit;
    }
  }
  return flags;
}

Result<std::uint64_t> parse_named(const FilterWord& word, std::string_view text) {
  if (word.values == FilterValues::kFlags && text.find_first_of("0123456789") == std::string_view::npos) {
    return parse_flags(text);
  }
  if (word.values == FilterValues::kProtocols && filter_protocol_number(text) < 256) {
    return filter_protocol_number(text);
  }
  if (word.values == FilterValues::kDirections) {
    if (text == "in" || text == "ingress") return std::uint64_t{0};
    if (text == "out" || text == "egress") return std::uint64_t{1};
    return Error{"neither in nor out"};
  }
  if (!text.starts_with("0x") || text.size() > 10) return Error{"no number"};
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + 2, end, value, 16);
  if (read.ptr != end || text.size() == 2) return Error{"no number"};
  return value;
}

std::string print_number(const FilterWord& word, std::uint64_t value) {
  if (word.values == FilterValues::kDirections) return value == 0 ? "in" : "out";
  if (word.values == FilterValues::kProtocols && !filter_protocol_name(value).empty()) {
    return std::string(filter_protocol_name(value));
  }
  if (word.values == FilterValues::kFlags && value != 0) {
    std::string letters;
    for (std::size_t bit = 0; bit < kFilterFlags.size(); ++bit) {
      if ((value >> bit & 1) != 0) letters += kFilterFlags[bit];
    }
    return letters;
  }
  for (const Scale& scale : scales_of(word)) {
    if (value % scale.factor != 0) continue;
    if (value == 0 && word.values != FilterValues::kTimes) break;
    return std::to_string(value / scale.factor) + std::string(scale.unit);
  }
  return std::to_string(value);
}

}  // namespace

Result<std::uint64_t> parse_filter_number(const FilterWord& word, std::string_view text) {
  auto value = parse_named(word, text);
  if (!value && word.values != FilterValues::kDirections) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
    for (const Scale& scale : scales_of(word)) {
      if (text.substr(digits) == scale.unit) value = scaled(text.substr(0, digits), scale.factor);
    }
  }
  if (!value) return expected(word, text);
  if (*value > word.most) {
    return Error{"'" + std::string(text) + "' is more than a " + std::string(word.word) + " can be (" +
                 std::to_string(word.most) + ")"};
  }
  return value;
}

Result<FilterRange> parse_filter_range(const FilterWord& word, std::string_view text) {
  const bool may_range = word.values != FilterValues::kFlags && word.values != FilterValues::kDirections;
  const std::size_t dash = may_range ? text.find('-', 1) : std::string_view::npos;
  auto low = parse_filter_number(word, text.substr(0, dash));
  if (!low) return low.error();
  if (dash == std::string_view::npos) return FilterRange{*low, *low};
  auto high = parse_filter_number(word, text.substr(dash + 1));
  if (!high) return high.error();
  if (*low > *high) return Error{"a range that ends before it begins: '" + std::string(text) + "'"};
  return FilterRange{*low, *high};
}

Result<Prefix> parse_filter_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  std::string address(text.substr(0, slash));
  if (slash != std::string_view::npos && address.find(':') == std::string::npos) {
    // 10/8 and 172.16/12, as nfdump and operators write them.
    while (std::count(address.begin(), address.end(), '.') < 3) address += ".0";
  }
  const std::string whole =
      slash == std::string_view::npos ? address : address + std::string(text.substr(slash));
  auto prefix = parse_prefix(whole);
  if (!prefix)
    return Error{"expected an address or a network as 10.0.0.0/8, not '" + std::string(text) + "'"};
  return prefix;
}

std::string print_filter_range(const FilterWord& word, const FilterRange& range) {
  if (range.low == range.high) return print_number(word, range.low);
  if (range.high == word.most) return ">= " + print_number(word, range.low);
  if (range.low == 0) return "<= " + print_number(word, range.high);
  return print_number(word, range.low) + "-" + print_number(word, range.high);
}

}  // namespace anemone
