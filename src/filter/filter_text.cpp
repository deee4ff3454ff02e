#include "filter/filter_text.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "filter/filter_tokens.h"
#include "filter/filter_values.h"
#include "filter/filter_words.h"

namespace anemone {
namespace {

using Kind = FilterToken::Kind;

bool is_comparison(const FilterToken& token) {
  return token.kind == Kind::kSign && (token.text == "<" || token.text == "<=" || token.text == ">" ||
                                       token.text == ">=" || token.text == "=" || token.text == "!=");
}

bool is_numeric(const FilterWord& word) {
  return word.values != FilterValues::kPrefixes && word.values != FilterValues::kNames;
}

class FilterParser {
 public:
  FilterParser(std::vector<FilterToken> tokens, const FilterLimits& limits)
      : tokens_(std::move(tokens)), limits_(limits) {}

  Result<Filter> whole() {
    if (now().kind == Kind::kEnd) return Filter{};
    auto filter = any_of_parts();
    if (!filter) return filter;
    if (now().kind != Kind::kEnd) return wrong("'and', 'or' or the end");
    return filter;
  }

 private:
  const FilterToken& now() const { return tokens_[at_]; }
  const FilterToken& next() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  void step() { at_ = std::min(at_ + 1, tokens_.size() - 1); }
  bool take(std::string_view word) {
    if (!now().is(word)) return false;
    step();
    return true;
  }
  Error wrong(std::string_view expected) const {
    return error_at(now().column, "expected " + std::string(expected) + ", not " + now().shown());
  }

  Result<Filter> any_of_parts() {
    std::vector<Filter> parts;
    do {
      auto part = all_of_pieces();
      if (!part) return part;
      parts.push_back(std::move(*part));
    } while (take("or"));
    return any_of(std::move(parts));
  }

  Result<Filter> all_of_pieces() {
    std::vector<Filter> parts;
    do {
      auto part = piece();
      if (!part) return part;
      parts.push_back(std::move(*part));
    } while (take("and"));
    return all_of(std::move(parts));
  }

  Result<Filter> piece() {
    if (depth_ >= limits_.depth) return error_at(now().column, "nested too deep");
    ++depth_;
    auto filter = one_piece();
    --depth_;
    return filter;
  }

  Result<Filter> one_piece() {
    if (take("not")) {
      auto part = piece();
      if (!part) return part;
      return none_of(std::move(*part));
    }
    if (take("(")) {
      auto inside = any_of_parts();
      if (!inside) return inside;
      if (!take(")")) return wrong("')'");
      return inside;
    }
    if (take("any")) return Filter{};
    if (now().is("ipv4") || now().is("ipv6") || now().is("inet") || now().is("inet6")) return family();
    return test();
  }

  // "ipv4" and "ipv6" are networks that hold all of their addresses.
  Result<Filter> family() {
    FilterTest test;
    test.column.value = now().column;
    const bool v4 = now().text == "ipv4" || now().text == "inet";
    step();
    test.prefixes = {Prefix(IpAddress(Ipv4{}), 0)};
    Filter filter = filter_of(std::move(test));
    return v4 ? filter : none_of(std::move(filter));
  }

  Result<Filter> test() {
    FilterTest test;
    test.column.value = now().column;
    if (take("inner")) test.layer = FilterLayer::kInner;
    if (test.layer == FilterLayer::kAny && take("outer")) test.layer = FilterLayer::kOuter;
    const bool dst = now().is("dst");
    bool both = false;
    if (now().is("src") || dst) {
      step();
      test.end = dst ? FilterEnd::kDst : FilterEnd::kSrc;
      const std::string_view other = dst ? "src" : "dst";
      if ((now().is("or") || now().is("and")) && next().is(other)) {  // nfdump's "src or dst port 53"
        both = now().is("and");
        test.end = both ? FilterEnd::kSrc : FilterEnd::kEither;
        step();
        step();
      }
    }
    auto filter = values_of(std::move(test));
    if (!filter || !both) return filter;
    Filter to = *filter;
    (to.kind == Filter::Kind::kNot ? to.parts[0] : to).test.end = FilterEnd::kDst;
    return all_of({std::move(*filter), std::move(to)});
  }

  // The word and what stands behind it.
  Result<Filter> values_of(FilterTest test) {
    if (now().is("via") || now().is("over")) {
      const std::string_view wanted = now().is("via") ? "router" : "link";
      step();
      if (!now().is(wanted)) return wrong("'" + std::string(wanted) + "'");
    }
    const FilterWord* word = now().kind == Kind::kWord ? find_filter_word(now().text) : nullptr;
    // An address where a word should be is an address: `src 10.0.0.1`.
    const bool bare = word == nullptr && test.end != FilterEnd::kEither && now().kind == Kind::kWord &&
                      parse_filter_prefix(now().text).has_value();
    if (bare) word = &word_of(FilterField::kAddress);
    if (word == nullptr) return wrong("a word as net, port, proto or process");
    if (test.end != FilterEnd::kEither && !word->has_ends) {
      return error_at(now().column, "'" + std::string(word->word) + "' has no src and dst");
    }
    test.field = word->field;
    if (!bare) step();
    bool negated = false;
    if (auto read = list(*word, test, negated); !read) return read.error();
    Filter filter = filter_of(std::move(test));
    return negated ? none_of(std::move(filter)) : filter;
  }

  Result<void> list(const FilterWord& word, FilterTest& test, bool& negated) {
    if (now().is("!=")) {
      negated = true;
      step();
      return value(word, test);
    }
    if (now().is("in") && next().is("[")) {
      step();
      step();
      do {
        take(",");
        if (auto read = value(word, test); !read) return read;
      } while (now().kind != Kind::kEnd && !now().is("]"));
      if (!take("]")) return wrong("']'");
      return {};
    }
    do {
      if (auto read = value(word, test); !read) return read;
    } while (take(","));
    return {};
  }

