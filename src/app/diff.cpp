// `anemone diff SOURCE... --from T1 --to T2`: what changed between two instants, and whose ways with it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/routing_source.h"
#include "app/text_table.h"
#include "history/path_changes.h"
#include "load/path.h"
#include "lsdb/lsdb_history.h"
#include "topology/from_lsdb.h"
#include "topology/topology_diff.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

struct DiffOptions {
  std::vector<std::string> sources;
  KeyOptions keys;
  std::string from, to;
  std::string src, dst;
  std::string format = "table";
};

struct Answer {
  Topology before;
  Topology after;
  std::vector<TopologyChange> changes;
  PathChanges paths;
  bool listed = false;  // --src or --dst was given
};

Result<Topology> topology_at(const LsdbHistory& history, const std::string& option, const std::string& text,
                             Time otherwise) {
  Time time = otherwise;
  if (!text.empty()) {
    const auto given = parse_time(text);
    if (!given) return given.error().in(option);
    time = *given;
  }
  return topology_from_lsdb(history.at(time));
}

// What --dst takes: a prefix, the prefixes that hold an address, a router's own.
class Wanted {
 public:
  static Result<Wanted> read(const DiffOptions& options, const Topology& before, const Topology& after) {
    Wanted wanted;
    wanted.any_ = !options.src.empty() || !options.dst.empty();
    if (!options.src.empty()) {
      auto node = after.find(options.src);
      if (node) {
        wanted.router_ = after.node(*node).name;
      } else {
        node = before.find(options.src);
        if (!node) return node.error().in("--src");
        wanted.router_ = before.node(*node).name;
      }
    }
    if (options.dst.empty()) return wanted;
    wanted.to_all_ = false;
    if (const auto prefix = parse_prefix(options.dst)) {
      wanted.prefix_ = *prefix;
    } else if (const auto address = parse_address(options.dst)) {
      wanted.address_ = *address;
    } else {
      return Error{"--dst: '" + options.dst + "' is neither a prefix nor an address"};
    }
    return wanted;
  }

  bool any() const { return any_; }
  bool operator()(const std::string& router, const Prefix& prefix) const {
    if (!any_ || (!router_.empty() && router != router_)) return false;
    if (to_all_) return true;
    return prefix_ ? prefix == *prefix_ : prefix.contains(*address_);
  }

 private:
  bool any_ = false;
  bool to_all_ = true;
  std::string router_;
  std::optional<Prefix> prefix_;
  std::optional<IpAddress> address_;
};

std::string cost_text(Cost cost) { return cost == kUnreachable ? "none" : std::to_string(cost); }

Json path_json(const Topology& topology, const DiffOptions& options) {
  const auto path = find_path(Attachments(topology, {}), options.src, options.dst);
  if (!path) return {{"reachable", false}, {"why", path.error().message}};
  Json links = Json::array();
  for (const RouteShare& step : path->links)
    links.push_back({{"id", link_name(topology, step.link)}, {"share", step.share}});
  return {{"reachable", path->cost.has_value()},
          {"cost", path->cost ? Json(*path->cost) : Json(nullptr)},
          {"links", std::move(links)}};
}

// Both ends given, and the destination an address: the way itself, before and after.
bool asks_for_way(const DiffOptions& options) {
  return !options.src.empty() && !options.dst.empty() && parse_address(options.dst).has_value();
}

