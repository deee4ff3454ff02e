// anemone flows FILE...: the flows of capture files. frame -> event -> flow -> record -> text.

#include <array>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "capture/capture_file.h"
#include "capture/event_pipe.h"
#include "capture/tunnel_reader.h"
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
  bool inner = false;
  std::string tunnels = "outer";
};

// What was found inside tunnels, over all files.
struct TunnelTotals {
  std::uint64_t packets = 0;  // in rows that have a tunnel
  std::uint64_t bytes = 0;
  std::uint64_t incomplete = 0;
  std::uint64_t refused = 0;
  std::array<TunnelCount, kTunnelKinds> counts{};
};

// Writes records as they come, in one of the formats, and the totals at the end. With `names`, with tunnels.
class FlowsOutput {
 public:
  FlowsOutput(const std::string& format, bool totals_only, const RecordNames* names)
      : json_(format == "json"), csv_(format == "csv"), totals_only_(totals_only), names_(names) {
    if (json_) text_ = "{\"flows\":[";
    if (csv_ && !totals_only) text_ = names == nullptr ? kCsvHeader : kCsvNamedHeader;
    if (!json_ && !csv_ && !totals_only) text_ = kTableHeader;
  }

  void add(const std::vector<Flow>& flows) {
    flows_ += flows.size();
    if (totals_only_) return;
    for (const Flow& flow : flows) add(record_of(flow, ObserverId{0}));
  }

  // To be called before finish().
  void add_totals(const TunnelTotals& tunnels) {
    more_ += key("tunnelled_packets") + std::to_string(tunnels.packets);
    more_ += key("tunnelled_bytes") + std::to_string(tunnels.bytes);
    more_ += key("tunnels_incomplete") + std::to_string(tunnels.incomplete);
    more_ += key("tunnels_unnamed") + std::to_string(tunnels.refused);
    if (json_) more_ += ",\"tunnels\":{";
    bool first = true;
    for (std::size_t i = 1; i < kTunnelKinds; ++i) {
      const TunnelCount& count = tunnels.counts[i];
      if (count.packets == 0) continue;
      add_technology(name_of(static_cast<TunnelKind>(i)), count, std::exchange(first, false));
    }
    if (json_) more_ += '}';
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
    if (!csv_) {
      std::string numbers;
      for (const auto& [name, number] : totals) numbers += key(name) + std::to_string(number);
      text_ += (json_ ? "" : "totals:") + numbers.substr(1) + more_;
      text_ += json_ ? "}}\n" : "\n";
    }
    flush();
    return std::fflush(stdout) == 0 && !failed_;
  }

 private:
  std::string key(std::string_view name) const {
    return json_ ? ",\"" + std::string(name) + "\":" : ", " + std::string(name) + " ";
  }

  void add_technology(std::string_view name, const TunnelCount& count, bool first) {
    const std::string numbers = key("packets") + std::to_string(count.packets) + key("bytes") +
                                std::to_string(count.bytes) + key("inner_packets") +
                                std::to_string(count.inner_packets) + key("inner_bytes") +
                                std::to_string(count.inner_bytes);
    if (json_) {
      more_ += (first ? "\"" : ",\"") + std::string(name) + "\":{" + numbers.substr(1) + '}';
    } else {
      more_ += "\ntunnel " + std::string(name) + ':' + numbers.substr(1);
    }
  }

