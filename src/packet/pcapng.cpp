// The pcapng half of CaptureDecoder (draft-ietf-opsawg-pcapng).
//
// Every block: type (4), total length (4), body, total length again (4); lengths are multiples of four.
// A section header starts over: byte order and interfaces are those of its section.

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "packet/capture_decoder.h"
#include "packet/file_order.h"

namespace anemone {
namespace {

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kObsoletePacket = 2;
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrder = 0x1a2b3c4d;

constexpr std::size_t kBlockHeader = 8;
constexpr std::size_t kBlockFrame = 12;                // type and both lengths
constexpr std::size_t kBlockMax = kFrameMax + 65'536;  // of a block that is read, options and all
constexpr std::size_t kInterfacesMax = 65'536;

constexpr std::uint16_t kOptionEnd = 0;
constexpr std::uint16_t kTimeResolution = 9;
constexpr std::uint16_t kTimeOffset = 14;

std::string hex(std::uint32_t value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "0x%08x", static_cast<unsigned>(value));
  return text.data();
}

// if_tsresol: a power of ten, or of two when the high bit is set. 0: too fine to count with 64 bits.
std::uint64_t ticks_per_second(std::uint8_t resolution) {
  const unsigned power = resolution & 0x7f;
  if (resolution & 0x80) return power < 64 ? std::uint64_t{1} << power : 0;
  if (power > 19) return 0;
  std::uint64_t ticks = 1;
  for (unsigned i = 0; i < power; ++i) ticks *= 10;
  return ticks;
}

constexpr std::int64_t kYear9999 = 253'402'300'799;  // s; no clock that stamps packets shows more

// Ticks since 1970 as a time, for any resolution and offset.
Time scaled(std::uint64_t ticks, std::uint64_t per_s, std::int64_t offset_s) {
  if (per_s == 0) return Time{};
  const std::uint64_t whole_s = std::min(ticks / per_s, std::uint64_t{kYear9999});
  const long double part_s = static_cast<long double>(ticks % per_s) / static_cast<long double>(per_s);
  const std::int64_t clamped_s = std::clamp<std::int64_t>(offset_s, -kYear9999, kYear9999);
  const std::int64_t second =
      std::clamp<std::int64_t>(static_cast<std::int64_t>(whole_s) + clamped_s, 0, kYear9999);
  return time_from_micros(second * 1'000'000 + static_cast<std::int64_t>(part_s * 1e6L));
}

bool read_here(std::uint32_t type) {
  return type == kInterfaceDescription || type == kObsoletePacket || type == kSimplePacket ||
         type == kEnhancedPacket;
}

}  // namespace

std::string unknown_magic(Bytes bytes) {
  std::string text = "it begins with";
  for (std::size_t i = 0; i < std::min<std::size_t>(4, bytes.size()); ++i) {
    std::array<char, 4> byte{};
    std::snprintf(byte.data(), byte.size(), " %02x", static_cast<unsigned>(bytes[i]));
    text += byte.data();
  }
  const std::string_view begin(reinterpret_cast<const char*>(bytes.data()),
                               std::min<std::size_t>(4, bytes.size()));
  const char* name = begin == "GMBU" || begin == "RTSS" ? "Microsoft Network Monitor"
                     : begin == "snoo"                  ? "Solaris snoop"
                     : begin == "TRSN"                  ? "Sniffer"
                                                        : nullptr;
  if (name) text += std::string(", as ") + name + " does: 'editcap -F pcap' converts it";
  return text;
}

Result<CaptureDecoder::Step> CaptureDecoder::pcapng(Bytes bytes, std::span<Frame> frames) {
  Step done;
  while (done.frames < frames.size()) {
    const Bytes rest = bytes.subspan(static_cast<std::size_t>(done.used));
    auto step = pcapng_block(rest, frames[done.frames]);
    if (!step) {
      if (done.used > 0) return done;  // met again, alone, by the next call
      return step;
    }
    done.used += step->used;
    done.frames += step->frames;
    done.need = step->need;
    if (done.need > 0 || done.used >= bytes.size()) break;
  }
  return done;
}

// One block; the frame in it, if it holds one.
Result<CaptureDecoder::Step> CaptureDecoder::pcapng_block(Bytes bytes, Frame& frame) {
  if (bytes.size() < kBlockFrame) return Step{.need = kBlockFrame};
  FileOrder order{swap_};
  const std::uint32_t type = order.u32(bytes.data());
  if (type == kSectionHeader) return section(bytes);
  if (!in_section_) return Error{"a block before the section header"};
  const std::uint32_t length = order.u32(&bytes[4]);
  if (length < kBlockFrame || length % 4 != 0) {
    return Error{"block " + hex(type) + " has the impossible length " + std::to_string(length)};
  }
  if (!read_here(type)) return Step{.used = length};
  if (length > kBlockMax) {
    return Error{"block " + hex(type) + " of " + std::to_string(length) +
                 " bytes, more than any frame needs"};
  }
  if (bytes.size() < length) return Step{.need = length};
  if (order.u32(&bytes[length - 4]) != length) {
    return Error{"block " + hex(type) + " says " + std::to_string(length) + " bytes first and " +
                 std::to_string(order.u32(&bytes[length - 4])) + " at its end"};
  }
  const Bytes body = bytes.subspan(kBlockHeader, length - kBlockFrame);
  Result<bool> framed = false;
  if (type == kEnhancedPacket) framed = enhanced_packet(body, frame);
  if (type == kObsoletePacket) framed = obsolete_packet(body, frame);
  if (type == kSimplePacket) framed = simple_packet(body, frame);
  if (type == kInterfaceDescription) {
    if (auto read = interface_block(body); !read) return read.error();
  }
  if (!framed) return framed.error();
  return Step{.used = length, .frames = *framed ? std::size_t{1} : 0};
}

