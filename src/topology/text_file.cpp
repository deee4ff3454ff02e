#include "topology/text_file.h"

#include <limits>
#include <optional>
#include <utility>

#include "base/text.h"

namespace anemone {
namespace {

// The words of one line, taken from the front. The first thing that goes wrong is kept; after it, every
// take gives an empty word or zero.
class Line {
 public:
  explicit Line(std::string_view line) : words_(words(line)) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (words_[i].front() == '#') words_.resize(i);
    }
  }

  bool done() const { return problem_.has_value() || at_ == words_.size(); }
  const std::optional<Error>& problem() const { return problem_; }
  void refuse(const std::string& message) {
    if (!problem_) problem_ = Error{message};
  }

  std::string_view word(const char* what) {
    if (problem_) return {};
    if (at_ < words_.size()) return words_[at_++];
    refuse(std::string("ends before ") + what);
    return {};
  }

  bool take(std::string_view wanted) {
    if (problem_ || at_ == words_.size() || words_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  // "10M", "10 M", "8000".
  double amount(const char* what) {
    std::string text(word(what));
    if (!problem_ && at_ < words_.size() && words_[at_].size() == 1 &&
        std::string_view("kKMGT").find(words_[at_][0]) != std::string_view::npos) {
      text += words_[at_++];
    }
    return checked(parse_si(text), 0.0);
  }

  Cost cost() {
    const std::uint64_t value = checked(parse_u64(word("the cost")), std::uint64_t{0});
    if (value > std::numeric_limits<Cost>::max()) refuse("cost is too large: " + std::to_string(value));
    return static_cast<Cost>(value);
  }

  // The value, or `otherwise` and the error kept.
  template <class T>
  T checked(const Result<T>& result, T otherwise) {
    if (result) return *result;
    refuse(result.error().message);
    return otherwise;
  }

 private:
  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
  std::optional<Error> problem_;
};

class TextReader {
 public:
  Result<NetworkFile> read(std::string_view text) {
    for (std::string_view part : split(text, '\n')) {
      ++line_number_;
      Line line(part);
      if (line.done()) continue;
      read_line(line);
      if (!line.done()) line.refuse("'" + std::string(line.word("")) + "' is not understood here");
      if (line.problem()) return at_line(line_number_, line.problem()->message);
    }
    return std::move(build_).finish();
  }

 private:
  void read_line(Line& line) {
    if (line.take("node")) return read_node(line, NodeKind::kRouter);
    if (line.take("network")) return read_node(line, NodeKind::kNetwork);
    if (line.take("link")) return read_link(line, true);
    if (line.take("arc")) return read_link(line, false);
    if (line.take("prefix")) return read_prefix(line);
    if (line.take("demand")) return read_demand(line);
    line.refuse("'" + std::string(line.word("")) + "': want node, network, link, arc, prefix or demand");
  }

  void read_node(Line& line, NodeKind kind) {
    const std::string_view name = line.word("the node's name");
    if (line.problem()) return;
    const auto added = build_.add_node(name, kind);
    if (!added) return line.refuse(added.error().message);
    Node& node = build_.file().parts.nodes[added->value()];
    if (kind == NodeKind::kRouter && line.take("id")) {
      node.router_id = line.checked(parse_ipv4(line.word("the router id")), RouterId{});
    }
    if (kind == NodeKind::kNetwork && line.take("prefix")) {
      node.prefix = line.checked(parse_prefix(line.word("the prefix")), Prefix{});
      Attachment own;
      own.prefix = node.prefix;
      own.node = *added;
      own.kind = PrefixKind::kNetwork;
      if (!line.problem()) build_.file().parts.attachments.push_back(own);
    }
  }

  void read_link(Line& line, bool both_ways) {
    const std::string_view from = line.word("the first node");
    const std::string_view to = line.word("the second node");
    if (line.problem()) return;
    Link link;
    link.from = build_.node(from);
    link.to = build_.node(to);
    while (!line.done()) {
      if (line.take("cost")) {
        link.cost = line.cost();
      } else if (line.take("capacity")) {
        link.capacity_bps = line.amount("the capacity");
        if (link.capacity_bps < 0) line.refuse("a capacity below zero");
      } else if (line.take("te-metric")) {
        link.te_metric = line.cost();
      } else if (line.take("area")) {
        link.area = line.checked(parse_area(line.word("the area")), AreaId{});
      } else if (line.take("addresses")) {
        link.address = line.checked(parse_address(line.word("the first node's address")), IpAddress{});
        link.neighbor = line.checked(parse_address(line.word("the second node's address")), IpAddress{});
      } else {
        line.refuse("'" + std::string(line.word("")) +
                    "': want cost, capacity, te-metric, area or addresses");
      }
    }
    if (line.problem()) return;
    const auto added = both_ways ? build_.add_link(link) : build_.add_arc(link);
    if (!added) line.refuse(added.error().message);
  }

  void read_prefix(Line& line) {
    Attachment attachment;
    attachment.prefix = line.checked(parse_prefix(line.word("the prefix")), Prefix{});
    if (!line.take("at")) line.refuse("want 'prefix PREFIX at NODE'");
    const std::string_view node = line.word("the node");
    if (line.problem()) return;
    attachment.node = build_.node(node);
    if (line.take("cost")) attachment.cost = line.cost();
    if (line.take("external")) attachment.kind = PrefixKind::kExternal2;
    build_.file().parts.attachments.push_back(attachment);
  }

  void read_demand(Line& line) {
    NamedDemand demand;
    demand.from = line.word("where it enters");
    demand.to = line.word("where it goes");
    demand.bps = line.amount("how many bits per second");
    if (demand.bps < 0) line.refuse("a demand below zero");
    if (line.take("packets")) demand.pps = line.amount("how many packets per second");
    demand.line = line_number_;
    build_.file().has_demands = true;
    if (!line.problem()) build_.file().demands.push_back(std::move(demand));
  }

  NetworkBuilder build_;
  std::size_t line_number_ = 0;
};

}  // namespace

Result<NetworkFile> parse_network_text(std::string_view text) { return TextReader().read(text); }

}  // namespace anemone
