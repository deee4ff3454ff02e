#include "packet/ip.h"

#include <algorithm>

namespace anemone {
namespace {

constexpr std::size_t kIpv4Header = 20;
constexpr std::size_t kIpv6Header = 40;
constexpr int kExtensionsMax = 32;

constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kAuthentication = 51;
constexpr std::uint8_t kDestinationOptions = 60;
constexpr std::uint8_t kMobility = 135;
constexpr std::uint8_t kDccp = 33;
constexpr std::uint8_t kSctp = 132;
constexpr std::uint8_t kUdpLite = 136;

std::uint16_t u16(const std::uint8_t* at) { return static_cast<std::uint16_t>(at[0] << 8 | at[1]); }
std::uint32_t u32(const std::uint8_t* at) { return std::uint32_t{u16(at)} << 16 | u16(at + 2); }
std::uint64_t u64(const std::uint8_t* at) { return std::uint64_t{u32(at)} << 32 | u32(at + 4); }

// Version (4 bits), header length (4 bits, words), type of service (1), total length (2), id (2), flags (3
// bits) and fragment offset (13 bits, units of 8), time to live (1), protocol (1), checksum (2), source (4),
// destination (4), options.
IpRead read_ipv4(Bytes bytes, std::uint32_t wire_left, IpPacket& packet) {
  if (wire_left < kIpv4Header) return IpRead::kMalformed;
  if (bytes.size() < kIpv4Header) return IpRead::kCut;
  const std::uint8_t* at = bytes.data();
  const std::size_t header = std::size_t{at[0] & 0x0fU} * 4;
  std::uint32_t length = u16(at + 2);
  if (length == 0) length = wire_left;  // a super-packet captured before segmentation
  if (at[0] >> 4 != 4 || header < kIpv4Header || length < header) return IpRead::kMalformed;
  packet.src = Ipv4{u32(at + 12)};
  packet.dst = Ipv4{u32(at + 16)};
  packet.protocol = at[9];
  packet.tos = at[1];
  packet.ttl = at[8];
  packet.length = std::min(length, wire_left);
  const std::uint16_t place = u16(at + 6);
  packet.header_length = static_cast<std::uint16_t>(header);
  packet.fragment = (place & 0x3fff) != 0;
  packet.fragments_follow = (place & 0x2000) != 0;
  packet.fragment_offset = static_cast<std::uint16_t>((place & 0x1fff) * 8);
  packet.fragment_id = u16(at + 4);
  const std::size_t kept = std::min<std::size_t>(bytes.size(), packet.length);
  packet.payload = bytes.subspan(std::min(kept, header), kept - std::min(kept, header));
  return IpRead::kOk;
}

// Walks the extension headers, each: next header (1), length (1, units of 8 beyond the first 8).
IpRead read_extensions(Bytes bytes, IpPacket& packet) {
  for (int i = 0; i < kExtensionsMax; ++i) {
    const std::uint8_t kind = packet.protocol;
    const bool extension = kind == kHopByHop || kind == kRouting || kind == kFragment ||
                           kind == kDestinationOptions || kind == kMobility || kind == kAuthentication;
    packet.payload = bytes;
    if (!extension || packet.fragment_offset > 0) return IpRead::kOk;
    if (bytes.size() < 8) {
      packet.ports_cut = true;
      return IpRead::kOk;
    }
    std::size_t length = 8;
    if (kind == kFragment) {
      packet.fragment = (u16(&bytes[2]) & 0xfff9) != 0;
      packet.fragments_follow = (bytes[3] & 1) != 0;
      packet.fragment_offset = u16(&bytes[2]) & 0xfff8;
      packet.fragment_id = u32(&bytes[4]);
    } else {
      length = kind == kAuthentication ? (bytes[1] + 2U) * 4 : (bytes[1] + 1U) * 8;
    }
    packet.protocol = bytes[0];
    packet.header_length = static_cast<std::uint16_t>(packet.header_length + length);
    bytes = bytes.subspan(std::min(bytes.size(), length));
  }
  return IpRead::kMalformed;
}

// Version (4 bits), traffic class (8 bits), flow label (20 bits), payload length (2), next header (1), hop
// limit (1), source (16), destination (16).
IpRead read_ipv6(Bytes bytes, std::uint32_t wire_left, IpPacket& packet) {
  if (wire_left < kIpv6Header) return IpRead::kMalformed;
  if (bytes.size() < kIpv6Header) return IpRead::kCut;
  const std::uint8_t* at = bytes.data();
  if (at[0] >> 4 != 6) return IpRead::kMalformed;
  packet.src = {u64(at + 8), u64(at + 16)};
  packet.dst = {u64(at + 24), u64(at + 32)};
  packet.protocol = at[6];
  packet.tos = static_cast<std::uint8_t>(u16(at) >> 4);
  packet.ttl = at[7];
  packet.header_length = kIpv6Header;
  // 0: a jumbogram (RFC 2675) or a super-packet captured before segmentation.
  std::uint32_t payload = u16(at + 4);
  if (payload == 0) payload = wire_left - static_cast<std::uint32_t>(kIpv6Header);
  packet.length = std::min<std::uint32_t>(kIpv6Header + payload, wire_left);
  const std::size_t kept = std::min<std::size_t>(bytes.size(), packet.length);
  return read_extensions(bytes.subspan(kIpv6Header, kept - kIpv6Header), packet);
}

}  // namespace

void read_transport(IpPacket& packet) {
  const Bytes in = packet.payload;
  switch (packet.protocol) {
    case kTcp:
      if (in.size() > 13) packet.tcp_flags = in[13];
      [[fallthrough]];
    case kUdp:
    case kDccp:
    case kSctp:
    case kUdpLite:
      packet.ports_cut = in.size() < 4;
      if (packet.ports_cut) return;
      packet.src_port = u16(in.data());
      packet.dst_port = u16(&in[2]);
      return;
    case kIcmp:
    case kIcmp6:
      packet.ports_cut = in.size() < 2;
      if (!packet.ports_cut) packet.dst_port = u16(in.data());
      return;
    default:
      return;
  }
}

IpRead read_ip(Bytes bytes, std::uint32_t wire_left, std::uint8_t version, IpPacket& packet) {
  packet = {};
  const IpRead read =
      version == 4 ? read_ipv4(bytes, wire_left, packet) : read_ipv6(bytes, wire_left, packet);
  if (read == IpRead::kOk && packet.fragment_offset == 0) read_transport(packet);
  return read;
}

}  // namespace anemone
