#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "filter/filter_text.h"
#include "filter/filter_tokens.h"
#include "flow/flow_definition.h"

namespace anemone {
namespace {

constexpr std::size_t kTextMax = 8192;
constexpr std::size_t kNameMax = 64;
constexpr Duration kCutMax = 24h;
constexpr Duration kCutMin = 1ms;

constexpr std::array<std::string_view, kKeyFields> kFieldNames = {
    "src", "dst",     "sport",      "dport", "proto", "tos",       "direction", "interface",
    "pid", "process", "executable", "user",  "unit",  "container", "app",       "tunnel"};

struct Clause {
  std::string_view word;
  std::string_view text;     // behind the word
  std::uint32_t column = 1;  // of the word
  std::uint32_t text_column = 1;
};

// Where the clause that begins at `at` ends: at a semicolon that stands in no quotes.
std::size_t clause_end(std::string_view text, std::size_t at) {
  char quote = 0;
  for (; at < text.size(); ++at) {
    if (quote != 0 && text[at] == '\\') {
      ++at;
    } else if (quote != 0) {
      if (text[at] == quote) quote = 0;
    } else if (text[at] == '"' || text[at] == '\'') {
      quote = text[at];
    } else if (text[at] == ';') {
      return at;
    }
  }
  return text.size();
}

std::vector<Clause> clauses_of(std::string_view text) {
  std::vector<Clause> clauses;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = clause_end(text, at);
    const std::string_view clause = text.substr(at, end - at);
    const auto first = words(clause);
    if (!first.empty()) {
      const auto word_at = static_cast<std::size_t>(first[0].data() - text.data());
      const std::size_t rest_at = word_at + first[0].size();
      std::size_t text_at = text.find_first_not_of(" \t\r\n", rest_at);
      text_at = std::min(text_at, end);
      clauses.push_back({first[0], text.substr(text_at, end - text_at),
                         static_cast<std::uint32_t>(word_at + 1), static_cast<std::uint32_t>(text_at + 1)});
    }
    at = end + 1;
  }
  return clauses;
}

class DefinitionParser {
 public:
  Result<FlowDefinition> whole(std::string_view text) {
    for (const Clause& clause : clauses_of(text)) {
      if (std::find(seen_.begin(), seen_.end(), clause.word) != seen_.end()) {
        return error_at(clause.column, "'" + std::string(clause.word) + "' for the second time");
      }
      seen_.push_back(clause.word);
      if (auto read = add(clause); !read) return read.error();
    }
    return std::move(definition_);
  }

 private:
  Result<void> add(const Clause& clause) {
    if (clause.word == "name") return name(clause);
    if (clause.word == "key") return key(clause);
    if (clause.word == "where") return where(clause);
    if (clause.word == "slice") return time(clause, definition_.slice);
    if (clause.word == "idle") return time(clause, definition_.idle);
    if (clause.word == "active") return time(clause, definition_.active);
    return error_at(clause.column, "expected name, key, where, slice, idle or active, not '" +
                                       std::string(clause.word) + "'");
  }

  Result<void> name(const Clause& clause) {
    const std::string_view text = trim(clause.text);
    const auto allowed = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
             c == '_' || c == '-';
    };
    if (text.empty() || text.size() > kNameMax || !std::all_of(text.begin(), text.end(), allowed)) {
      return error_at(clause.text_column, "expected a name of 1 to 64 letters, digits, '.', '_' and '-'");
    }
    definition_.name = text;
    return {};
  }

  // Columns are those of the whole text: what stands before is blank.
  Result<void> where(const Clause& clause) {
    const std::string_view text = trim(clause.text);
    if (text.empty()) return error_at(clause.text_column, "expected a filter after where");
    std::string padded(clause.text_column - 1, ' ');
    padded += text;
    auto filter = parse_filter(padded, {.length = kTextMax, .depth = FilterLimits{}.depth});
    if (!filter) return filter.error();
    definition_.where = std::move(*filter);
    return {};
  }

  static Result<void> time(const Clause& clause, Duration& into) {
    auto time = parse_duration(trim(clause.text));
    if (!time) {
      return error_at(clause.text_column, "expected a time as 10s or 5m after " + std::string(clause.word));
    }
    if (*time > kCutMax || (*time != 0s && *time < kCutMin)) {
      return error_at(clause.text_column, std::string(clause.word) + " is 0s (never), or 1ms to 1d");
    }
    into = *time;
    return {};
  }

  Result<void> key(const Clause& clause) {
    definition_.key = {};
    std::string text(clause.text);
    std::replace(text.begin(), text.end(), ',', ' ');
    const auto fields = words(text);
    if (fields.empty()) return error_at(clause.text_column, "expected fields after key, or all, or none");
    for (const std::string_view field : fields) {
      const auto column = clause.text_column + static_cast<std::uint32_t>(field.data() - text.data());
      if (auto read = add_field(field, fields.size() == 1); !read)
        return error_at(column, read.error().message);
    }
    return {};
  }

