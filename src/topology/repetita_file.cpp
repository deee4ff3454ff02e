#include "topology/repetita_file.h"

#include <cmath>
#include <utility>

#include "base/text.h"

namespace anemone {
namespace {

// The lines of a REPETITA file that are not blank, one after another.
class Lines {
 public:
  explicit Lines(std::string_view text) : lines_(split(text, '\n')) {}

  // The words of the next line; none at the end of the file.
  std::vector<std::string_view> next() {
    while (at_ < lines_.size()) {
      if (auto found = words(lines_[at_++]); !found.empty()) return found;
    }
    at_ = lines_.size() + 1;
    return {};
  }
  std::size_t number() const { return at_; }
  Error problem(const std::string& message) const {
    return at_ > lines_.size() ? Error{"cut short: " + message} : at_line(at_, message);
  }

  // Reads "NODES 11" and the line of column names below it: 11.
  Result<std::size_t> section(std::string_view name) {
    const auto head = next();
    const std::string want = "want '" + std::string(name) + " COUNT'";
    if (head.size() != 2 || head[0] != name) return problem(want);
    const auto count = parse_u64(head[1]);
    if (!count) return problem(want + ": " + count.error().message);
    if (*count > 0 && (next().empty() || lines_[at_ - 1].substr(0, 5) != "label")) {
      return problem("want the column names, 'label ...'");
    }
    return static_cast<std::size_t>(*count);
  }

 private:
  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;  // of the line after the one that next() gave: its number, counted from 1
};

Result<void> read_nodes(Lines& lines, NetworkBuilder& build) {
  const auto count = lines.section("NODES");
  if (!count) return count.error();
  for (std::size_t i = 0; i < *count; ++i) {
    const auto row = lines.next();
    if (row.size() < 1 || row.size() > 3) return lines.problem("want a node: LABEL X Y");
    if (auto added = build.add_node(row[0], NodeKind::kRouter); !added) {
      return lines.problem(added.error().message);
    }
  }
  return {};
}

// A node counted from 0, below `count`.
Result<NodeId> parse_node(std::string_view word, std::size_t count) {
  const auto index = parse_u64(word);
  if (!index) return index.error();
  if (*index >= count) {
    return Error{"there is no node " + std::string(word) + ": there are " + std::to_string(count) +
                 ", counted from 0"};
  }
  return NodeId{*index};
}

Result<Link> read_edge(const std::vector<std::string_view>& row, std::size_t node_count) {
  if (row.size() != 6) return Error{"want an edge: LABEL SRC DEST WEIGHT BW DELAY"};
  const auto from = parse_node(row[1], node_count);
  if (!from) return from.error();
  const auto to = parse_node(row[2], node_count);
  if (!to) return to.error();
  const auto weight = parse_double(row[3]);
  if (!weight) return weight.error().in("weight");
  if (*weight !=
      static_cast<double>(static_cast<Cost>(*weight < 0 || *weight > kLinkCostMax ? 0 : *weight))) {
    return Error{"weight must be a whole number from 1 to " + std::to_string(kLinkCostMax) + ", not " +
                 std::string(row[3])};
  }
  const auto kbps = parse_double(row[4]);
  if (!kbps) return kbps.error().in("bw");
  if (*kbps < 0) return Error{"bw is below zero"};
  const auto delay_us = parse_double(row[5]);
  if (!delay_us) return delay_us.error().in("delay");
  if (*delay_us < 0 || *delay_us > 0xffff'ffffU) return Error{"delay is not a number of microseconds"};
  Link link;
  link.from = *from;
  link.to = *to;
  link.cost = static_cast<Cost>(*weight);
  link.capacity_bps = *kbps * 1000;
  link.te_metric = static_cast<Cost>(std::round(*delay_us));
  return link;
}

Result<void> read_edges(Lines& lines, NetworkBuilder& build) {
  const auto count = lines.section("EDGES");
  if (!count) return count.error();
  for (std::size_t i = 0; i < *count; ++i) {
    const auto row = lines.next();
    if (row.empty()) return lines.problem("edge " + std::to_string(i) + " of " + std::to_string(*count));
    const auto link = read_edge(row, build.file().parts.nodes.size());
    if (!link) return lines.problem(link.error().message);
    if (auto added = build.add_arc(*link); !added) return lines.problem(added.error().message);
  }
  return {};
}

}  // namespace

Result<NetworkFile> parse_repetita_graph(std::string_view text) {
  Lines lines(text);
  NetworkBuilder build;
  if (auto done = read_nodes(lines, build); !done) return done.error();
  if (auto done = read_edges(lines, build); !done) return done.error();
  if (!lines.next().empty()) return lines.problem("more than the edges announced");
  return std::move(build).finish();
}

Result<NetworkFile> parse_repetita_demands(std::string_view text) {
  Lines lines(text);
  NetworkFile file;
  file.by_index = true;
  file.has_demands = true;
  const auto count = lines.section("DEMANDS");
  if (!count) return count.error();
  for (std::size_t i = 0; i < *count; ++i) {
    const auto row = lines.next();
    if (row.empty()) return lines.problem("demand " + std::to_string(i) + " of " + std::to_string(*count));
    if (row.size() != 4) return lines.problem("want a demand: LABEL SRC DEST BW");
    const auto kbps = parse_double(row[3]);
    if (!kbps) return lines.problem(kbps.error().message);
    if (*kbps < 0) return lines.problem("a demand below zero");
    file.demands.push_back({std::string(row[1]), std::string(row[2]), *kbps * 1000, 0, lines.number()});
  }
  if (!lines.next().empty()) return lines.problem("more than the demands announced");
  return file;
}

}  // namespace anemone
