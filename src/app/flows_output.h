// FlowsOutput writes what `anemone flows` found: rows as they come, in one of the formats or as IPFIX, and
// the totals at the end.
//
// Rows are those of docs/formats/flows.md. Under a definition of the user's own they have its columns instead
// (record/record_columns.h); as a table they are then kept until the end, so that columns are as wide as they
// must be.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/ipfix_output.h"
#include "app/text_table.h"
#include "capture/capture_counts.h"
#include "capture/record_names.h"
#include "capture/tunnel_reader.h"
#include "flow/flow.h"
#include "record/flow_record.h"
#include "record/record_columns.h"

namespace anemone {

// What was found inside tunnels, over all files.
struct TunnelTotals {
  std::uint64_t packets = 0;  // in rows that have a tunnel
  std::uint64_t bytes = 0;
  std::uint64_t incomplete = 0;
  std::uint64_t refused = 0;
  std::array<TunnelCount, kTunnelKinds> counts{};
};

struct FlowsOutputConfig {
  std::string format = "table";  // or json, csv, ipfix
  bool totals_only = false;
  bool chosen = false;                         // rows are a choice: their packets and bytes are a total, too
  const RecordNames* names = nullptr;          // rows tell their tunnels
  const FlowDefinition* definition = nullptr;  // rows have its columns; with names
  const RecordNames* known = nullptr;          // what is known of records that were not made here; for IPFIX
  IpfixOutput* ipfix = nullptr;                // where rows go instead
  bool silent = false;                         // not even totals: standard output has the rows
};

class FlowsOutput {
 public:
  // What the config names must outlive this.
  explicit FlowsOutput(const FlowsOutputConfig& config);

  void add(std::span<const Flow> flows);
  // Records that were not made here, as they are; they count as packets and bytes of `counts`.
  void add(std::span<const FlowRecord> records, CaptureCounts& counts);
  // To be called before finish().
  void add_totals(const TunnelTotals& tunnels);
  // False when standard output takes no more.
  bool finish(const CaptureCounts& counts, std::uint64_t pushed_out);

 private:
  std::string key(std::string_view name) const;
  void add_technology(std::string_view name, const TunnelCount& count, bool first);
  void add(const FlowRecord& record);
  void add_json(const FlowRecord& record);
  void flush();

  bool json_;
  bool csv_;
  FlowsOutputConfig config_;
  std::optional<RecordColumns> columns_;
  std::optional<TextTable> table_;
  bool first_ = true;
  bool failed_ = false;
  std::uint64_t flows_ = 0;
  std::uint64_t packets_ = 0;  // of the rows
  std::uint64_t bytes_ = 0;
  std::string text_;
  std::string more_;  // totals
};

}  // namespace anemone
