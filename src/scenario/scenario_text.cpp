#include "scenario/scenario_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "filter/filter_text.h"
#include "net/area.h"
#include "topology/network_file.h"

namespace anemone {
namespace {

using Kind = Thing::Kind;

constexpr std::string_view kBlank = " \t\r";
constexpr std::uint32_t kHostsMax = 1'000'000;
constexpr double kFactorMax = 1e6;

struct Word {
  std::string text;  // without quotes
  std::uint32_t column = 1;
  std::size_t begin = 0;  // in the line
  bool quoted = false;
};

// The end of a quoted text that begins at `at`, behind its quote; npos when it is never closed.
std::size_t end_of_quote(std::string_view line, std::size_t at, std::string* inside) {
  for (std::size_t i = at + 1; i < line.size(); ++i) {
    if (line[i] == '"') return i + 1;
    if (line[i] == '\\' && i + 1 < line.size()) ++i;
    if (inside != nullptr) *inside += line[i];
  }
  return std::string_view::npos;
}

// A filter's columns count from its own beginning; those of a scenario from the line's.
void move_columns(Filter& filter, std::uint32_t by) {
  if (filter.test.column.value > 0) filter.test.column.value += by;
  for (Filter& part : filter.parts) move_columns(part, by);
}

// Cuts a text into lines at newlines and semicolons and drops comments; quotes are left alone.
struct TextLine {
  std::string_view text;
  TextPlace begin;
};

std::vector<TextLine> lines_of(std::string_view text) {
  std::vector<TextLine> lines;
  std::uint32_t number = 1;
  std::size_t line_begin = 0;  // of the whole line
  std::size_t begin = 0;       // of this part of it
  bool comment = false;
  std::size_t comment_at = 0;
  const auto end_part = [&](std::size_t end) {
    lines.push_back({text.substr(begin, (comment ? comment_at : end) - begin),
                     {number, static_cast<std::uint32_t>(begin - line_begin + 1)}});
    begin = end + 1;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      end_part(i);
      comment = false;
      line_begin = i + 1;
      ++number;
    } else if (comment) {
      continue;
    } else if (c == '#' && (i == begin || kBlank.find(text[i - 1]) != std::string_view::npos)) {
      comment = true;
      comment_at = i;
    } else if (c == ';') {
      end_part(i);
    } else if (c == '"') {
      const std::size_t line_end = std::min(text.find('\n', i), text.size());
      const std::size_t end = end_of_quote(text.substr(0, line_end), i, nullptr);
      i = end == std::string_view::npos ? line_end - 1 : end - 1;
    }
  }
  end_part(text.size());
  return lines;
}

// One line's words, taken from the front. The first thing that goes wrong is kept; after it every take
// gives an empty word or zero.
class LineReader {
 public:
  explicit LineReader(const TextLine& line) : line_(line) {
    for (std::size_t at = line.text.find_first_not_of(kBlank); at < line.text.size();
         at = line.text.find_first_not_of(kBlank, at)) {
      Word word;
      word.begin = at;
      word.column = line.begin.column + static_cast<std::uint32_t>(at);
      if (line.text[at] == '"') {
        word.quoted = true;
        at = end_of_quote(line.text, at, &word.text);
        if (at == std::string_view::npos) {
          refuse(word.column, "a quote that is never closed");
          return;
        }
      } else if (line.text[at] == ',' || line.text[at] == '=') {
        word.text = line.text[at++];
      } else {
        const std::size_t end = std::min(line.text.find_first_of(" \t\r,=\"", at), line.text.size());
        word.text = line.text.substr(at, end - at);
        at = end;
      }
      words_.push_back(std::move(word));
    }
  }

  bool empty() const { return words_.empty() && !problem_; }
  bool done() const { return problem_.has_value() || at_ == words_.size(); }
  const std::optional<Error>& problem() const { return problem_; }
  TextPlace place() const { return {line_.begin.line, column()}; }
  std::uint32_t column() const {
    if (at_ < words_.size()) return words_[at_].column;
    return line_.begin.column + static_cast<std::uint32_t>(line_.text.size());
  }

  void refuse(std::uint32_t column, const std::string& message) {
    if (!problem_) problem_ = at_place({line_.begin.line, column}, message);
  }
  void expected(std::string_view what) {
    const std::string found = at_ < words_.size() ? "'" + words_[at_].text + "'" : "the end";
    refuse(column(), "expected " + std::string(what) + ", not " + found);
  }

  bool is(std::string_view word) const { return !done() && !words_[at_].quoted && words_[at_].text == word; }
  bool take(std::string_view word) {
    if (!is(word)) return false;
    ++at_;
    return true;
  }
  void need(std::string_view word) {
    if (!take(word)) expected("'" + std::string(word) + "'");
  }