  void add(const FlowRecord& record) {
    if (json_) {
      text_ += first_ ? "\n" : ",\n";
      first_ = false;
      names_ == nullptr ? append_json(record, text_) : append_json(record, *names_, text_);
    } else if (csv_) {
      names_ == nullptr ? append_csv(record, text_) : append_csv(record, *names_, text_);
    } else {
      names_ == nullptr ? append_row(record, text_) : append_row(record, *names_, text_);
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
  const RecordNames* names_;
  std::string text_;
  std::string more_;  // totals
};

// The table that events are accounted to; flows that left it go to the output.
class FlowsTable {
 public:
  FlowsTable(const FlowLimits& limits, FlowsOutput& output)
      : cuts_(limits.slice.count() + limits.idle.count() + limits.active.count() > 0),
        table_(limits),
        output_(output) {}

  template <class Events>
  void add(const Events& events, Time now) {
    table_.add(std::span(events), due_);
    if (cuts_ && now >= next_look_) {
      table_.expire(now, due_);
      next_look_ = now + 1s;
    }
    if (due_.empty()) return;
    output_.add(due_);
    due_.clear();
  }
  void next_file() { next_look_ = Time::min(); }

  void finish() {
    for (std::vector<Flow> rest; table_.finish_some(1024, rest); rest.clear()) output_.add(rest);
  }
  std::uint64_t pushed_out() const { return table_.pushed_out(); }

 private:
  bool cuts_;
  FlowTable table_;
  FlowsOutput& output_;
  std::vector<Flow> due_;
  Time next_look_ = Time::min();
};

// Accounts one file to the table; says what was wrong with it, if anything was.
Result<void> add_file(const std::string& path, FlowsTable& table, CaptureCounts& counts) {
  auto file = CaptureFile::open(path);
  if (!file) return file.error();
  EventPipe pipe(*file);
  table.next_file();
  for (auto events = pipe.next(); !events.empty(); events = pipe.next())
    table.add(events, events.back().time);
  counts += file->counts();
  if (file->problem()) return *file->problem();
  return {};
}

// The same, looking into tunnels, which get their numbers in `names`.
Result<void> add_file_inside(const std::string& path, Look look, FlowsTable& table, CaptureCounts& counts,
                             RecordNames& names, TunnelTotals& totals) {
  auto file = CaptureFile::open(path);
  if (!file) return file.error();
  TunnelReader reader(look);
  std::vector<TunnelId> ids;  // by the reader's
  std::vector<MicroFlow> micro_flows;
  table.next_file();
  for (bool more = true; more; micro_flows.clear()) {
    more = reader.read(*file, micro_flows);
    while (ids.size() < reader.size()) {
      const TunnelSeen& seen = reader[TunnelId{ids.size()}];
      ids.push_back(names.tunnels.intern({std::string(name_of(seen.kind)), "", seen.src, seen.dst, seen.id}));
    }
    for (MicroFlow& micro : micro_flows) {
      TunnelId& tunnel = micro.origin.tunnel;
      if (!tunnel.valid()) continue;
      tunnel = ids[tunnel.value()];
      totals.packets += micro.event.packets;
      totals.bytes += micro.event.bytes;
    }
    if (!micro_flows.empty()) table.add(micro_flows, micro_flows.back().event.time);
  }
  counts += file->counts();
  counts += reader.fragment_counts();
  totals.incomplete += reader.incomplete();
  totals.refused += reader.tunnels_refused();
  for (std::size_t i = 0; i < kTunnelKinds; ++i) totals.counts[i] += reader.count(static_cast<TunnelKind>(i));
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
  const bool inside = wanted.tunnels != "outer";
  const Look look = wanted.tunnels == "both" ? Look::kBoth : Look::kInner;
  RecordNames names;
  TunnelTotals totals;
  FlowsOutput output(wanted.format, wanted.totals_only, inside ? &names : nullptr);
  FlowsTable table(limits, output);
  CaptureCounts counts;
  int code = kDone;
  for (const std::string& path : wanted.files) {
    auto added =
        inside ? add_file_inside(path, look, table, counts, names, totals) : add_file(path, table, counts);
    if (added) continue;
    std::fprintf(stderr, "anemone flows: %s\n", added.error().message.c_str());
    code = kFailed;
  }
  table.finish();
  if (table.pushed_out() > 0) {
    std::fprintf(stderr,
                 "anemone flows: %llu flows were pushed out of the full table and may stand in several rows "
                 "(--flows-max)\n",
                 static_cast<unsigned long long>(table.pushed_out()));
  }
  if (inside) output.add_totals(totals);
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
  arguments.choice(
      "--tunnels", wanted.tunnels, {"outer", "inner", "both"},
      "which packets count: the outermost; the innermost that can be read, each with its tunnel; "
      "both, of which only rows without a tunnel load links");
  arguments.flag("--inner", wanted.inner, "the same as --tunnels inner");
  if (auto code = arguments.parse(argc, argv)) return *code;
  if (wanted.inner) wanted.tunnels = "inner";
  auto limits = limits_of(wanted);
  if (!limits) {
    std::fprintf(stderr, "anemone flows: %s\n", limits.error().message.c_str());
    return kWrongUsage;
  }
  return run_flows(wanted, *limits);
}

}  // namespace anemone
