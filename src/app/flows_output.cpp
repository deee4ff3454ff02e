#include "app/flows_output.h"

#include <cstdio>
#include <utility>

#include "record/from_flow.h"
#include "record/record_text.h"

namespace anemone {
namespace {

constexpr std::size_t kFlush = 256 * 1024;

}  // namespace

FlowsOutput::FlowsOutput(const FlowsOutputConfig& config)
    : json_(config.format == "json"), csv_(config.format == "csv"), config_(config) {
  if (config.definition != nullptr) columns_.emplace(*config.definition, *config.names);
  if (json_) text_ = "{\"flows\":[";
  if (json_ || config.totals_only || config.ipfix != nullptr) return;
  if (columns_ && csv_) {
    columns_->append_csv_head(text_);
  } else if (columns_) {
    table_.emplace(columns_->heads());
  } else if (csv_) {
    text_ = config.names == nullptr ? kCsvHeader : kCsvNamedHeader;
  } else {
    text_ = kTableHeader;
  }
}

void FlowsOutput::add(std::span<const Flow> flows) {
  flows_ += flows.size();
  for (const Flow& flow : flows) {
    packets_ += flow.packets;
    bytes_ += flow.bytes;
    if (!config_.totals_only) add(record_of(flow, ObserverId{}));
  }
}

void FlowsOutput::add(std::span<const FlowRecord> records, CaptureCounts& counts) {
  flows_ += records.size();
  for (const FlowRecord& record : records) {
    counts.packets += record.packets;
    counts.bytes += record.bytes;
    packets_ += record.packets;
    bytes_ += record.bytes;
    if (!config_.totals_only) add(record);
  }
}

void FlowsOutput::add_totals(const TunnelTotals& tunnels) {
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

bool FlowsOutput::finish(const CaptureCounts& counts, std::uint64_t pushed_out) {
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
  if (table_) text_ += table_->aligned();
  if (json_) text_ += "\n],\"totals\":{";
  if (!csv_) {
    std::string numbers;
    for (const auto& [name, number] : totals) numbers += key(name) + std::to_string(number);
    if (config_.chosen) {
      numbers +=
          key("chosen_packets") + std::to_string(packets_) + key("chosen_bytes") + std::to_string(bytes_);
    }
    text_ += (json_ ? "" : "totals:") + numbers.substr(1) + more_;
    text_ += json_ ? "}}\n" : "\n";
  }
  if (config_.silent) text_.clear();
  flush();
  return std::fflush(stdout) == 0 && !failed_;
}

std::string FlowsOutput::key(std::string_view name) const {
  return json_ ? ",\"" + std::string(name) + "\":" : ", " + std::string(name) + " ";
}

void FlowsOutput::add_technology(std::string_view name, const TunnelCount& count, bool first) {
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

void FlowsOutput::add(const FlowRecord& record) {
  if (config_.ipfix != nullptr) {
    config_.ipfix->add(record, *config_.known);
  } else if (json_) {
    add_json(record);
  } else if (table_) {
    table_->row(columns_->cells(record));
  } else if (csv_ && columns_) {
    columns_->append_csv(record, text_);
  } else if (csv_) {
    config_.names == nullptr ? append_csv(record, text_) : append_csv(record, *config_.names, text_);
  } else {
    config_.known == nullptr ? append_row(record, text_) : append_row(record, *config_.known, text_);
  }
  if (text_.size() >= kFlush) flush();
}

void FlowsOutput::add_json(const FlowRecord& record) {
  text_ += first_ ? "\n" : ",\n";
  first_ = false;
  if (columns_) {
    columns_->append_json(record, text_);
  } else if (config_.known != nullptr) {
    append_json(record, *config_.known, text_);
  } else {
    append_json(record, text_);
  }
}

void FlowsOutput::flush() {
  failed_ = failed_ || std::fwrite(text_.data(), 1, text_.size(), stdout) != text_.size();
  text_.clear();
}

}  // namespace anemone