  std::string name(std::string_view what) {
    if (problem_) return {};
    const bool sign =
        at_ < words_.size() && !words_[at_].quoted && (words_[at_].text == "," || words_[at_].text == "=");
    if (at_ == words_.size() || sign || words_[at_].text.empty()) {
      expected(what);
      return {};
    }
    return words_[at_++].text;
  }

  // The value, or `otherwise` and the error kept.
  template <class T>
  T checked(std::uint32_t column, const Result<T>& result, T otherwise) {
    if (result) return *result;
    refuse(column, result.error().message);
    return otherwise;
  }

  Cost cost(Cost least) {
    const std::uint32_t column = this->column();
    const std::uint64_t value = checked(column, parse_u64(name("a cost")), std::uint64_t{least});
    if (value < least || value > kLinkCostMax) {
      refuse(column, "a cost is " + std::to_string(least) + " to " + std::to_string(kLinkCostMax) + ", not " +
                         std::to_string(value));
    }
    return static_cast<Cost>(value);
  }

  // "10M", "10 M", "8000".
  double amount() {
    const std::uint32_t column = this->column();
    std::string text = name("an amount as 10G");
    if (!done() && words_[at_].text.size() == 1 &&
        std::string_view("kKMGT").find(words_[at_].text[0]) != std::string_view::npos) {
      text += words_[at_++].text;
    }
    const double value = checked(column, parse_si(text), 0.0);
    if (!problem_ && (!std::isfinite(value) || value < 0)) refuse(column, "an amount is 0 or more");
    return value;
  }

  // "2", "x2", "150%", "+40%", "-10%".
  double factor() {
    const std::uint32_t column = this->column();
    const std::string text = name("a factor as 2, 150% or +40%");
    std::string_view digits = text;
    const bool relative = !digits.empty() && (digits[0] == '+' || digits[0] == '-');
    const bool percent = !digits.empty() && digits.back() == '%';
    if (percent) digits.remove_suffix(1);
    if (!digits.empty() && digits[0] == '+') digits.remove_prefix(1);
    double value = checked(column, parse_double(digits), 1.0);
    if (relative && !percent) refuse(column, "more or less of how much? write +40%, or a factor as 1.4");
    if (percent) value /= 100;
    if (relative) value += 1;
    if (!problem_ && !(value >= 0 && value <= kFactorMax)) refuse(column, "a factor is 0 to 1000000");
    return value;
  }

  // The rest of the line, or up to the last word `until`, as a filter.
  Filter filter(std::string_view until = {}) {
    if (problem_) return {};
    std::size_t end_word = words_.size();
    if (!until.empty()) {
      while (end_word > at_ && (words_[end_word - 1].quoted || words_[end_word - 1].text != until))
        --end_word;
      if (end_word == at_) {
        refuse(column(), "expected 'to' and where to");
        return {};
      }
      --end_word;
    }
    if (end_word == at_) {
      expected("a filter as process nginx");
      return {};
    }
    const std::size_t begin = words_[at_].begin;
    const std::size_t end = end_word < words_.size() ? words_[end_word].begin : line_.text.size();
    auto read = parse_filter(line_.text.substr(begin, end - begin));
    const std::uint32_t column = line_.begin.column + static_cast<std::uint32_t>(begin);
    if (!read) refuse_filter(read.error(), column);
    at_ = end_word;
    if (!read) return {};
    move_columns(*read, column - 1);
    return std::move(*read);
  }

 private:
  // "column 4: ..." of a filter that begins at `column` of the line.
  void refuse_filter(const Error& error, std::uint32_t column) {
    constexpr std::string_view kColumn = "column ";
    const std::string_view message = error.message;
    const std::size_t colon = message.find(": ");
    if (!message.starts_with(kColumn) || colon == std::string_view::npos)
      return refuse(column, error.message);
    const auto at = parse_u64(message.substr(kColumn.size(), colon - kColumn.size()));
    refuse(column + static_cast<std::uint32_t>(at.value_or(1)) - 1, std::string(message.substr(colon + 2)));
  }

