// wire_size: how many packets, of how many bytes together, a packet is on the wire.
//
// Hosts hand large packets to the network card, which cuts them (segmentation offload), and get several put
// together into one (receive offload). Each of those that are on the wire has headers of its own.
#pragma once

#include <algorithm>
#include <cstdint>

#include "packet/ip.h"

namespace anemone {

struct WireSize {
  std::uint32_t packets = 1;
  std::uint64_t bytes = 0;  // IP lengths
};

struct Segmentation {
  std::uint32_t payload = 0;  // of each packet on the wire but the last; 0: it is one packet
  bool inner_tcp = false;     // what is cut is TCP, which may be inside of a tunnel
  bool inner_v6 = false;
};

inline WireSize wire_size(const IpPacket& ip, Segmentation cut) {
  constexpr std::uint32_t kUdpHeader = 8;
  constexpr std::uint32_t kTcpHeaderMin = 20;
  constexpr std::uint32_t kTcpHeaderUsual = 32;     // with timestamps
  constexpr std::uint32_t kTunnelHeaders = 8 + 14;  // VXLAN or Geneve, and Ethernet in it
  constexpr std::size_t kTcpOffsetAt = 12;
  if (cut.payload == 0) return {.packets = 1, .bytes = ip.length};
  std::uint32_t headers = ip.header_length;
  if (ip.protocol == kTcp) {
    const std::uint32_t said =
        ip.payload.size() > kTcpOffsetAt ? (ip.payload[kTcpOffsetAt] >> 4) * 4U : kTcpHeaderUsual;
    headers += std::max(said, kTcpHeaderMin);
  } else if (ip.protocol == kUdp && !cut.inner_tcp) {
    headers += kUdpHeader;
  } else {  // in a tunnel, whose headers are guessed: a few bytes of each packet
    headers += (ip.protocol == kUdp ? kUdpHeader + kTunnelHeaders : 0) + (cut.inner_v6 ? 40U : 20U) +
               kTcpHeaderUsual;
  }
  const std::uint32_t payload = ip.length > headers ? ip.length - headers : 0;
  const std::uint32_t packets = std::max<std::uint32_t>(1, (payload + cut.payload - 1) / cut.payload);
  return {.packets = packets, .bytes = ip.length + std::uint64_t{packets - 1} * headers};
}

}  // namespace anemone
