// anemone flows FILE...: the flows of capture files. frame -> event -> flow -> record -> text.

#include <array>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "capture/capture_file.h"
#include "capture/event_pipe.h"
#include "flow/flow_table.h"
#include "record/from_flow.h"
#include "record/record_text.h"

namespace anemone {
namespace {

constexpr std::size_t kFlush = 256 * 1024;

struct Wanted {
  std::vector<std::string> files;
  std::string format = "table";
  std::string slice = "0s";
  std::string idle = "0s";
  std::string active = "0s";
  std::uint64_t flows_max = 4'000'000;
  bool totals_only = false;
};

// Writes records as they come, in one of the formats, and the totals at the end.
class FlowsOutput {
 public:
  FlowsOutput(const std::string& format, bool totals_only)
      : json_(format == "json"), csv_(format == "csv"), totals_only_(totals_only) {
    if (json_) text_ = "{\"flows\":[";
    if (csv_ && !totals_only) text_ = kCsvHeader;
    if (!json_ && !csv_ && !totals_only) text_ = kTableHeader;
  }

  void add(const std::vector<Flow>& flows) {
    flows_ += flows.size();
    if (totals_only_) return;
    for (const Flow& flow : flows) add(record_of(flow, ObserverId{0}));
  }

  // False when standard output takes no more.
  bool finish(const CaptureCounts& counts, std::uint64_t pushed_out) {
    const std::array<std::pair<const char*, std::uint64_t>, 13> totals = {{
        {"frames", counts.frames},
        {"wire_bytes", counts.wire_bytes},
        {"packets", counts.packets},
        {"bytes", counts.bytes},
        {"flows", flows_},
        {"not_ip", counts.not_ip},
        {"malformed", counts.malformed},
        {"truncated", counts.truncated},
        {"headers_cut", counts.headers_cut},
        {"ports_cut", counts.ports_cut},
        {"fragments", counts.fragments},
        {"fragments_orphaned", counts.fragments_orphaned},
        {"flows_pushed_out", pushed_out},
    }};
    if (json_) text_ += "\n],\"totals\":{";
    const char* between = json_ ? "" : "totals:";
    if (!csv_) {
      for (const auto& [name, number] : totals) {
        text_ += between;
        text_ += json_ ? "\"" + std::string(name) + "\":" : " " + std::string(name) + " ";
        text_ += std::to_string(number);
        between = ",";
      }
      text_ += json_ ? "}}\n" : "\n";
    }
    flush();
    return std::fflush(stdout) == 0 && !failed_;
  }

 private:
  void add(const FlowRecord& record) {
    if (json_) {
      text_ += first_ ? "\n" : ",\n";
      first_ = false;
      append_json(record, text_);
    } else if (csv_) {
      append_csv(record, text_);
    } else {
      append_row(record, text_);
    }
    if (text_.size() >= kFlush) flush();
  }

  void flush() {
    failed_ = failed_ || std::fwrite(text_.data(), 1, text_.size(), stdout) != text_.size();
    text_.clear();
  }

  bool json_;
  bool csv_;
  bool totals_only_;
  bool first_ = true;
  bool failed_ = false;
  std::uint64_t flows_ = 0;
  std::string text_;
};

// Accounts one file to the table; says what was wrong with it, if anything was.
Result<void> add_file(const std::string& path, const FlowLimits& limits, FlowTable& table,
                      CaptureCounts& counts, FlowsOutput& output) {
  auto file = CaptureFile::open(path);
  if (!file) return file.error();
  const bool cuts = limits.slice.count() + limits.idle.count() + limits.active.count() > 0;
  EventPipe pipe(*file);
  std::vector<Flow> due;
  Time next_look = Time::min();
  for (auto events = pipe.next(); !events.empty(); events = pipe.next()) {
    table.add(events, due);
    const Time now = events.back().time;
    if (cuts && now >= next_look) {
      table.expire(now, due);
      next_look = now + 1s;
    }
    if (due.empty()) continue;
    output.add(due);
    due.clear();
  }
  counts += file->counts();
  if (file->problem()) return *file->problem();
  return {};
}

Result<FlowLimits> limits_of(const Wanted& wanted) {
  FlowLimits limits;
  limits.flows = wanted.flows_max;
  const std::pair<const std::string*, Duration*> times[] = {
      {&wanted.slice, &limits.slice}, {&wanted.idle, &limits.idle}, {&wanted.active, &limits.active}};
  for (const auto& [text, into] : times) {
    auto time = parse_duration(*text);
    if (!time) return time.error();
    if (time->count() < 0) return Error{"a negative time: '" + *text + "'"};
    *into = *time;
  }
  return limits;
}

int run_flows(const Wanted& wanted, const FlowLimits& limits) {
  FlowTable table(limits);
  FlowsOutput output(wanted.format, wanted.totals_only);
  CaptureCounts counts;
  int code = kDone;
  for (const std::string& path : wanted.files) {
    auto added = add_file(path, limits, table, counts, output);
    if (added) continue;
    std::fprintf(stderr, "anemone flows: %s\n", added.error().message.c_str());
    code = kFailed;
  }
  for (std::vector<Flow> rest; table.finish_some(1024, rest); rest.clear()) output.add(rest);
  if (table.pushed_out() > 0) {
    std::fprintf(stderr,
                 "anemone flows: %llu flows were pushed out of the full table and may stand in several rows "
                 "(--flows-max)\n",
                 static_cast<unsigned long long>(table.pushed_out()));
  }
  if (!output.finish(counts, table.pushed_out())) {
    std::fputs("anemone flows: standard output takes no more\n", stderr);
    code = kFailed;
  }
  return code;
}

}  // namespace

int flows(int argc, char** argv) {
  Wanted wanted;
  Arguments arguments("flows",
                      "The flows of capture files (pcap, pcapng, also gzip): one row per 5-tuple of the "
                      "outermost IP header and "
                      "direction, over all files, unless --slice, --idle or --active cut them.");
  arguments.positional("FILE", wanted.files, "capture files; - is standard input", Need::kRequired);
  arguments.choice("--format", wanted.format, {"table", "json", "csv"}, "how to write them");
  arguments.option("--slice", wanted.slice,
                   "cut flows at multiples of this on the wall clock, as 10s; 0s: never");
  arguments.option("--idle", wanted.idle, "a flow silent for longer has ended, as 15s; 0s: never");
  arguments.option("--active", wanted.active, "cut flows that last this long, as 30m; 0s: never");
  arguments.option("--flows-max", wanted.flows_max,
                   "flows kept at a time; beyond, the one that began first leaves");
  arguments.flag("--totals", wanted.totals_only, "only the totals");
  if (auto code = arguments.parse(argc, argv)) return *code;
  auto limits = limits_of(wanted);
  if (!limits) {
    std::fprintf(stderr, "anemone flows: %s\n", limits.error().message.c_str());
    return kWrongUsage;
  }
  return run_flows(wanted, *limits);
}

}  // namespace anemone
