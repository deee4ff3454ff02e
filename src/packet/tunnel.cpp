#include "packet/tunnel.h"

namespace anemone {
namespace {

struct GreHeader {
  std::uint8_t version = 0;  // of the IP packet behind it; 0: it carries something else
  bool osi = false;
  std::size_t length = 0;
};

// Flags and version (2), protocol (2); checksum (4), key (4) and sequence number (4) where their flags say
// so. A routing list (RFC 1701) has been out of use since before this century.
GreHeader read_gre(Bytes payload) {
  constexpr std::uint16_t kChecksum = 0x8000;
  constexpr std::uint16_t kRouting = 0x4000;
  constexpr std::uint16_t kKey = 0x2000;
  constexpr std::uint16_t kSequence = 0x1000;
  constexpr std::uint16_t kVersion = 0x0007;
  ByteReader in(payload);
  const std::uint16_t flags = in.u16();
  const std::uint16_t protocol = in.u16();
  if (!in.ok() || (flags & (kRouting | kVersion)) != 0) return {};
  GreHeader header;
  header.length = 4;
  for (const std::uint16_t field : {kChecksum, kKey, kSequence}) {
    if ((flags & field) != 0) header.length += 4;
  }
  if (protocol == 0x0800) header.version = 4;
  if (protocol == 0x86dd) header.version = 6;
  header.osi = protocol == 0x00fe;
  return header;
}

}  // namespace

bool read_inner(const IpPacket& outer, IpPacket& inner) {
  if (outer.fragment || !is_tunnel(outer.protocol)) return false;
  GreHeader header{static_cast<std::uint8_t>(outer.protocol == kIp6InIp ? 6 : 4), false, 0};
  if (outer.protocol == kGre) header = read_gre(outer.payload);
  const std::uint32_t before = outer.header_length + static_cast<std::uint32_t>(header.length);
  if (header.version == 0 || header.length > outer.payload.size() || before > outer.length) return false;
  return read_ip(outer.payload.subspan(header.length), outer.length - before, header.version, inner) ==
         IpRead::kOk;
}

Bytes read_inner_osi(const IpPacket& outer) {
  if (outer.fragment || outer.protocol != kGre) return {};
  const GreHeader header = read_gre(outer.payload);
  return header.osi && header.length <= outer.payload.size() ? outer.payload.subspan(header.length) : Bytes{};
}

}  // namespace anemone
