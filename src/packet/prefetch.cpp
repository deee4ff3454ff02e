// CaptureDecoder::prefetch: several walkers at once through one stretch of a capture file.

#include <array>
#include <cstring>

#include "packet/capture_decoder.h"
#include "packet/file_order.h"

namespace anemone {
namespace {

constexpr std::size_t kWalkers = 12;
constexpr std::size_t kHeaders = 96;  // record header and packet headers, which lie in up to two cache lines
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kNearby_s = 600;  // a record whose time differs by more is taken for a wrong guess

// g++ takes a function that does nothing but prefetch for one without effect, and drops the calls: the empty
// asm is the effect.
void fetch(const std::uint8_t* at) {
  asm volatile("" : : "r"(at));
  __builtin_prefetch(at, 0, 2);
  __builtin_prefetch(at + 64, 0, 2);
}

// How records are told from other bytes, and how long they are. 0: no record.
struct PcapRecords {
  FileOrder order;
  std::size_t header;
  std::uint32_t second;  // of the first record of the stretch
  static constexpr std::size_t kAlignment = 1;

  std::size_t size(const std::uint8_t* at) const {
    const std::uint32_t kept = order.u32(at + 8);
    return kept > kFrameMax ? 0 : header + kept;
  }
  bool plausible(const std::uint8_t* at) const {
    const std::uint32_t kept = order.u32(at + 8);
    return order.u32(at) - second + kNearby_s < 2 * kNearby_s && kept > 0 && kept <= kFrameMax &&
           order.u32(at + 12) >= kept && order.u32(at + 12) <= kFrameMax;
  }
};

struct PcapngBlocks {
  FileOrder order;
  static constexpr std::size_t kAlignment = 4;

  std::size_t size(const std::uint8_t* at) const {
    const std::uint32_t length = order.u32(at + 4);
    return length < 12 || length > kFrameMax ? 0 : length;
  }
  bool plausible(const std::uint8_t* at) const {
    const std::uint32_t length = order.u32(at + 4);
    return order.u32(at) == kEnhancedPacket && length >= 32 && length <= kFrameMax && length % 4 == 0 &&
           order.u32(at + 20) <= length - 32;
  }
};

// The first place from `at` on where two records seem to follow each other; `end` when there is none.
template <class Records>
const std::uint8_t* guess(const Records& records, const std::uint8_t* at, const std::uint8_t* end) {
  for (; at < end; at += Records::kAlignment) {
    if (!records.plausible(at)) continue;
    const std::size_t size = records.size(at);
    if (size >= static_cast<std::size_t>(end - at) || records.plausible(at + size)) return at;
  }
  return end;
}

template <class Records>
void walk(const Records& records, Bytes bytes) {
  std::array<const std::uint8_t*, kWalkers> at{};
  std::array<const std::uint8_t*, kWalkers> end{};
  const std::size_t share = (bytes.size() - kHeaders) / kWalkers / 4 * 4;
  for (std::size_t i = 0; i < kWalkers; ++i) end[i] = bytes.data() + (i + 1) * share;
  at[0] = bytes.data();
  for (std::size_t i = 1; i < kWalkers; ++i) {
    at[i] = guess(records, end[i - 1], end[i]);
    fetch(at[i]);
  }
  bool walking = true;
  while (walking) {
    walking = false;
    for (std::size_t i = 0; i < kWalkers; ++i) {
      if (at[i] >= end[i]) continue;
      const std::size_t size = records.size(at[i]);
      if (size == 0 || size >= static_cast<std::size_t>(end[i] - at[i])) {
        at[i] = end[i];
        continue;
      }
      at[i] += size;
      fetch(at[i]);
      walking = true;
    }
  }
}

}  // namespace

void CaptureDecoder::prefetch(Bytes bytes) const {
  if (bytes.size() < kHeaders * kWalkers * 2) return;
  const FileOrder order{swap_};
  if (format_ == Format::kPcap) walk(PcapRecords{order, record_header_, order.u32(bytes.data())}, bytes);
  if (format_ == Format::kPcapng) walk(PcapngBlocks{order}, bytes);
}

}  // namespace anemone
