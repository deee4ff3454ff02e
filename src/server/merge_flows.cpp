#include "server/merge_flows.h"

#include <algorithm>

namespace anemone {

std::size_t MergedFlows::Hash::operator()(const Key& key) const noexcept {
  constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;
  std::uint64_t h = std::hash<FlowKey>{}(key.key);
  for (const std::uint64_t part :
       {std::uint64_t{key.origin.owner.value()} << 32 | key.origin.pid,
        std::uint64_t{key.origin.application.value()} << 32 | key.origin.interface,
        std::uint64_t{key.origin.tunnel.value()}, static_cast<std::uint64_t>(micros(key.slice)) ^ key.tos}) {
    h = (h ^ part) * kMix;
    h ^= h >> 29;
  }
  return h;
}

void MergedFlows::add(const std::vector<FlowRecord>& records, const RecordNames& names) {
  for (const FlowRecord& record : records) {
    Key key{record.key, record.origin, slice_ > Duration{0} ? slice_start(record.start, slice_) : Time{},
            tos_ ? record.tos : std::uint8_t{0}};
    if (key.origin.owner.valid()) key.origin.owner = names_.owners.intern(names.owners[key.origin.owner]);
    if (key.origin.application.valid()) {
      key.origin.application = names_.applications.intern(names.applications[key.origin.application]);
    }
    if (key.origin.tunnel.valid())
      key.origin.tunnel = names_.tunnels.intern(names.tunnels[key.origin.tunnel]);
    const auto [place, is_new] = places_.try_emplace(key, flows_.size());
    if (is_new) {
      flows_.push_back(record);
      flows_.back().origin = key.origin;
      continue;
    }
    FlowRecord& flow = flows_[place->second];
    flow.start = std::min(flow.start, record.start);
    flow.end = std::max(flow.end, record.end);
    flow.packets += record.packets;
    flow.bytes += record.bytes;
    flow.tcp_flags |= record.tcp_flags;
    flow.retransmits += record.retransmits;
    flow.accuracy |= record.accuracy;
    if (record.srtt_us != 0) flow.srtt_us = record.srtt_us;
  }
}

}  // namespace anemone
