#include "packet/capture_decoder.h"

#include <algorithm>
#include <string>

#include "packet/file_order.h"

namespace anemone {
namespace {

constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t kModified = 0xa1b2cd34;  // Kuznetzov's: eight more bytes in each record header
constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::size_t kPcapHeader = 24;

bool known_pcap(std::uint32_t magic) {
  return magic == kMicroseconds || magic == kNanoseconds || magic == kModified;
}

}  // namespace

const char* CaptureDecoder::format() const {
  switch (format_) {
    case Format::kPcap:
      return "pcap";
    case Format::kPcapng:
      return "pcapng";
    default:
      return "capture";
  }
}

Result<CaptureDecoder::Step> CaptureDecoder::decode(Bytes bytes, std::span<Frame> frames) {
  switch (format_) {
    case Format::kPcap:
      return pcap(bytes, frames);
    case Format::kPcapng:
      return pcapng(bytes, frames);
    default:
      return begin(bytes);
  }
}

// The file header of pcap:
//
//    magic (4), version major (2) and minor (2), time zone (4), sigfigs (4), snap length (4), link type (4)
Result<CaptureDecoder::Step> CaptureDecoder::begin(Bytes bytes) {
  if (bytes.size() < 4) return Step{.need = 4};
  FileOrder order{false};
  std::uint32_t magic = order.u32(bytes.data());
  if (magic == kSectionHeader) {
    format_ = Format::kPcapng;
    return Step{};
  }
  if (!known_pcap(magic)) {
    order.swap = swap_ = true;
    magic = order.u32(bytes.data());
  }
  if (!known_pcap(magic)) return Error{"neither pcap nor pcapng: " + unknown_magic(bytes)};
  if (bytes.size() < kPcapHeader) return Step{.need = kPcapHeader};
  if (order.u16(&bytes[4]) != 2) {
    return Error{"pcap version " + std::to_string(order.u16(&bytes[4])) + " is not known (want 2)"};
  }
  format_ = Format::kPcap;
  version_minor_ = order.u16(&bytes[6]);
  nanoseconds_ = magic == kNanoseconds;
  record_header_ = magic == kModified ? 24 : 16;
  link_ = static_cast<LinkType>(order.u32(&bytes[20]) & 0xffff);
  return Step{.used = kPcapHeader};
}

Result<CaptureDecoder::Step> CaptureDecoder::pcap(Bytes bytes, std::span<Frame> frames) {
  return swap_ ? pcap_records<true>(bytes, frames) : pcap_records<false>(bytes, frames);
}

// A record of pcap: seconds (4), micro- or nanoseconds (4), bytes kept (4), bytes on the wire (4), the
// bytes kept. Versions before 2.3 had the two lengths the other way round, and 2.3 both ways.
template <bool kSwap>
Result<CaptureDecoder::Step> CaptureDecoder::pcap_records(Bytes bytes, std::span<Frame> frames) {
  constexpr FileOrder order{kSwap};
  const std::uint32_t divisor = nanoseconds_ ? 1000 : 1;
  Step step;
  const std::uint8_t* at = bytes.data();
  std::size_t left = bytes.size();
  while (step.frames < frames.size()) {
    if (left < record_header_) {
      step.need = record_header_;
      break;
    }
    std::uint32_t kept = order.u32(at + 8);
    std::uint32_t wire = order.u32(at + 12);
    if (version_minor_ < 4 && (version_minor_ < 3 || kept > wire)) std::swap(kept, wire);
    if (kept > kFrameMax) {
      if (step.frames > 0) break;
      return Error{"a frame of " + std::to_string(kept) + " bytes, more than any capture keeps"};
    }
    const std::size_t size = record_header_ + kept;
    if (left < size) {
      step.need = size;
      break;
    }
    const std::int64_t us = std::int64_t{order.u32(at)} * 1'000'000 + order.u32(at + 4) / divisor;
    frames[step.frames++] = {.time = time_from_micros(us),
                             .bytes = {at + record_header_, kept},
                             .wire_length = std::max(wire, kept),
                             .interface = 0,
                             .link = link_};
    at += size;
    left -= size;
  }
  step.used = bytes.size() - left;
  return step;
}

}  // namespace anemone
