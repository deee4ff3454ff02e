// An Event is what a capture source reports: one packet, or one micro-flow's counts since last asked.
//
// Bytes are IP lengths, header included, as on the wire (RFC 7011's octetDeltaCount), whatever the
// capture kept of them. A fragment carries the key of its first fragment where that was seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/time.h"
#include "net/address.h"

namespace anemone {

// Which way it passed whoever saw it (IPFIX flowDirection, element 61).
enum class Direction : std::uint8_t { kIn = 0, kOut = 1, kUnknown = 255 };

// The 5-tuple of the outermost IP header, one direction. Ports are 0 where the protocol has none; ICMP
// has type * 256 + code in `dst_port`, as NetFlow writes it. `direction` is known on hosts, not in captures.
struct FlowKey {
  IpAddress src;
  IpAddress dst;
  std::uint16_t src_port = 0;
  std::uint16_t dst_port = 0;
  std::uint8_t protocol = 0;
  Direction direction = Direction::kUnknown;

  constexpr auto operator<=>(const FlowKey&) const = default;
};

struct Event {
  Time time{};
  FlowKey key;
  std::uint8_t tcp_flags = 0;
  std::uint8_t tos = 0;
  std::uint32_t packets = 1;
  std::uint64_t bytes = 0;
};

}  // namespace anemone

template <>
struct std::hash<anemone::FlowKey> {
  std::size_t operator()(const anemone::FlowKey& key) const noexcept {
    constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;
    std::uint64_t h = key.src.low() * kMix + key.src.high();
    h = (h ^ (h >> 29)) * 0xbf58476d1ce4e5b9 + key.dst.low() * kMix + key.dst.high();
    h ^= std::uint64_t{key.src_port} << 32 | std::uint64_t{key.dst_port} << 8 | key.protocol;
    h = (h ^ (h >> 30)) * 0x94d049bb133111eb;
    return h ^ (h >> 31);
  }
};
