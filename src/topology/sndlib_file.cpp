#include "topology/sndlib_file.h"

#include <optional>
#include <pugixml.hpp>
#include <utility>

#include "base/text.h"
#include "topology/xml_text.h"

namespace anemone {
namespace {

constexpr double kMega = 1e6;

// What <unit> says, in bits per second.
std::optional<double> unit_bps(std::string_view unit) {
  if (unit.empty() || unit == "MBITPERSEC") return kMega;
  if (unit == "KBITPERSEC") return 1e3;
  if (unit == "GBITPERSEC") return 1e9;
  if (unit == "BITPERSEC") return 1;
  return std::nullopt;
}

// Links and demands by the names of their ends, which both forms of the format share.
class SndlibBuilder {
 public:
  Result<void> add_node(const std::string& name) {
    if (name.empty()) return Error{"a node without a name"};
    const auto added = build_.add_node(name, NodeKind::kRouter);
    if (!added) return added.error();
    by_name_.emplace(name, *added);
    return {};
  }

  Result<void> add_link(const std::string& from, const std::string& to, double capacity_bps) {
    if (auto known = check_ends(from, to); !known) return known;
    if (capacity_bps < 0) return Error{"a capacity below zero"};
    Link link;
    link.from = by_name_.at(from);
    link.to = by_name_.at(to);
    link.capacity_bps = capacity_bps;
    return build_.add_link(link);
  }

  Result<void> add_demand(const std::string& from, const std::string& to, double bps, std::size_t line) {
    if (auto known = check_ends(from, to); !known) return known;
    if (bps < 0) return Error{"a demand below zero"};
    build_.file().demands.push_back({from, to, bps, 0, line});
    return {};
  }

  void expect_demands() { build_.file().has_demands = true; }
  Result<NetworkFile> finish() && { return std::move(build_).finish(); }

 private:
  Result<void> check_ends(const std::string& from, const std::string& to) const {
    for (const std::string& end : {from, to}) {
      if (!by_name_.contains(end)) return Error{"there is no node '" + end + "'"};
    }
    return {};
  }

  NetworkBuilder build_;
  std::map<std::string, NodeId> by_name_;
};

class XmlReader {
 public:
  Result<NetworkFile> read(std::string_view text) {
    if (auto done = xml_.parse(text); !done) return done.error();
    const pugi::xml_node network = xml_.root();
    const pugi::xml_node unit = network.child("meta").child("unit");
    const auto bps = unit_bps(trim(unit.child_value()));
    if (!bps) return xml_.problem(unit, "unit '" + std::string(unit.child_value()) + "' is not known");
    unit_bps_ = *bps;
    const pugi::xml_node structure = network.child("networkStructure");
    for (const pugi::xml_node node : structure.child("nodes").children("node")) {
      if (auto done = build_.add_node(node.attribute("id").value()); !done) return problem(node, done);
    }
    for (const pugi::xml_node link : structure.child("links").children("link")) {
      if (auto done = read_link(link); !done) return problem(link, done);
    }
    if (network.child("demands")) build_.expect_demands();
    for (const pugi::xml_node demand : network.child("demands").children("demand")) {
      if (auto done = read_demand(demand); !done) return problem(demand, done);
    }
    return std::move(build_).finish();
  }

 private:
  Error problem(const pugi::xml_node& node, const Result<void>& done) const {
    return xml_.problem(node, done.error().message);
  }

  static std::string text(const pugi::xml_node& parent, const char* child) {
    return std::string(trim(parent.child(child).child_value()));
  }

  Result<void> read_link(const pugi::xml_node& link) {
    double capacity = 0;
    const pugi::xml_node installed = link.child("preInstalledModule");
    const pugi::xml_node offered = link.child("additionalModules").child("addModule");
    for (const pugi::xml_node module : {installed, offered}) {
      if (!module || capacity > 0) continue;
      const auto size = parse_double(text(module, "capacity"));
      if (!size) return size.error().in("capacity");
      capacity = *size;
    }
    return build_.add_link(text(link, "source"), text(link, "target"), capacity * unit_bps_);
  }

  Result<void> read_demand(const pugi::xml_node& demand) {
    const auto value = parse_double(text(demand, "demandValue"));
    if (!value) return value.error().in("demandValue");
    return build_.add_demand(text(demand, "source"), text(demand, "target"), *value * unit_bps_, 0);
  }

