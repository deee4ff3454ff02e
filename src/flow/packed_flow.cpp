#include "flow/packed_flow.h"

namespace anemone {
namespace {

// The row of what is appended, in a place that is free if there is one.
template <class Row>
std::uint32_t put(std::vector<Row>& rows, std::vector<std::uint32_t>& free, const Row& row) {
  if (free.empty()) {
    rows.push_back(row);
    return static_cast<std::uint32_t>(rows.size() - 1);
  }
  const std::uint32_t at = free.back();
  free.pop_back();
  rows[at] = row;
  return at;
}

}  // namespace

std::size_t FlowPacking::OriginHash::operator()(const Origin& origin) const noexcept {
  constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;
  std::uint64_t h = (std::uint64_t{origin.owner.value()} << 32 | origin.pid) * kMix;
  h = (h ^ h >> 29 ^ (std::uint64_t{origin.application.value()} << 32 | origin.interface)) * kMix;
  h = (h ^ h >> 29 ^ origin.tunnel.value()) * kMix;
  return h ^ h >> 32;
}

std::uint8_t FlowPacking::form_of(const FlowKey& key) {
  const bool no_src = key.src.is_none();
  const bool no_dst = key.dst.is_none();
  if ((!no_src && !key.src.is_v4()) || (!no_dst && !key.dst.is_v4())) return kWide;
  return static_cast<std::uint8_t>((no_src ? kNoSrc : 0) | (no_dst ? kNoDst : 0));
}

std::uint32_t FlowPacking::row_of(const Origin& origin) {
  if (last_origin_ < origins_.size() && origins_[last_origin_].flows > 0 &&
      origins_[last_origin_].origin == origin) {
    return last_origin_;
  }
  const auto known = origin_rows_.find(origin);
  if (known != origin_rows_.end()) return last_origin_ = known->second;
  last_origin_ = put(origins_, free_origins_, OriginRow{origin, 0});
  origin_rows_.emplace(origin, last_origin_);
  return last_origin_;
}

PackedFlow FlowPacking::pack(const FlowKey& key, const Origin& origin) {
  PackedFlow flow;
  flow.addresses = form_of(key);
  if ((flow.addresses & kWide) != 0) {
    flow.src = put(wide_, free_wide_, {key.src, key.dst});
  } else {
    flow.src = static_cast<std::uint32_t>(key.src.low());
    flow.dst = static_cast<std::uint32_t>(key.dst.low());
  }
  flow.src_port = key.src_port;
  flow.dst_port = key.dst_port;
  flow.protocol = key.protocol;
  flow.direction = key.direction;
  flow.origin = row_of(origin);
  ++origins_[flow.origin].flows;
  return flow;
}

void FlowPacking::release(const PackedFlow& flow) {
  if ((flow.addresses & kWide) != 0) free_wide_.push_back(flow.src);
  OriginRow& row = origins_[flow.origin];
  if (--row.flows > 0) return;
  origin_rows_.erase(row.origin);
  free_origins_.push_back(flow.origin);
}

void FlowPacking::clear() { *this = {}; }

FlowKey FlowPacking::key_of(const PackedFlow& flow) const {
  FlowKey key{{}, {}, flow.src_port, flow.dst_port, flow.protocol, flow.direction};
  if ((flow.addresses & kWide) != 0) {
    key.src = wide_[flow.src].first;
    key.dst = wide_[flow.src].second;
    return key;
  }
  if ((flow.addresses & kNoSrc) == 0) key.src = Ipv4{flow.src};
  if ((flow.addresses & kNoDst) == 0) key.dst = Ipv4{flow.dst};
  return key;
}

bool FlowPacking::has_key(const PackedFlow& flow, const FlowKey& key) const {
  if (flow.src_port != key.src_port || flow.dst_port != key.dst_port || flow.protocol != key.protocol ||
      flow.direction != key.direction || flow.addresses != form_of(key)) {
    return false;
  }
  if ((flow.addresses & kWide) != 0) return wide_[flow.src] == std::pair(key.src, key.dst);
  return flow.src == static_cast<std::uint32_t>(key.src.low()) &&
         flow.dst == static_cast<std::uint32_t>(key.dst.low());
}

Flow FlowPacking::unpack(const PackedFlow& flow, FlowEnd reason) const {
  return {.key = key_of(flow),
          .start = flow.start,
          .end = flow.end(),
          .packets = flow.packets,
          .bytes = flow.bytes,
          .origin = origin_of(flow),
          .srtt_us = flow.srtt_us,
          .retransmits = flow.retransmits,
          .tcp_flags = flow.tcp_flags,
          .tos = flow.tos,
          .reason = reason,
          .accuracy = flow.accuracy};
}

}  // namespace anemone