  Result<void> value(const FilterWord& word, FilterTest& test) {
    std::string sign = "=";
    if (is_comparison(now())) {
      sign = now().text;
      if (sign == "!=" || (sign != "=" && !is_numeric(word))) return wrong("a value");
      step();
    }
    const FilterToken& token = now();
    const bool word_of_direction = word.values == FilterValues::kDirections && token.is("in");
    if (token.kind == Kind::kEnd || token.kind == Kind::kSign ||
        (token.kind == Kind::kWord && !word_of_direction &&
         (token.is("and") || token.is("or") || token.is("not") || token.is("in")))) {
      return wrong("a value for " + std::string(word.word));
    }
    const std::uint32_t column = token.column;
    auto read = read_value(word, token, sign, test);
    if (!read) return error_at(column, read.error().message);
    step();
    return {};
  }

  static Result<void> read_value(const FilterWord& word, const FilterToken& token, const std::string& sign,
                                 FilterTest& test) {
    const bool digits = token.text.find_first_not_of("0123456789-") == std::string::npos;
    if (word.values == FilterValues::kNames || (word.values == FilterValues::kNamesOrNumbers && sign == "=" &&
                                                (token.kind == Kind::kQuoted || !digits))) {
      test.names.push_back(token.text);
      return {};
    }
    if (word.values == FilterValues::kPrefixes) {
      auto prefix = parse_filter_prefix(token.text);
      if (!prefix) return prefix.error();
      test.prefixes.push_back(*prefix);
      return {};
    }
    auto range = parse_filter_range(word, token.text);
    if (!range) return range.error();
    if (sign != "=") {
      auto compared = compare(word, *range, sign);
      if (!compared) return compared.error();
      range = compared;
    }
    test.ranges.push_back(*range);
    return {};
  }

  static Result<FilterRange> compare(const FilterWord& word, const FilterRange& range,
                                     const std::string& sign) {
    const Error never{"no " + std::string(word.word) + " is " + sign + " that"};
    if (word.values == FilterValues::kFlags || word.values == FilterValues::kDirections ||
        range.low != range.high) {
      return Error{"'" + sign + "' wants one number"};
    }
    if (sign == ">=") return FilterRange{range.low, word.most};
    if (sign == "<=") return FilterRange{0, range.high};
    if (sign == ">" && range.low == word.most) return never;
    if (sign == ">") return FilterRange{range.low + 1, word.most};
    if (range.low == 0) return never;
    return FilterRange{0, range.high - 1};
  }

  std::vector<FilterToken> tokens_;
  FilterLimits limits_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

std::string print_test(const FilterTest& test) {
  const FilterWord& word = word_of(test.field);
  std::string text;
  if (test.layer == FilterLayer::kInner) text += "inner ";
  if (test.layer == FilterLayer::kOuter) text += "outer ";
  if (test.end == FilterEnd::kSrc) text += "src ";
  if (test.end == FilterEnd::kDst) text += "dst ";
  const bool hosts =
      !test.prefixes.empty() && std::all_of(test.prefixes.begin(), test.prefixes.end(),
                                            [](const Prefix& prefix) { return prefix.bits128() == 128; });
  text += hosts ? "ip" : word.word;
  std::string_view between = " ";
  const auto put = [&](std::string_view value) {
    text += between;
    text += value;
    between = ",";
  };
  for (const Prefix& prefix : test.prefixes)
    put(hosts ? print_address(prefix.address()) : print_prefix(prefix));
  for (const FilterRange& range : test.ranges) put(print_filter_range(word, range));
  for (const std::string& name : test.names) put(quoted_if_needed(name));
  return text;
}

void print(const Filter& filter, std::string& text);

void print_in_brackets(const Filter& filter, bool brackets, std::string& text) {
  if (brackets) text += '(';
  print(filter, text);
  if (brackets) text += ')';
}

void print(const Filter& filter, std::string& text) {
  switch (filter.kind) {
    case Filter::Kind::kEverything:
      text += "any";
      return;
    case Filter::Kind::kTest:
      text += print_test(filter.test);
      return;
    case Filter::Kind::kNot:
      text += "not ";
      print_in_brackets(filter.parts[0], filter.parts[0].parts.size() > 1, text);
      return;
    case Filter::Kind::kAnd:
    case Filter::Kind::kOr:
      for (std::size_t i = 0; i < filter.parts.size(); ++i) {
        if (i > 0) text += filter.kind == Filter::Kind::kAnd ? " and " : " or ";
        print_in_brackets(filter.parts[i],
                          filter.kind == Filter::Kind::kAnd && filter.parts[i].kind == Filter::Kind::kOr,
                          text);
      }
  }
}

}  // namespace

Result<Filter> parse_filter(std::string_view text, const FilterLimits& limits) {
  if (text.size() > limits.length) {
    return Error{"a filter of " + std::to_string(text.size()) + " bytes; at most " +
                 std::to_string(limits.length)};
  }
  auto tokens = filter_tokens(text);
  if (!tokens) return tokens.error();
  return FilterParser(std::move(*tokens), limits).whole();
}

std::string print_filter(const Filter& filter) {
  std::string text;
  print(filter, text);
  return text;
}

Error not_here(const FilterTest& test, std::string_view why) {
  const std::string what = "not here: '" + print_test(test) + "': " + std::string(why);
  return test.column.value > 0 ? error_at(test.column.value, what) : Error{what};
}

}  // namespace anemone
