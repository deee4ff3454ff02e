// anemone flows FILE...: the flows of capture files. frame -> event -> flow -> record -> text, or IPFIX;
// those of IPFIX Files are records already.

#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/flows_output.h"
#include "app/ipfix_output.h"
#include "app/ipfix_source.h"
#include "capture/capture_file.h"
#include "capture/event_pipe.h"
#include "capture/tunnel_reader.h"
#include "filter/filter_text.h"
#include "flow/defined_flows.h"
#include "flow/flow_table.h"

namespace anemone {
namespace {

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
  std::string define;
  std::string where;
  std::string out;  // for IPFIX
  TlsFiles tls;
};

// What events are accounted to; flows that left go to the output. With `chosen` by what a user chose or
// defined, else by the short way.
class FlowsTable {
 public:
  FlowsTable(const FlowLimits& limits, DefinedFlows* chosen, FlowsOutput& output)
      : cuts_(limits.slice.count() + limits.idle.count() + limits.active.count() > 0),
        table_(limits),
        chosen_(chosen),
        output_(output) {}

  void add(std::span<const Event> events, Time now) {
    if (chosen_ == nullptr) {
      table_.add(events, due_);
      return look(now);
    }
    micro_flows_.resize(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) micro_flows_[i].event = events[i];
    add(micro_flows_, now);
  }

  void add(std::span<const MicroFlow> micro_flows, Time now) {
    chosen_ == nullptr ? table_.add(micro_flows, due_) : chosen_->add(micro_flows, due_);
    look(now);
  }
  void next_file() { next_look_ = Time::min(); }

  void finish() {
    if (chosen_ != nullptr) chosen_->finish(due_);
    output_.add(due_);
    for (std::vector<Flow> rest; table_.finish_some(1024, rest); rest.clear()) output_.add(rest);
  }
  std::uint64_t pushed_out() const {
    return chosen_ == nullptr ? table_.pushed_out() : chosen_->pushed_out();
  }

 private:
  void look(Time now) {
    if (cuts_ && now >= next_look_) {
      chosen_ == nullptr ? table_.expire(now, due_) : chosen_->expire(now, due_);
      next_look_ = now + 1s;
    }
    output_.add(due_);
    due_.clear();
  }

  bool cuts_;
  FlowTable table_;
  DefinedFlows* chosen_;
  FlowsOutput& output_;
  std::vector<Flow> due_;
  std::vector<MicroFlow> micro_flows_;
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
    if (!micro_flows.empty()) table.add(std::span(std::as_const(micro_flows)), micro_flows.back().event.time);
  }
  counts += file->counts();
  counts += reader.fragment_counts();
  totals.incomplete += reader.incomplete();
  totals.refused += reader.tunnels_refused();
  for (std::size_t i = 0; i < kTunnelKinds; ++i) totals.counts[i] += reader.count(static_cast<TunnelKind>(i));
  if (file->problem()) return *file->problem();
  return {};
}

// What a record counted, for who chooses among flows.
MicroFlow micro_flow_of(const FlowRecord& record) {
  constexpr std::uint64_t kMost = 0xffff'ffff;
  MicroFlow micro;
  micro.event = {.time = record.start,
                 .key = record.key,
                 .tcp_flags = record.tcp_flags,
                 .tos = record.tos,
                 .packets = static_cast<std::uint32_t>(std::min(record.packets, kMost)),
                 .bytes = record.bytes};
  const std::int64_t lasted = std::max<std::int64_t>((record.end - record.start).count(), 0);
  micro.lasted_us = static_cast<std::uint32_t>(std::min(static_cast<std::uint64_t>(lasted), kMost));
  micro.srtt_us = record.srtt_us;
  micro.retransmits = record.retransmits;
  micro.accuracy = record.accuracy;
  micro.origin = record.origin;
  return micro;
}

