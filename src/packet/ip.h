// read_ip: the IP header, IPv6's extension headers and what of the transport header names a flow.
//
// Only the outermost IP header: what a tunnel carries is payload here. IPv4 is RFC 791, IPv6 RFC 8200.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "net/address.h"

namespace anemone {

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kIcmp6 = 58;
constexpr std::uint8_t kOspf = 89;

struct IpPacket {
  IpAddress src;
  IpAddress dst;
  std::uint8_t protocol = 0;  // the upper layer's; of a fragment that is not the first, as it says itself
  std::uint8_t tos = 0;       // traffic class in IPv6
  std::uint8_t ttl = 0;       // hop limit in IPv6
  std::uint8_t tcp_flags = 0;
  std::uint16_t src_port = 0;
  std::uint16_t dst_port = 0;       // ICMP: type * 256 + code
  std::uint32_t length = 0;         // of the whole packet as on the wire, header included
  std::uint16_t header_length = 0;  // of all IP headers together
  bool fragment = false;
  bool fragments_follow = false;
  std::uint16_t fragment_offset = 0;  // bytes; 0 is the first, which has the ports
  std::uint32_t fragment_id = 0;
  bool ports_cut = false;  // the capture ends before the ports
  Bytes payload;           // after all IP headers; as much as was captured, without link padding
};

enum class IpRead : std::uint8_t {
  kOk,
  kCut,        // the capture kept too little of the header
  kMalformed,  // the header contradicts itself or the frame
};

// Reads the packet at the front of `bytes`. `wire_left` is what the frame held on the wire from there on.
IpRead read_ip(Bytes bytes, std::uint32_t wire_left, std::uint8_t version, IpPacket& packet);

// Ports, ICMP type and code, TCP flags: from the start of packet.payload, by packet.protocol.
void read_transport(IpPacket& packet);

}  // namespace anemone
