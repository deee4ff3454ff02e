// anemone query: a definition applied to what has been. To all agents through a server, or to one archive on
// this disk.

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/query_server.h"
#include "app/server_options.h"
#include "app/text_table.h"
#include "filter/filter_text.h"
#include "flow/flow_definition.h"
#include "flow/retrospect.h"
#include "record/from_flow.h"
#include "record/record_columns.h"

namespace anemone {
namespace {

struct QueryOptions {
  ServerOptions server;
  std::string archive;
  std::string define;
  std::string where;
  std::string last;
  std::string from;
  std::string to;
  std::string wait = "2s";
  std::string format = "table";
  std::uint64_t top = 0;
  std::uint64_t flows_max = 1'000'000;
  bool sum = false;
};

// What was asked, made sense of before anything starts.
struct Asked {
  FlowDefinition definition;
  Duration last{};  // 0 = `range`
  TimeRange range;
  Duration wait{};
};

void say(const std::string& what) { std::fprintf(stderr, "anemone query: %s\n", what.c_str()); }

int write_out(const std::string& text) {
  const bool whole = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (whole && std::fflush(stdout) == 0) return kDone;
  say("standard output takes no more");
  return kFailed;
}

Result<FlowDefinition> definition_of(const QueryOptions& options) {
  auto definition = parse_flow_definition(options.define);
  if (!definition) return definition.error().in("--define");
  if (!options.where.empty()) {
    auto where = parse_filter(options.where);
    if (!where) return where.error().in("--where");
    Filter& all = definition->where;
    all = all.is_everything() ? std::move(*where) : all_of({std::move(all), std::move(*where)});
  }
  if (options.sum) definition->slice = definition->idle = definition->active = 0s;
  return definition;
}

Result<Asked> read_options(const QueryOptions& options) {
  if (options.archive.empty() == options.server.server.empty()) {
    return Error{"ask either a server (--server URL) or an archive on this disk (--archive FOLDER)"};
  }
  Asked asked;
  auto definition = definition_of(options);
  if (!definition) return definition.error();
  asked.definition = std::move(*definition);
  const auto wait = parse_duration(options.wait);
  if (!wait) return wait.error().in("--wait");
  asked.wait = *wait;
  if (options.from.empty() != options.to.empty()) return Error{"--from and --to go together"};
  if (!options.from.empty()) {
    if (!options.last.empty()) return Error{"--last and --from say both where to begin"};
    const auto from = parse_time(options.from);
    if (!from) return from.error().in("--from");
    const auto to = parse_time(options.to);
    if (!to) return to.error().in("--to");
    if (*from >= *to) return Error{"--to is not after --from"};
    asked.range = {*from, *to};
    return asked;
  }
  const auto last = parse_duration(options.last.empty() ? "10m" : options.last);
  if (!last) return last.error().in("--last");
  if (last->count() <= 0) return Error{"--last: want more than no time"};
  asked.last = *last;
  return asked;
}

// The rows with most bytes first, no more than `top`; all as they came when it is 0.
void keep_top(std::vector<Flow>& flows, std::uint64_t top) {
  if (top == 0) return;
  std::stable_sort(flows.begin(), flows.end(),
                   [](const Flow& a, const Flow& b) { return a.bytes > b.bytes; });
  if (flows.size() > top) flows.resize(top);
}

std::string archive_json(const Retrospect& seen, const std::vector<Flow>& flows, const RecordColumns& columns,
                         std::size_t all_flows) {
  std::string text = "{\"from\":\"" + print_time(seen.covered.from) + "\",\"to\":\"" +
                     print_time(seen.covered.to) + "\",\"flows\":[";
  for (const Flow& flow : flows) {
    text += &flow == flows.data() ? "\n" : ",\n";
    columns.append_json(record_of(flow, ObserverId{0}), text);
  }
  const std::pair<const char*, std::uint64_t> totals[] = {
      {"packets", seen.packets},
      {"bytes", seen.bytes},
      {"flows", all_flows},
      {"micro_flows", seen.micro_flows},
      {"flows_pushed_out", seen.pushed_out},
      {"files", seen.files},
      {"files_torn", seen.files_torn},
      {"gaps_us", static_cast<std::uint64_t>(seen.gaps.count())},
  };
  text += "\n],\"totals\":{";
  for (const auto& [name, number] : totals) {
    text += (text.back() == '{' ? "\"" : ",\"") + std::string(name) + "\":" + std::to_string(number);
  }
  return text + "}}\n";
}

std::string archive_text(const std::string& format, const Retrospect& seen, const std::vector<Flow>& flows,
                         const RecordColumns& columns, std::size_t all_flows) {
  if (format == "json") return archive_json(seen, flows, columns, all_flows);
  if (format == "csv") {
    std::string text;
    columns.append_csv_head(text);
    for (const Flow& flow : flows) columns.append_csv(record_of(flow, ObserverId{0}), text);
    return text;
  }
  TextTable table(columns.heads());
  for (const Flow& flow : flows) table.row(columns.cells(record_of(flow, ObserverId{0})));
  return table.aligned();
}

void tell_covered(const Retrospect& seen) {
  if (seen.covered.from == seen.covered.to) return say("the archive has nothing of that time");
  say("covers " + print_time(seen.covered.from) + " to " + print_time(seen.covered.to));
  if (seen.gaps > 0s)
    say("without " + std::to_string(seconds(seen.gaps)) + " s in between, when nobody counted");
  if (seen.files_torn > 0) say(std::to_string(seen.files_torn) + " files ended in half a block");
  if (seen.pushed_out > 0)
    say(std::to_string(seen.pushed_out) + " flows may stand in several rows (--flows-max)");
}

int query_archive(const QueryOptions& options, Asked asked) {
  if (asked.last > 0s) {
    const TimeRange held = held_range(options.archive);
    if (held == TimeRange{}) {
      say(options.archive + ": no archive of micro-flows");
      return kFailed;
    }
    asked.range = {held.to - asked.last, held.to};
  }
  RecordNames names;
  std::vector<Flow> flows;
  const auto seen =
      look_back(options.archive, asked.definition, asked.range, names,
                [&](std::span<const Flow> some) { flows.insert(flows.end(), some.begin(), some.end()); }, {},
                {.flows_max = options.flows_max});
  if (!seen) {
    say(seen.error().message);
    return kFailed;
  }
  const std::size_t all_flows = flows.size();
  keep_top(flows, options.top);
  tell_covered(*seen);
  return write_out(
      archive_text(options.format, *seen, flows, RecordColumns(asked.definition, names), all_flows));
}

int query_server(const QueryOptions& options, const Asked& asked) {
  constexpr Duration kOnTop = 20s;  // for the server's own work
  auto client = options.server.connect(asked.wait + kOnTop);
  if (!client) {
    say(client.error().message);
    return kWrongUsage;
  }
  ServerQuestion question{
      .define = print_flow_definition(asked.definition), .from = "", .to = "", .last = ""};
  if (asked.last > 0s) {
    question.last = options.last.empty() ? "10m" : options.last;
  } else {
    question.from = print_time(asked.range.from);
    question.to = print_time(asked.range.to);
  }
  question.wait_ms = static_cast<std::uint64_t>(asked.wait.count() / 1000);
  const auto body = ask_server(**client, "POST", "/api/v1/queries", print_question(question));
  const RecordNames none;
  const auto columns = RecordColumns(asked.definition, none).heads();
  const auto answer = body ? read_server_answer(*body, columns, options.top) : body.error();
  if (!answer) {
    say(answer.error().message);
    return kFailed;
  }
  say(std::to_string(answer->answered) + " of " + std::to_string(answer->agents) + " agents answered, for " +
      answer->from + " to " + answer->to);
  for (const std::string& problem : answer->problems) say(problem);
  TextTable table(columns);
  for (const auto& row : answer->rows) table.row(row);
  return write_out(options.format == "json"  ? answer->json + "\n"
                   : options.format == "csv" ? table.csv()
                                             : table.aligned());
}

}  // namespace

int query(int argc, char** argv) {
  QueryOptions options;
  Arguments arguments(
      "query",
      "What has been, by a flow definition of your own (docs/flow-definitions.md): asked of every "
      "agent through a server, each of which applies it to the micro-flows that it still has, or of "
      "an archive on this disk.");
  options.server.declare(arguments);
  arguments.option("--archive", options.archive, "an agent's archive on this disk, instead of a server");
  arguments.option("--define", options.define,
                   "what one flow is, as 'key src dport process; where proto tcp'");
  arguments.option("--where", options.where, "only these, in addition to what the definition says");
  arguments.option("--last", options.last, "the last so long: 30s, 10m (when nothing is said), 2h");
  arguments.option("--from", options.from, "from this instant on (RFC 3339, or Unix seconds)");
  arguments.option("--to", options.to, "until this instant");
  arguments.flag("--sum", options.sum, "add up over the whole time instead of slice by slice");
  arguments.option("--top", options.top, "only so many rows, those with most bytes first; 0: all by time");
  arguments.option("--wait", options.wait, "how long agents may take to answer");
  arguments.option("--flows-max", options.flows_max, "flows kept at a time when an archive is asked");
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to write them");
  if (auto code = arguments.parse(argc, argv)) return *code;
  auto asked = read_options(options);
  if (!asked) {
    say(asked.error().message);
    return kWrongUsage;
  }
  if (options.archive.empty()) return query_server(options, *asked);
  return query_archive(options, std::move(*asked));
}

}  // namespace anemone