// Section header: byte order (4), version major (2) and minor (2), section length (8), options.
Result<CaptureDecoder::Step> CaptureDecoder::section(Bytes bytes) {
  if (bytes.size() < 16) return Step{.need = 16};
  FileOrder order{false};
  if (order.u32(&bytes[8]) != kByteOrder) order.swap = true;
  if (order.u32(&bytes[8]) != kByteOrder) return Error{"section header without a byte order"};
  const std::uint32_t length = order.u32(&bytes[4]);
  if (length < 28 || length % 4 != 0) {
    return Error{"section header of the impossible length " + std::to_string(length)};
  }
  const std::uint16_t major = order.u16(&bytes[12]);
  const std::uint16_t minor = order.u16(&bytes[14]);
  if (major != 1 || (minor != 0 && minor != 2)) {
    return Error{"pcapng version " + std::to_string(major) + "." + std::to_string(minor) +
                 " is not known (want 1.0)"};
  }
  swap_ = order.swap;
  in_section_ = true;
  interfaces_before_ += static_cast<std::uint32_t>(interfaces_.size());
  interfaces_.clear();
  return Step{.used = length};
}

// Interface description: link type (2), reserved (2), snap length (4), options (code 2, length 2, value).
Result<void> CaptureDecoder::interface_block(Bytes body) {
  const FileOrder order{swap_};
  if (body.size() < 8) return Error{"interface description cut short"};
  if (interfaces_.size() >= kInterfacesMax) return Error{"more interfaces than any machine has"};
  Interface interface;
  interface.link = static_cast<LinkType>(order.u16(body.data()));
  interface.snap_length = order.u32(&body[4]);
  body = body.subspan(8);
  while (body.size() >= 4) {
    const std::uint16_t code = order.u16(body.data());
    const std::size_t length = order.u16(&body[2]);
    if (code == kOptionEnd || length > body.size() - 4) break;
    if (code == kTimeResolution && length == 1) interface.ticks_per_s = ticks_per_second(body[4]);
    if (code == kTimeOffset && length == 8) {
      interface.offset_s = static_cast<std::int64_t>(order.u64(&body[4]));
    }
    body = body.subspan(std::min(body.size(), 4 + (length + 3) / 4 * 4));
  }
  interfaces_.push_back(interface);
  return {};
}

// Enhanced packet: interface (4), time high (4) and low (4), bytes kept (4), bytes on the wire (4), bytes.
Result<bool> CaptureDecoder::enhanced_packet(Bytes body, Frame& frame) {
  const FileOrder order{swap_};
  if (body.size() < 20) return Error{"enhanced packet block cut short"};
  const std::uint32_t kept = order.u32(&body[12]);
  if (kept > body.size() - 20) {
    return Error{"enhanced packet block claims " + std::to_string(kept) + " bytes and has " +
                 std::to_string(body.size() - 20)};
  }
  frame.bytes = body.subspan(20, kept);
  frame.wire_length = std::max(order.u32(&body[16]), kept);
  const std::uint64_t ticks = std::uint64_t{order.u32(&body[4])} << 32 | order.u32(&body[8]);
  auto stamped = stamp(frame, order.u32(body.data()), ticks);
  if (!stamped) return stamped.error();
  return true;
}

// Obsolete packet: interface (2), drops (2), then as the enhanced one.
Result<bool> CaptureDecoder::obsolete_packet(Bytes body, Frame& frame) {
  const FileOrder order{swap_};
  if (body.size() < 20) return Error{"packet block cut short"};
  const std::uint32_t kept = order.u32(&body[12]);
  if (kept > body.size() - 20) {
    return Error{"packet block claims " + std::to_string(kept) + " bytes and has " +
                 std::to_string(body.size() - 20)};
  }
  frame.bytes = body.subspan(20, kept);
  frame.wire_length = std::max(order.u32(&body[16]), kept);
  const std::uint64_t ticks = std::uint64_t{order.u32(&body[4])} << 32 | order.u32(&body[8]);
  auto stamped = stamp(frame, order.u16(body.data()), ticks);
  if (!stamped) return stamped.error();
  return true;
}

// Simple packet: bytes on the wire (4), as many of them as the first interface's snap length lets through.
Result<bool> CaptureDecoder::simple_packet(Bytes body, Frame& frame) {
  const FileOrder order{swap_};
  if (body.size() < 4) return Error{"simple packet block cut short"};
  if (interfaces_.empty()) return Error{"simple packet block before any interface description"};
  const std::uint32_t wire = order.u32(body.data());
  const std::uint32_t snap = interfaces_[0].snap_length == 0 ? wire : interfaces_[0].snap_length;
  const std::size_t kept = std::min({std::size_t{wire}, std::size_t{snap}, body.size() - 4});
  frame = {.time = last_,
           .bytes = body.subspan(4, kept),
           .wire_length = wire,
           .interface = interfaces_before_,
           .link = interfaces_[0].link};
  return true;
}

Result<void> CaptureDecoder::stamp(Frame& frame, std::uint32_t interface, std::uint64_t ticks) {
  if (interface >= interfaces_.size()) {
    return Error{"a frame of interface " + std::to_string(interface) + ", which is not described"};
  }
  const Interface& from = interfaces_[interface];
  frame.interface = interfaces_before_ + interface;
  frame.link = from.link;
  const bool plain = from.ticks_per_s == 1'000'000 && from.offset_s == 0 && ticks < std::uint64_t{1} << 56;
  frame.time = plain ? time_from_micros(static_cast<std::int64_t>(ticks))
                     : scaled(ticks, from.ticks_per_s, from.offset_s);
  last_ = frame.time;
  return {};
}

}  // namespace anemone
