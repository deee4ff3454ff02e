// read_tunnel: the IP packet that an IP packet carries, and what carries it there.
//
// Looked into: IP in IP (4in4, 6in4 and with it 6to4 and ISATAP, 4in6, 6in6), GRE with key, Ethernet (NVGRE),
// MPLS and ERSPAN in it, PPTP, L2TPv2 and v3, EtherIP, Ethernet below SRv6, MPLS in IP and in UDP, VXLAN,
// VXLAN-GPE, Geneve, GTP-U, Teredo, GUE, LISP, and AH. ESP, WireGuard and OpenVPN are encrypted: they are
// named, and carry nothing that could be read. FOU has no header and no port of its own: it stays UDP.
//
// Pure and without memory: tunnels are told by protocol and well-known port, and held to the form of their
// headers. Flows are told by their outermost header (ip.h); only that loads links, the inner one explains it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "packet/ip.h"

namespace anemone {

constexpr std::uint8_t kIpInIp = 4;
constexpr std::uint8_t kIp6InIp = 41;
constexpr std::uint8_t kGreProtocol = 47;

enum class TunnelKind : std::uint8_t {
  kNone,
  kIpIp,
  k4In6,
  k6In4,
  k6In6,
  kGre,
  kErspan,
  kPptp,
  kL2tp,
  kL2tpv3,
  kEtherIp,
  kSrv6,
  kMplsInIp,
  kMplsInGre,
  kMplsInUdp,
  kVxlan,
  kVxlanGpe,
  kGeneve,
  kGtp,
  kTeredo,
  kGue,
  kLisp,
  kAh,
  kEsp,
  kWireguard,
  kOpenvpn,
};
constexpr std::size_t kTunnelKinds = 26;

// As flow records name it: "vxlan"; "" for none.
std::string_view name_of(TunnelKind kind);

struct TunnelHeader {
  TunnelKind kind = TunnelKind::kNone;  // kNone: no tunnel is known to be here
  bool has_inner = false;               // `inner` is the IP packet that it carries
  std::uint32_t id =
      0;  // VNI, GRE key, TEID, SPI, label, session (L2TPv2: tunnel * 65536 + session); 0: none
};

// A fragment carries nothing: only the whole datagram does. REQUIRES: `inner` is not `outer`.
TunnelHeader read_tunnel(const IpPacket& outer, IpPacket& inner);

// The packet inside all tunnels, at most kTunnelsMax in each other, or the given one when it carries none.
struct InnermostPacket {
  static constexpr int kTunnelsMax = 4;

  IpPacket ip;
  int depth = 0;                                         // tunnels that it is in
  std::array<TunnelHeader, kTunnelsMax + 1> headers{};   // from the outermost in; [depth] is of `ip` itself
  std::array<std::uint32_t, kTunnelsMax + 1> lengths{};  // of the packets that have these headers
};
void read_innermost(const IpPacket& outer, InnermostPacket& innermost);

// By protocol and ports alone, for fragments: whether their datagram may carry an IP packet. A Teredo packet
// between peers is not told by these.
bool may_carry_ip(std::uint8_t protocol, std::uint16_t src_port, std::uint16_t dst_port);

// GRE and IP straight in IP: where routing protocols are listened to, too.
constexpr bool is_tunnel(std::uint8_t protocol) {
  return protocol == kGreProtocol || protocol == kIpInIp || protocol == kIp6InIp;
}

// The packet inside one of these. False when `outer` carries no IP packet, or too little of one was captured.
bool read_inner(const IpPacket& outer, IpPacket& inner);

// The PDU of the ISO protocols (IS-IS) that a GRE packet carries, from its discriminator on; else empty.
Bytes read_inner_osi(const IpPacket& outer);

}  // namespace anemone