// An IPFIX File: its records are rows as they are, or are chosen among.
Result<void> add_ipfix_file(const std::string& path, FlowsTable* chosen, RecordNames& names,
                            CaptureCounts& counts, FlowsOutput& output) {
  std::vector<MicroFlow> micro_flows;
  if (chosen != nullptr) chosen->next_file();
  return read_ipfix_file(path, names, [&](std::span<const FlowRecord> records) {
    if (records.empty()) return;
    if (chosen == nullptr) return output.add(records, counts);
    micro_flows.clear();
    for (const FlowRecord& record : records) {
      counts.packets += record.packets;
      counts.bytes += record.bytes;
      micro_flows.push_back(micro_flow_of(record));
    }
    chosen->add(std::span(std::as_const(micro_flows)), records.back().start);
  });
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

// What the user chose: a definition of their own, or rows as usual of what a filter lets in.
Result<FlowDefinition> definition_of(const Wanted& wanted, FlowLimits& limits) {
  FlowDefinition definition;
  if (!wanted.define.empty()) {
    auto own = parse_flow_definition(wanted.define);
    if (!own) return own.error().in("--define");
    definition = std::move(*own);
    limits = FlowLimits::of(definition, limits.flows);
  } else {
    definition.slice = limits.slice;
    definition.idle = limits.idle;
    definition.active = limits.active;
  }
  if (!wanted.where.empty()) {
    auto where = parse_filter(wanted.where);
    if (!where) return where.error().in("--where");
    definition.where = definition.where.is_everything() ? *where : all_of({definition.where, *where});
  }
  return definition;
}

int run_flows(const Wanted& wanted, const FlowLimits& limits, const FlowDefinition& definition,
              IpfixOutput* ipfix) {
  const bool inside = wanted.tunnels != "outer";
  const Look look = wanted.tunnels == "both" ? Look::kBoth : Look::kInner;
  const bool own = !wanted.define.empty();
  RecordNames names;
  auto chosen = DefinedFlows::make(definition, names, limits.flows);
  if (!chosen) {
    std::fprintf(stderr, "anemone flows: %s\n", chosen.error().message.c_str());
    return kWrongUsage;
  }
  TunnelTotals totals;
  FlowsOutput output({.format = wanted.format,
                      .totals_only = wanted.totals_only,
                      .chosen = !definition.where.is_everything(),
                      .names = inside || own ? &names : nullptr,
                      .definition = own ? &definition : nullptr,
                      .known = &names,
                      .ipfix = ipfix,
                      .silent = wanted.out == "-"});
  const bool chooses = own || !wanted.where.empty();
  FlowsTable table(limits, chooses ? &*chosen : nullptr, output);
  CaptureCounts counts;
  int code = kDone;
  for (const std::string& path : wanted.files) {
    auto added = is_ipfix_file(path) ? add_ipfix_file(path, chooses ? &table : nullptr, names, counts, output)
                 : inside            ? add_file_inside(path, look, table, counts, names, totals)
                                     : add_file(path, table, counts);
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
  if (ipfix != nullptr) {
    if (auto finished = ipfix->finish(names); !finished) {
      std::fprintf(stderr, "anemone flows: %s\n", finished.error().message.c_str());
      code = kFailed;
    }
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
  arguments.positional("FILE", wanted.files, "capture files, - is standard input; or IPFIX Files",
                       Need::kRequired);
  arguments.choice("--format", wanted.format, {"table", "json", "csv", "ipfix"}, "how to write them");
  arguments.option(
      "--out", wanted.out,
      "where IPFIX goes: a file, - for standard output, or a collector: udp://HOST:PORT, tcp://, tls://");
  arguments.option("--tls-ca", wanted.tls.ca, "whom to believe for tls://, in PEM; the system's authorities");
  arguments.option("--tls-certificate", wanted.tls.certificate, "what to show for tls://, in PEM");
  arguments.option("--tls-key", wanted.tls.key, "its key");
  arguments.option("--slice", wanted.slice,
                   "cut flows at multiples of this on the wall clock, as 10s; 0s: never");
  arguments.option("--idle", wanted.idle, "a flow silent for longer has ended, as 15s; 0s: never");
  arguments.option("--active", wanted.active, "cut flows that last this long, as 30m; 0s: never");
  arguments.option("--flows-max", wanted.flows_max,
                   "flows kept at a time; beyond, the one that began first leaves");
  arguments.option("--where", wanted.where,
                   "only these, as 'src net 10.0.0.0/8 and dst port 443 and bytes > 1M'");
  arguments.option(
      "--define", wanted.define,
      "what one flow is, as 'key src/24 dport; where proto tcp; slice 10s': with its columns and times");
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
  auto definition = definition_of(wanted, *limits);
  if (!definition) {
    std::fprintf(stderr, "anemone flows: %s\n", definition.error().message.c_str());
    return kWrongUsage;
  }
  if (wanted.out.empty() == (wanted.format == "ipfix")) {
    std::fputs("anemone flows: --format ipfix wants --out, and no other format does\n", stderr);
    return kWrongUsage;
  }
  if (wanted.out.empty()) return run_flows(wanted, *limits, *definition, nullptr);
  auto ipfix = IpfixOutput::open(wanted.out, wanted.tls);
  if (!ipfix) {
    std::fprintf(stderr, "anemone flows: %s\n", ipfix.error().message.c_str());
    return kFailed;
  }
  return run_flows(wanted, *limits, *definition, ipfix->get());
}

}  // namespace anemone
