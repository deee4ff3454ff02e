// A PackedFlow is a Flow in little more than half of its size, as a FlowTable keeps a hundred thousand of
// them: with what a table adds it fills one line of the processor's cache.
//
// IPv4 addresses and durations take 32 bits. IPv6 addresses, and origins, which many flows have in common,
// stand in tables of the FlowPacking that packed the flow. So a packed flow lasts kPackedLongest at most and
// has 2^32 packets less one; who adds to one has asked. One thread.
#pragma once

#include <cstdint>
#include <limits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "flow/flow.h"

namespace anemone {

inline constexpr Duration kPackedLongest = 1h;

struct PackedFlow {
  Time start{};
  std::uint64_t bytes = 0;
  std::uint32_t lasted_us = 0;  // from the start of the first event to the end of the last
  std::uint32_t packets = 0;
  std::uint32_t src = 0;  // of IPv4, or with kWide the row of both addresses
  std::uint32_t dst = 0;
  std::uint32_t origin = 0;  // its row
  std::uint32_t srtt_us = 0;
  std::uint32_t retransmits = 0;
  std::uint16_t src_port = 0;
  std::uint16_t dst_port = 0;
  std::uint8_t protocol = 0;
  Direction direction = Direction::kUnknown;
  std::uint8_t tcp_flags = 0;
  std::uint8_t tos = 0;
  std::uint8_t accuracy = kExact;
  std::uint8_t addresses = 0;  // what `src` and `dst` mean; or-ed

  Time end() const { return start + Duration{lasted_us}; }
  bool has_room_for(std::uint32_t more) const {
    return more <= std::numeric_limits<std::uint32_t>::max() - packets;
  }
};

class FlowPacking {
 public:
  // A flow of nothing yet. What it has in the tables is kept until release().
  PackedFlow pack(const FlowKey& key, const Origin& origin);
  void release(const PackedFlow& flow);
  // Forgets all flows.
  void clear();

  FlowKey key_of(const PackedFlow& flow) const;
  const Origin& origin_of(const PackedFlow& flow) const { return origins_[flow.origin].origin; }
  Flow unpack(const PackedFlow& flow, FlowEnd reason) const;
  bool has_key(const PackedFlow& flow, const FlowKey& key) const;

 private:
  // A bit each: addresses that are none, and addresses that do not fit into 32 bits.
  static constexpr std::uint8_t kNoSrc = 1;
  static constexpr std::uint8_t kNoDst = 2;
  static constexpr std::uint8_t kWide = 4;

  struct OriginRow {
    Origin origin;
    std::uint32_t flows = 0;
  };
  struct OriginHash {
    std::size_t operator()(const Origin& origin) const noexcept;
  };
  static std::uint8_t form_of(const FlowKey& key);
  std::uint32_t row_of(const Origin& origin);

  std::vector<OriginRow> origins_;
  std::vector<std::uint32_t> free_origins_;
  std::unordered_map<Origin, std::uint32_t, OriginHash> origin_rows_;
  std::uint32_t last_origin_ = 0;  // the row that was used last: often the next one, too
  std::vector<std::pair<IpAddress, IpAddress>> wide_;
  std::vector<std::uint32_t> free_wide_;
};

}  // namespace anemone
