// read_inner: the IP packet that an IP packet carries, without encryption: GRE (RFC 2784 and 2890), and IP
// straight in IP (RFC 2003, 2473, 4213).
//
// Flows are told by their outermost header (ip.h); a routing protocol is listened to wherever it runs, and
// it often runs in tunnels.
#pragma once

#include "packet/ip.h"

namespace anemone {

constexpr std::uint8_t kIpInIp = 4;
constexpr std::uint8_t kIp6InIp = 41;
constexpr std::uint8_t kGre = 47;

constexpr bool is_tunnel(std::uint8_t protocol) {
  return protocol == kGre || protocol == kIpInIp || protocol == kIp6InIp;
}

// False when `outer` carries no IP packet, or too little of one was captured; a fragment carries none.
bool read_inner(const IpPacket& outer, IpPacket& inner);

// The PDU of the ISO protocols (IS-IS) that a GRE packet carries, from its discriminator on; else empty.
Bytes read_inner_osi(const IpPacket& outer);

}  // namespace anemone