  XmlText xml_;
  SndlibBuilder build_;
  double unit_bps_ = kMega;
};

// The native form: sections of entries, each a name followed by values and bracketed groups of values.
//
//   LINKS (
//     L1 ( Gdansk Warsaw ) 0.00 0.00 0.00 156.00 ( 155.00 156.00 622.00 468.00 )
//   )
class NativeReader {
 public:
  Result<NetworkFile> read(std::string_view text) {
    split_tokens(text);
    while (at_ < tokens_.size()) {
      const std::string section(take());
      if (!take_if("(")) return problem("want '(' after '" + section + "'");
      if (section == "DEMANDS") build_.expect_demands();
      while (at_ < tokens_.size() && tokens_[at_].word != ")") {
        const std::size_t line = tokens_[at_].line;
        if (auto done = read_entry(section); !done) return at_line(line, done.error().message);
      }
      if (!take_if(")")) return problem("section " + section + " is not closed");
    }
    return std::move(build_).finish();
  }

 private:
  struct Token {
    std::string_view word;
    std::size_t line;
  };

  // Brackets are tokens of their own; '?' begins the format's own line and '#' a comment.
  void split_tokens(std::string_view text) {
    std::size_t number = 0;
    for (std::string_view line : split(text, '\n')) {
      ++number;
      for (std::string_view word : words(line)) {
        if (word.front() == '#' || word.front() == '?') break;
        for (std::size_t i; !word.empty(); word.remove_prefix(i)) {
          i = word[0] == '(' || word[0] == ')' ? 1 : std::min(word.find_first_of("()"), word.size());
          tokens_.push_back({word.substr(0, i), number});
        }
      }
    }
  }

  Error problem(const std::string& message) const {
    if (tokens_.empty()) return Error{message};
    return at_line(tokens_[std::min(at_, tokens_.size() - 1)].line, message);
  }
  std::string_view take() { return at_ < tokens_.size() ? tokens_[at_++].word : std::string_view{}; }
  bool take_if(std::string_view wanted) {
    if (at_ == tokens_.size() || tokens_[at_].word != wanted) return false;
    ++at_;
    return true;
  }
  Result<double> number() {
    if (at_ == tokens_.size()) return Error{"cut short"};
    auto value = parse_double(tokens_[at_].word);
    if (value) ++at_;
    return value;
  }

  Result<void> read_entry(const std::string& section) {
    if (section == "NODES") return read_node();
    if (section == "LINKS") return read_link();
    if (section == "DEMANDS") return read_demand();
    return skip_entry();  // META, ADMISSIBLE_PATHS: nothing that loads need
  }

  Result<void> skip_entry() {
    if (!take_if("(")) return take(), Result<void>{};
    for (int depth = 1; depth > 0;) {
      if (at_ == tokens_.size()) return Error{"cut short within brackets"};
      const std::string_view word = take();
      depth += word == "(" ? 1 : word == ")" ? -1 : 0;
    }
    return {};
  }

  Result<void> read_node() {
    if (auto done = build_.add_node(std::string(take())); !done) return done;
    if (at_ < tokens_.size() && tokens_[at_].word == "(") return skip_entry();  // coordinates
    return {};
  }

  // NAME ( FROM TO )
  Result<std::pair<std::string, std::string>> ends() {
    take();
    if (!take_if("(")) return Error{"want 'NAME ( FROM TO ) ...'"};
    std::string from(take());
    std::string to(take());
    if (!take_if(")")) return Error{"want ')' after the two ends"};
    return std::pair{std::move(from), std::move(to)};
  }

  // pre-installed capacity, its cost, routing cost, set-up cost ( {module capacity, module cost}* )
  Result<void> read_link() {
    const auto between = ends();
    if (!between) return between.error();
    double capacity = 0;
    for (int i = 0; i < 4; ++i) {
      const auto value = number();
      if (!value) return value.error();
      if (i == 0) capacity = *value;
    }
    if (!take_if("(")) return Error{"want '(' before the modules"};
    while (!take_if(")")) {
      const auto size = number();
      if (!size) return size.error().in("module");
      const auto cost = number();
      if (!cost) return cost.error().in("module");
      if (capacity == 0) capacity = *size;
    }
    return build_.add_link(between->first, between->second, capacity * kMega);
  }

  // routing unit, demand value, longest path allowed
  Result<void> read_demand() {
    const std::size_t line = tokens_[at_].line;
    const auto between = ends();
    if (!between) return between.error();
    if (const auto routing_unit = number(); !routing_unit) return routing_unit.error();
    const auto value = number();
    if (!value) return value.error();
    take();  // the longest path: a number or UNLIMITED
    return build_.add_demand(between->first, between->second, *value * kMega, line);
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  SndlibBuilder build_;
};

}  // namespace

Result<NetworkFile> parse_sndlib_xml(std::string_view text) { return XmlReader().read(text); }
Result<NetworkFile> parse_sndlib_native(std::string_view text) { return NativeReader().read(text); }

}  // namespace anemone