  TextLine line_;
  std::vector<Word> words_;
  std::size_t at_ = 0;
  std::optional<Error> problem_;
};

constexpr std::array<std::pair<std::string_view, Kind>, 8> kThingWords = {{
    {"link", Kind::kLink},
    {"interface", Kind::kInterface},
    {"router", Kind::kRouter},
    {"network", Kind::kNetwork},
    {"site", Kind::kSite},
    {"host", Kind::kHost},
    {"group", Kind::kGroup},
    {"address", Kind::kAddress},
}};

// What may be moved by its name; anything else is a filter.
constexpr std::array<std::string_view, 6> kMovedThings = {"host", "address", "group",
                                                          "site", "router",  "network"};

constexpr std::string_view kAnything = "link, router, interface, network, site, host, group or address";

std::string_view word_of(Kind kind) {
  for (const auto& [word, known] : kThingWords) {
    if (known == kind) return word;
  }
  return {};
}

// A directed link's id, as link_name() makes it, holds a '>'.
Thing read_link_ends(LineReader& line, const TextPlace& place) {
  Thing thing{Kind::kLink, line.name("a link: two nodes, or its id as r1>r2"), "", place};
  if (thing.name.find('>') == std::string::npos) thing.detail = line.name("the link's other end");
  return thing;
}

std::optional<Thing> take_thing(LineReader& line) {
  const TextPlace place = line.place();
  for (const auto& [word, kind] : kThingWords) {
    if (!line.take(word)) continue;
    if (kind == Kind::kLink) return read_link_ends(line, place);
    Thing thing{kind, line.name("a name"), "", place};
    if (kind == Kind::kInterface) thing.detail = line.name("the interface's name or address");
    return thing;
  }
  return std::nullopt;
}

Thing read_thing(LineReader& line) {
  auto thing = take_thing(line);
  if (!thing) line.expected(kAnything);
  return thing.value_or(Thing{});
}

// As "where" of a move: an address may stand alone.
Thing read_place(LineReader& line) {
  auto thing = take_thing(line);
  if (thing) return *thing;
  const TextPlace place = line.place();
  const std::string name = line.name("site, host, router or address");
  if (!line.problem() && !parse_address(name))
    line.refuse(place.column, "expected site, host, router or address, not '" + name + "'");
  return {Kind::kAddress, name, "", place};
}

NameGroup read_group(LineReader& line) {
  NameGroup group;
  group.name = line.name("the group's name");
  line.need("=");
  do {
    group.things.push_back(read_thing(line));
  } while (line.take(","));
  return group;
}

ChangeKind read_add(LineReader& line) {
  if (line.take("router")) {
    AddRouter add{line.name("the router's name"), ""};
    if (line.take("site")) add.site = line.name("the site");
    return add;
  }
  if (line.take("link")) {
    AddLink add{line.name("the first node"), line.name("the second node"), 1, 0};
    if (line.take("cost")) add.cost = line.cost(1);
    if (line.take("capacity")) add.capacity_bps = line.amount();
    return add;
  }
  if (line.take("prefix")) {
    AddPrefix add;
    const std::uint32_t column = line.column();
    add.prefix = line.checked(column, parse_prefix(line.name("a prefix")), Prefix{});
    line.need("at");
    add.router = line.name("the router");
    if (line.take("cost")) add.cost = line.cost(0);
    add.external = line.take("external");
    return add;
  }
  if (line.take("hosts")) {
    AddHosts add;
    const std::uint32_t column = line.column();
    const std::uint64_t hosts = line.checked(column, parse_u64(line.name("how many")), std::uint64_t{1});
    if (hosts < 1 || hosts > kHostsMax) line.refuse(column, "1 to 1000000 hosts");
    add.hosts = static_cast<std::uint32_t>(hosts);
    line.need("at");
    add.where = read_place(line);
    line.need("like");
    add.like = read_thing(line);
    return add;
  }
  line.expected("router, link, prefix or hosts");
  return AddRouter{};
}

ChangeKind read_scale(LineReader& line) {
  Scale scale;
  scale.factor = line.factor();
  if (line.take("from")) scale.from = read_thing(line);
  if (line.take("to")) scale.to = read_thing(line);
  if (line.take("where")) scale.filter = line.filter();
  return scale;
}

ChangeKind read_move(LineReader& line) {
  Move move;
  const bool things =
      std::any_of(kMovedThings.begin(), kMovedThings.end(), [&](auto word) { return line.is(word); });
  if (things) {
    move.things = read_thing(line);
  } else {
    move.service = line.filter("to");
  }
  line.need("to");
  move.to = read_place(line);
  return move;
}

ChangeKind read_change(LineReader& line) {
  if (line.take("group")) return read_group(line);
  if (line.take("at")) {
    const std::uint32_t column = line.column();
    return TakeInstant{line.checked(column, parse_time(line.name("an instant, RFC 3339")), Time{})};
  }
  if (line.take("fail")) return Fail{read_thing(line)};
  if (line.take("remove")) return Remove{read_thing(line)};
  if (line.take("set")) {
    line.need("cost");
    const TextPlace place = line.place();
    auto thing = take_thing(line);
    SetCost set{thing ? *thing : read_link_ends(line, place), 1};
    set.cost = line.cost(1);
    return set;
  }
  if (line.take("resize")) {
    Resize resize{read_thing(line), 0};
    resize.capacity_bps = line.amount();
    return resize;
  }
  if (line.take("overload")) return Overload{read_thing(line)};
  if (line.take("add")) return read_add(line);
  if (line.take("scale")) return read_scale(line);
  if (line.take("move")) return read_move(line);
  line.expected("fail, set, add, remove, resize, overload, scale, move, group or at");
  return Fail{};
}

// --- printing

std::string quoted(const std::string& name) {
  const bool plain = !name.empty() && name.find_first_of(" \t\r\n,=\"#;\\") == std::string::npos;
  if (plain) return name;
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

// The shortest text that is read as the same number, without an exponent.
std::string print_number(double value) {
  std::array<char, 400> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  return {text.data(), end.ptr};
}

struct Printer {
  std::string operator()(const NameGroup& group) const {
    std::string text = "group " + quoted(group.name) + " =";
    for (std::size_t i = 0; i < group.things.size(); ++i) {
      text += (i > 0 ? ", " : " ") + print_thing(group.things[i]);
    }
    return text;
  }
  std::string operator()(const TakeInstant& take) const { return "at " + print_time(take.at); }
  std::string operator()(const Fail& fail) const { return "fail " + print_thing(fail.what); }
  std::string operator()(const Remove& remove) const { return "remove " + print_thing(remove.what); }
  std::string operator()(const SetCost& set) const {
    return "set cost " + print_thing(set.what) + " " + std::to_string(set.cost);
  }
  std::string operator()(const Resize& resize) const {
    return "resize " + print_thing(resize.what) + " " + print_number(resize.capacity_bps);
  }
  std::string operator()(const Overload& overload) const { return "overload " + print_thing(overload.what); }
  std::string operator()(const AddRouter& add) const {
    return "add router " + quoted(add.name) + (add.site.empty() ? "" : " site " + quoted(add.site));
  }
  std::string operator()(const AddLink& add) const {
    std::string text =
        "add link " + quoted(add.from) + " " + quoted(add.to) + " cost " + std::to_string(add.cost);
    if (add.capacity_bps > 0) text += " capacity " + print_number(add.capacity_bps);
    return text;
  }
  std::string operator()(const AddPrefix& add) const {
    return "add prefix " + print_prefix(add.prefix) + " at " + quoted(add.router) + " cost " +
           std::to_string(add.cost) + (add.external ? " external" : "");
  }
  std::string operator()(const AddHosts& add) const {
    return "add hosts " + std::to_string(add.hosts) + " at " + print_thing(add.where) + " like " +
           print_thing(add.like);
  }
  std::string operator()(const Scale& scale) const {
    std::string text = "scale " + print_number(scale.factor);
    if (scale.from) text += " from " + print_thing(*scale.from);
    if (scale.to) text += " to " + print_thing(*scale.to);
    if (!scale.filter.is_everything()) text += " where " + print_filter(scale.filter);
    return text;
  }
  std::string operator()(const Move& move) const {
    return "move " + (move.things ? print_thing(*move.things) : print_filter(move.service)) + " to " +
           print_thing(move.to);
  }
};

}  // namespace

Result<Scenario> parse_scenario(std::string_view text, const ScenarioLimits& limits) {
  if (text.size() > limits.length) {
    return Error{"a scenario of " + std::to_string(text.size()) + " bytes; at most " +
                 std::to_string(limits.length)};
  }
  Scenario scenario;
  bool has_instant = false;
  for (const TextLine& part : lines_of(text)) {
    LineReader line(part);
    if (line.empty()) continue;
    Change change;
    change.place = line.place();
    if (!line.done()) change.what = read_change(line);
    if (!line.done()) line.expected("the end of the line");
    if (line.problem()) return *line.problem();
    if (std::holds_alternative<TakeInstant>(change.what)) {
      if (std::exchange(has_instant, true))
        return at_place(change.place, "a second 'at': there is one instant");
    }
    if (scenario.changes.size() == limits.changes) return at_place(change.place, "too many changes");
    scenario.changes.push_back(std::move(change));
  }
  return scenario;
}

std::string print_thing(const Thing& thing) {
  std::string text = std::string(word_of(thing.kind)) + " " + quoted(thing.name);
  if (!thing.detail.empty()) text += " " + quoted(thing.detail);
  return text;
}

std::string print_change(const Change& change) { return std::visit(Printer{}, change.what); }

std::string print_scenario(const Scenario& scenario) {
  std::string text;
  for (const Change& change : scenario.changes) text += print_change(change) + "\n";
  return text;
}

}  // namespace anemone