void print_json(const Answer& answer, const DiffOptions& options) {
  Json json = {{"from", print_time(answer.before.at())}, {"to", print_time(answer.after.at())}};
  json["changes"] = Json::array();
  for (const TopologyChange& change : answer.changes) {
    json["changes"].push_back({{"kind", print_change_kind(change.kind)},
                               {"text", change.text},
                               {"subject", change.subject},
                               {"links", change.links}});
  }
  const PathChanges& paths = answer.paths;
  json["paths"] = {{"pairs", paths.pairs},
                   {"other", paths.other},
                   {"cost", paths.cost},
                   {"lost", paths.lost},
                   {"won", paths.won}};
  if (answer.listed) {
    Json list = Json::array();
    for (const PathChange& change : paths.list) {
      list.push_back({{"router", change.router},
                      {"prefix", print_prefix(change.prefix)},
                      {"change", print_path_change(change.kind)},
                      {"was", change.was == kUnreachable ? Json(nullptr) : Json(change.was)},
                      {"is", change.is == kUnreachable ? Json(nullptr) : Json(change.is)}});
    }
    json["paths"]["list"] = std::move(list);
    json["paths"]["left_out"] = paths.left_out;
  }
  if (asks_for_way(options))
    json["way"] = {{"before", path_json(answer.before, options)},
                   {"after", path_json(answer.after, options)}};
  fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

TextTable changes_table(const Answer& answer) {
  TextTable table({"kind", "what"});
  for (const TopologyChange& change : answer.changes)
    table.row({print_change_kind(change.kind), change.text});
  return table;
}

TextTable paths_table(const Answer& answer) {
  TextTable table({"router", "prefix", "way", "cost was", "cost is"});
  for (const PathChange& change : answer.paths.list) {
    table.row({change.router, print_prefix(change.prefix), print_path_change(change.kind),
               cost_text(change.was), cost_text(change.is)});
  }
  return table;
}

void print_way(const char* word, const Topology& topology, const DiffOptions& options) {
  const auto path = find_path(Attachments(topology, {}), options.src, options.dst);
  fmt::print("\n{} {} to {}: ", word, options.src, options.dst);
  if (!path || !path->cost) return fmt::print("no way{}\n", path ? "" : ", " + path.error().message);
  fmt::print("cost {}\n", *path->cost);
  for (const RouteShare& step : path->links)
    fmt::print("  {} ({:.0f}%)\n", link_name(topology, step.link), step.share * 100);
}

void print_table(const Answer& answer, const DiffOptions& options) {
  if (answer.changes.empty()) {
    fmt::print("between {} and {} nothing changed\n", print_time(answer.before.at()),
               print_time(answer.after.at()));
  } else {
    fmt::print("{}", changes_table(answer).aligned());
  }
  const PathChanges& paths = answer.paths;
  fmt::print(
      "\nof {} ways from a router to a prefix, {} take other links, {} the same at another cost, {} are "
      "lost, {} are new\n",
      paths.pairs, paths.other, paths.cost, paths.lost, paths.won);
  if (answer.listed && !paths.list.empty()) fmt::print("\n{}", paths_table(answer).aligned());
  if (paths.left_out > 0) fmt::print("and {} more\n", paths.left_out);
  if (!asks_for_way(options)) return;
  print_way("before,", answer.before, options);
  print_way("after,", answer.after, options);
}

int fail(const Error& error) {
  fmt::print(stderr, "anemone diff: {}\n", error.message);
  return kFailed;
}

Result<Answer> compare(const DiffOptions& options) {
  const auto recording = read_routing_recording("diff", options.sources, options.keys);
  if (!recording) return recording.error();
  const LsdbHistory history(recording->log);
  auto before = topology_at(history, "--from", options.from, recording->from);
  if (!before) return before.error();
  auto after = topology_at(history, "--to", options.to, recording->to);
  if (!after) return after.error();
  const auto wanted = Wanted::read(options, *before, *after);
  if (!wanted) return wanted.error();
  Answer answer{std::move(*before), std::move(*after), {}, {}, wanted->any()};
  answer.changes = diff_topologies(answer.before, answer.after);
  answer.paths = path_changes(answer.before, answer.after, *wanted);
  return answer;
}

}  // namespace

int diff(int argc, char** argv) {
  DiffOptions options;
  Arguments arguments("diff", "What changed between two instants: the topology, and whose ways through it.");
  arguments.positional("SOURCE", options.sources, "captures and LSA logs of one network", Need::kRequired);
  arguments.option("--from", options.from, "the earlier instant (RFC 3339 or Unix seconds)", Need::kRequired);
  arguments.option("--to", options.to, "the later one; by default the last packet");
  arguments.option("--src", options.src, "list the changed ways of this router");
  arguments.option("--dst", options.dst,
                   "list the changed ways to this prefix, or to what holds this address");
  options.keys.declare(arguments);
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to print; csv lists the ways");
  if (const auto code = arguments.parse(argc, argv)) return *code;
  const auto answer = compare(options);
  if (!answer) return fail(answer.error());
  if (options.format == "json") print_json(*answer, options);
  if (options.format == "csv") fmt::print("{}", paths_table(*answer).csv());
  if (options.format == "table") print_table(*answer, options);
  return kDone;
}

}  // namespace anemone
