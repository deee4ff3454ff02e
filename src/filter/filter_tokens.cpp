#include "filter/filter_tokens.h"

#include <algorithm>
#include <array>

namespace anemone {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::string_view kEndsWord = " \t\r\n()[],\"'<>=!&|;";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// One or two characters that are no word; empty when there are none at `at`.
std::string_view sign_at(std::string_view text) {
  constexpr std::array<std::string_view, 15> kSigns = {"<=", ">=", "!=", "==", "&&", "||", "(", ")",
                                                       "[",  "]",  ",",  "<",  ">",  "=",  "!"};
  for (const std::string_view sign : kSigns) {
    if (text.starts_with(sign)) return sign;
  }
  return {};
}

// The inside of the quotes that `text` begins with, and how long it is with them; 0 when they are not closed.
std::size_t read_quoted(std::string_view text, std::string& inside) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == text[0]) return i + 1;
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    inside += text[i];
  }
  return 0;
}

// What is written with signs and means a word.
std::string plain(std::string_view sign) {
  if (sign == "&&") return "and";
  if (sign == "||") return "or";
  if (sign == "!") return "not";
  if (sign == "==") return "=";
  return std::string(sign);
}

}  // namespace

std::string FilterToken::shown() const { return kind == Kind::kEnd ? "the end" : "'" + text + "'"; }

Error error_at(std::uint32_t column, std::string_view message) {
  return {"column " + std::to_string(column) + ": " + std::string(message)};
}

Result<std::vector<FilterToken>> filter_tokens(std::string_view text) {
  std::vector<FilterToken> tokens;
  for (std::size_t at = text.find_first_not_of(kBlank); at < text.size();
       at = text.find_first_not_of(kBlank, at)) {
    FilterToken token{FilterToken::Kind::kWord, "", static_cast<std::uint32_t>(at + 1)};
    const std::string_view rest = text.substr(at);
    if (rest[0] == '"' || rest[0] == '\'') {
      token.kind = FilterToken::Kind::kQuoted;
      const std::size_t length = read_quoted(rest, token.text);
      if (length == 0) return error_at(token.column, "a quote that is never closed");
      at += length;
    } else if (const std::string_view sign = sign_at(rest); !sign.empty()) {
      token.kind = FilterToken::Kind::kSign;
      token.text = plain(sign);
      at += sign.size();
    } else {
      const std::string_view word = rest.substr(0, rest.find_first_of(kEndsWord));
      if (word.empty() || std::any_of(word.begin(), word.end(), is_control)) {
        return error_at(token.column, "a character that has no meaning here; names may stand in quotes");
      }
      token.text = word;
      at += word.size();
    }
    tokens.push_back(std::move(token));
  }
  tokens.push_back({FilterToken::Kind::kEnd, "", static_cast<std::uint32_t>(text.size() + 1)});
  return tokens;
}

std::string quoted_if_needed(std::string_view text) {
  constexpr std::array<std::string_view, 4> kReserved = {"and", "or", "not", "in"};
  const bool digits = text.find_first_not_of("0123456789-") == std::string_view::npos;
  const bool odd = text.find_first_of(kEndsWord) != std::string_view::npos ||
                   std::any_of(text.begin(), text.end(), is_control) ||
                   std::find(kReserved.begin(), kReserved.end(), text) != kReserved.end();
  if (!digits && !odd) return std::string(text);  // digits alone would be numbers
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace anemone