  Result<void> add_field(std::string_view field, bool alone) {
    if (field == "none" && alone) return {};
    if (field == "all" && alone) {
      definition_.key = KeyFields::all();
      return {};
    }
    if (field == "ports") return add_fields({KeyField::kSrcPort, KeyField::kDstPort});
    if (field == "owner") {
      return add_fields({KeyField::kProcess, KeyField::kExecutable, KeyField::kUser, KeyField::kUnit,
                         KeyField::kContainer});
    }
    const std::size_t slash = field.find('/');
    const auto known = std::find(kFieldNames.begin(), kFieldNames.end(), field.substr(0, slash));
    if (known == kFieldNames.end()) {
      return Error{"there is no field '" + std::string(field.substr(0, slash)) + "' (there are " +
                   all_fields() + ")"};
    }
    const auto which = static_cast<KeyField>(known - kFieldNames.begin());
    if (slash == std::string_view::npos) return add_fields({which});
    if (which != KeyField::kSrc && which != KeyField::kDst) {
      return Error{"only src and dst have bits: '" + std::string(field) + "'"};
    }
    auto bits = key_bits(field.substr(slash + 1));
    if (!bits) return bits.error();
    (which == KeyField::kSrc ? definition_.src : definition_.dst) = *bits;
    return add_fields({which});
  }

  // "24" or "24/64"; of an IPv6 address /64 where only an IPv4 network is given.
  static Result<KeyBits> key_bits(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto v4 = parse_u64(text.substr(0, slash));
    const auto v6 = slash == std::string_view::npos ? Result<std::uint64_t>(v4.value_or(33) < 32 ? 64 : 128)
                                                    : parse_u64(text.substr(slash + 1));
    if (!v4 || !v6 || *v4 > 32 || *v6 > 128) {
      return Error{"expected bits as /24, or for IPv4 and IPv6 as /24/64, not '/" + std::string(text) + "'"};
    }
    return KeyBits{static_cast<std::uint8_t>(*v4), static_cast<std::uint8_t>(*v6)};
  }

  Result<void> add_fields(std::initializer_list<KeyField> fields) {
    for (const KeyField field : fields) {
      if (definition_.key.has(field)) {
        return Error{"'" + std::string(key_field_name(field)) + "' for the second time"};
      }
      definition_.key = definition_.key.with(field);
    }
    return {};
  }

  static std::string all_fields() {
    std::string all;
    for (const std::string_view field : kFieldNames) all += (all.empty() ? "" : " ") + std::string(field);
    return all + " ports owner";
  }

  FlowDefinition definition_;
  std::vector<std::string_view> seen_;
};

std::string print_cut(Duration time) {
  const std::int64_t us = time.count();
  if (us % 1'000'000 == 0) return std::to_string(us / 1'000'000) + "s";
  if (us % 1'000 == 0) return std::to_string(us / 1'000) + "ms";
  return std::to_string(us) + "us";
}

std::string print_bits(const KeyBits& bits) {
  if (bits == KeyBits{}) return "";
  return "/" + std::to_string(bits.v4) + "/" + std::to_string(bits.v6);
}

std::string print_key(const FlowDefinition& definition) {
  std::string text;
  for (std::size_t i = 0; i < kKeyFields; ++i) {
    const auto field = static_cast<KeyField>(i);
    if (!definition.key.has(field)) continue;
    text += " " + std::string(kFieldNames[i]);
    if (field == KeyField::kSrc) text += print_bits(definition.src);
    if (field == KeyField::kDst) text += print_bits(definition.dst);
  }
  return text.empty() ? " none" : text;
}

}  // namespace

std::string_view key_field_name(KeyField field) { return kFieldNames[static_cast<std::size_t>(field)]; }

Result<FlowDefinition> parse_flow_definition(std::string_view text) {
  if (text.size() > kTextMax) {
    return Error{"a definition of " + std::to_string(text.size()) + " bytes; at most " +
                 std::to_string(kTextMax)};
  }
  return DefinitionParser().whole(text);
}

std::string print_flow_definition(const FlowDefinition& definition) {
  std::string text;
  if (!definition.name.empty()) text += "name " + definition.name + "; ";
  text += "key" + print_key(definition);
  if (!definition.where.is_everything()) text += "; where " + print_filter(definition.where);
  text += "; slice " + print_cut(definition.slice) + "; idle " + print_cut(definition.idle);
  if (definition.active != 0s) text += "; active " + print_cut(definition.active);
  return text;
}

}  // namespace anemone
