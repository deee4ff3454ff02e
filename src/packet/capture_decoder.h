// A CaptureDecoder takes a capture file's bytes and gives the frames in them: pcap (micro- and
// nanoseconds, both byte orders, the "modified" variant) and pcapng (both byte orders, several sections
// and interfaces, every block type read or skipped).
//
// Why not libpcap? It copies each frame through stdio and hands them out one by one through a callback;
// measured, that alone costs more than all that we do with a packet (docs/benchmarks.md). This one is pure:
// it neither reads nor allocates per frame, and frames are views into the bytes that it was given.
//
// The caller shows it the bytes at its position and is told how many were used and how many must be there
// before it can go on. A record longer than kFrameMax is taken for damage, so that memory stays bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "packet/frame.h"

namespace anemone {

// As libpcap's and Wireshark's limit.
constexpr std::size_t kFrameMax = 262'144;

class CaptureDecoder {
 public:
  struct Step {
    std::uint64_t used = 0;  // bytes done with; may lie beyond what was shown (a block that is skipped)
    std::size_t frames = 0;  // how many of the caller's frames were filled
    std::size_t need = 0;    // bytes that must be shown after `used` to go on; 0: call again as it is
  };

  // Decodes whole records at the front of `bytes` until they or `frames` are used up. An error is final;
  // frames before it have been given by earlier calls.
  Result<Step> decode(Bytes bytes, std::span<Frame> frames);

  // Starts fetching into the cache what decode() will look at in `bytes`, a long stretch that begins with
  // a record. A mere hint. Each record says only where the next one is, so that a decoder waits for
  // memory at every frame; here several guessed places in the stretch are walked at once.
  void prefetch(Bytes bytes) const;

  // A word for messages: "pcap", "pcapng", "capture" before that is known.
  const char* format() const;

 private:
  enum class Format : std::uint8_t { kUnknown, kPcap, kPcapng };

  // How a pcapng interface stamps its frames.
  struct Interface {
    LinkType link = LinkType::kEthernet;
    std::uint32_t snap_length = 0;
    std::uint64_t ticks_per_s = 1'000'000;
    std::int64_t offset_s = 0;
  };

  Result<Step> begin(Bytes bytes);
  Result<Step> pcap(Bytes bytes, std::span<Frame> frames);
  template <bool kSwap>
  Result<Step> pcap_records(Bytes bytes, std::span<Frame> frames);
  Result<Step> pcapng(Bytes bytes, std::span<Frame> frames);
  Result<Step> pcapng_block(Bytes bytes, Frame& frame);
  Result<Step> section(Bytes bytes);
  Result<void> interface_block(Bytes body);
  Result<bool> enhanced_packet(Bytes body, Frame& frame);
  Result<bool> obsolete_packet(Bytes body, Frame& frame);
  Result<bool> simple_packet(Bytes body, Frame& frame);
  Result<void> stamp(Frame& frame, std::uint32_t interface, std::uint64_t ticks);

  Format format_ = Format::kUnknown;
  bool swap_ = false;  // the file's byte order is not this machine's
  // pcap
  LinkType link_ = LinkType::kEthernet;
  bool nanoseconds_ = false;
  std::uint8_t record_header_ = 16;
  std::uint16_t version_minor_ = 4;
  // pcapng
  std::vector<Interface> interfaces_;    // of this section
  std::uint32_t interfaces_before_ = 0;  // in earlier sections
  bool in_section_ = false;
  Time last_{};  // simple packets carry no time: they get that of the frame before
};

}  // namespace anemone
