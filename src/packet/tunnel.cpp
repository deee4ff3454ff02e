#include "packet/tunnel.h"

#include <algorithm>
#include <array>

#include "base/checksum.h"
#include "packet/link.h"

namespace anemone {
namespace {

constexpr std::uint8_t kEspProtocol = 50;
constexpr std::uint8_t kAhProtocol = 51;
constexpr std::uint8_t kEtherIpProtocol = 97;
constexpr std::uint8_t kL2tpInIp = 115;
constexpr std::uint8_t kMplsProtocol = 137;
constexpr std::uint8_t kEthernetInIp = 143;

constexpr std::uint16_t kTypeIpv4 = 0x0800;
constexpr std::uint16_t kTypeIpv6 = 0x86dd;
constexpr std::uint16_t kTypeEthernet = 0x6558;
constexpr std::uint16_t kTypeMpls = 0x8847;
constexpr std::uint16_t kTypeMplsUpstream = 0x8848;

enum Port : std::uint16_t {
  kPortOpenvpn = 1194,
  kPortL2tp = 1701,
  kPortGtp = 2152,
  kPortTeredo = 3544,
  kPortLisp = 4341,
  kPortEspInUdp = 4500,
  kPortVxlan = 4789,
  kPortVxlanGpe = 4790,
  kPortGue = 6080,
  kPortGeneve = 6081,
  kPortMpls = 6635,
  kPortVxlanOfLinux = 8472,  // before there was one of IANA's
  kPortWireguard = 51820,
};

// Whether IPv4's header has its right checksum, or IPv6's length fits: for tunnels whose header does not say
// where it ends.
bool is_plausible(const IpPlace& place, Bytes bytes) {
  const Bytes ip = bytes.subspan(place.offset);
  if (place.version == 6)
    return ip.size() >= 40 && ip[0] >> 4 == 6 && (ip[4] << 8 | ip[5]) + 40U <= ip.size();
  const std::size_t header = ip.empty() ? 0 : (ip[0] & 0x0fU) * 4;
  return header >= 20 && header <= ip.size() && ip[0] >> 4 == 4 &&
         folded_checksum(ones_complement_sum(ip.first(header))) == 0;
}

// What a packet's payload is, and where in it the next IP packet begins.
struct Carried {
  TunnelHeader header;
  IpPlace place;      // kIp: here it is, from the payload's start
  IpPlace osi_place;  // read_gre() only
};

// A place in an IP packet's payload.
class TunnelWalk {
 public:
  explicit TunnelWalk(const IpPacket& outer) : outer_(outer), in_(outer.payload) {}

  Carried by_protocol(std::uint8_t protocol) {
    switch (protocol) {
      case kIpInIp:
        return ip(outer_.src.is_v4() ? TunnelKind::kIpIp : TunnelKind::k4In6, 4);
      case kIp6InIp:
        return ip(outer_.src.is_v4() ? TunnelKind::k6In4 : TunnelKind::k6In6, 6);
      case kGreProtocol:
        return gre();
      case kUdp:
        return udp();
      case kTcp:
        return tcp();
      case kL2tpInIp:
        return l2tpv3(in_.u32());
      case kEtherIpProtocol:  // version (4 bits) 3, reserved (12 bits)
        return in_.u16() == 0x3000 ? of_type(TunnelKind::kEtherIp, 0, kTypeEthernet) : Carried{};
      case kEthernetInIp:
        return of_type(TunnelKind::kSrv6, 0, kTypeEthernet);
      case kMplsProtocol:
        return mpls(TunnelKind::kMplsInIp);
      case kEspProtocol:
        return sealed(TunnelKind::kEsp, in_.u32());
      default:
        return {};
    }
  }

 private:
  Carried sealed(TunnelKind kind, std::uint32_t id = 0) { return {{kind, false, id}, {}, {}}; }

  Carried ip(TunnelKind kind, std::uint8_t version, std::uint32_t id = 0) {
    if (!in_.ok()) return sealed(kind, id);
    return {{kind, false, id}, {Found::kIp, version, static_cast<std::uint32_t>(in_.at())}, {}};
  }

  // What is next is IP when its first nibble says so.
  Carried ip_by_version(TunnelKind kind, std::uint32_t id) {
    const int version = in_.left() > 0 ? in_.rest()[0] >> 4 : 0;
    return version == 4 || version == 6 ? ip(kind, static_cast<std::uint8_t>(version), id) : sealed(kind, id);
  }

  Carried found(TunnelKind kind, std::uint32_t id, IpPlace place) {
    place.offset += static_cast<std::uint32_t>(in_.at());
    if (place.found == Found::kOsi) return {{kind, false, id}, {}, place};
    return {{kind, false, id}, place, {}};
  }
  Carried of_type(TunnelKind kind, std::uint32_t id, std::uint16_t type) {
    return found(kind, id, find_ip_of_type(type, in_.rest()));
  }
  Carried ppp(TunnelKind kind, std::uint32_t id) {
    return found(kind, id, find_ip(LinkType::kPpp, in_.rest()));
  }

  // The label on top is the tunnel's id.
  Carried mpls(TunnelKind kind) {
    const Bytes labels = in_.rest();
    const std::uint32_t label = labels.size() < 4 ? 0 : ByteReader(labels).u32() >> 12;
    return of_type(kind, label, kTypeMpls);
  }

  // Flags and version (2), protocol (2); checksum (4), key (4) and sequence number (4) where their flags say
  // so. A routing list (RFC 1701) has been out of use since before this century.
  Carried gre() {
    constexpr std::uint16_t kChecksum = 0x8000;
    constexpr std::uint16_t kRouting = 0x4000;
    constexpr std::uint16_t kKey = 0x2000;
    constexpr std::uint16_t kSequence = 0x1000;
    constexpr std::uint16_t kVersion = 0x0007;
    const std::uint16_t flags = in_.u16();
    const std::uint16_t protocol = in_.u16();
    if (!in_.ok() || (flags & kRouting) != 0) return {};
    if ((flags & kVersion) == 1) return pptp(flags, protocol);
    if ((flags & kVersion) != 0) return {};
    if ((flags & kChecksum) != 0) in_.skip(4);
    const std::uint32_t key = (flags & kKey) != 0 ? in_.u32() : 0;
    if ((flags & kSequence) != 0) in_.skip(4);
    switch (protocol) {
      case kTypeMpls:
      case kTypeMplsUpstream:
        return mpls(TunnelKind::kMplsInGre);
      case 0x88be:  // ERSPAN: type 1 has neither sequence number nor header, type 2 both
        return (flags & kSequence) != 0 ? erspan(8) : of_type(TunnelKind::kErspan, 0, kTypeEthernet);
      case 0x22eb:  // type 3
        return erspan(12);
      case 0x00fe:
        return {{TunnelKind::kGre, false, key}, {}, {Found::kOsi, 0, static_cast<std::uint32_t>(in_.at())}};
      default:
        return of_type(TunnelKind::kGre, key, protocol);
    }
  }

  // Version and VLAN (2), class, flags and session (10 bits) (2), ...; type 3 ends with a flag that 8 bytes
  // follow.
  Carried erspan(std::size_t size) {
    const Bytes header = in_.take(size);
    if (header.empty()) return sealed(TunnelKind::kErspan);
    if (size == 12 && (header[11] & 1) != 0) in_.skip(8);
    return of_type(TunnelKind::kErspan, (header[2] << 8 | header[3]) & 0x3ff, kTypeEthernet);
  }

  // RFC 2637: GRE version 1; the key is the payload's length (2) and the call (2), flag 0x80 an
  // acknowledgement.
  Carried pptp(std::uint16_t flags, std::uint16_t protocol) {
    if ((flags & 0x2000) == 0 || protocol != 0x880b) return {};
    in_.skip(2);
    const std::uint32_t call = in_.u16();
    if ((flags & 0x1000) != 0) in_.skip(4);
    if ((flags & 0x0080) != 0) in_.skip(4);
    return ppp(TunnelKind::kPptp, call);
  }

  // Only a beginning that OpenVPN's has, on its port: length (2), operation (5 bits) and key (3 bits).
  Carried tcp() {
    const Bytes segment = in_.rest();
    if (segment.size() < 20 || (outer_.src_port != kPortOpenvpn && outer_.dst_port != kPortOpenvpn))
      return {};
    const std::size_t header = (segment[12] >> 4) * 4U;
    if (header < 20 || segment.size() < header + 3) return {};
    const int operation = segment[header + 2] >> 3;
    return operation >= 1 && operation <= 10 ? sealed(TunnelKind::kOpenvpn) : Carried{};
  }

  Carried udp() {
    in_.skip(8);
    if (!in_.ok()) return {};
    const ByteReader at = in_;
    for (const std::uint16_t port : {outer_.dst_port, outer_.src_port}) {
      const Carried carried = udp_port(port);
      if (carried.header.kind != TunnelKind::kNone) return carried;
      in_ = at;
    }
    return teredo();  // which peers speak on any port
  }

  Carried udp_port(std::uint16_t port) {
    switch (port) {
      case kPortVxlan:
      case kPortVxlanOfLinux:
        return vxlan();
      case kPortVxlanGpe:
        return vxlan_gpe();
      case kPortGeneve:
        return geneve();
      case kPortGtp:
        return gtp();
      case kPortMpls:
        return mpls(TunnelKind::kMplsInUdp);
      case kPortL2tp:
        return l2tp();
      case kPortGue:
        return gue();
      case kPortLisp:
        return lisp();
      case kPortEspInUdp:
        return esp_in_udp();
      case kPortOpenvpn:
        return openvpn();
      case kPortWireguard:
        return wireguard();
      default:
        return {};
    }
  }

  // RFC 7348: flags (1, 0x08: the VNI is valid), policy (3), VNI (3), reserved (1).
  Carried vxlan() {
    const std::uint8_t flags = in_.u8();
    in_.skip(3);
    const std::uint32_t vni = in_.u24();
    const std::uint8_t reserved = in_.u8();
    if (!in_.ok() || (flags & 0x08) == 0 || reserved != 0) return {};
    return of_type(TunnelKind::kVxlan, vni, kTypeEthernet);
  }

  // The same, with flag 0x04 for the protocol in the fourth byte.
  Carried vxlan_gpe() {
    const std::uint8_t flags = in_.u8();
    in_.skip(2);
    const std::uint8_t protocol = in_.u8();
    const std::uint32_t vni = in_.u24();
    in_.skip(1);
    constexpr std::array<std::uint16_t, 6> kTypes = {0, kTypeIpv4, kTypeIpv6, kTypeEthernet, 0, kTypeMpls};
    if (!in_.ok() || (flags & 0x08) == 0) return {};
    if ((flags & 0x04) == 0) return of_type(TunnelKind::kVxlanGpe, vni, kTypeEthernet);
    return protocol < kTypes.size() && kTypes[protocol] != 0
               ? of_type(TunnelKind::kVxlanGpe, vni, kTypes[protocol])
               : sealed(TunnelKind::kVxlanGpe, vni);
  }

  // RFC 8926: version (2 bits) and length of options (6 bits, words), flags (1), type (2), VNI (3), reserved
  // (1).
  Carried geneve() {
    const std::uint8_t first = in_.u8();
    in_.skip(1);
    const std::uint16_t type = in_.u16();
    const std::uint32_t vni = in_.u24();
    in_.skip(1 + (first & 0x3fU) * 4);
    if (!in_.ok() || first >> 6 != 0) return {};
    return of_type(TunnelKind::kGeneve, vni, type);
  }

  // 3GPP TS 29.281: version (3 bits) 1, kind (1 bit) 1, flags E, S, PN (3 bits); type (1) 255: a user's
  // packet; length (2), TEID (4). With any of the flags: sequence number (2), N-PDU (1), next extension (1);
  // extensions: length (1, words), content, next extension (1).
  Carried gtp() {
    const std::uint8_t flags = in_.u8();
    const std::uint8_t type = in_.u8();
    in_.skip(2);
    const std::uint32_t teid = in_.u32();
    if (!in_.ok() || flags >> 4 != 3) return {};
    if (type != 255) return sealed(TunnelKind::kGtp, teid);
    std::uint8_t extension = 0;
    if ((flags & 7) != 0) {
      in_.skip(3);
      extension = in_.u8();
      if ((flags & 4) == 0) extension = 0;
    }
    while (extension != 0 && in_.ok()) {
      const std::size_t words = in_.u8();
      if (words == 0) return sealed(TunnelKind::kGtp, teid);
      in_.skip(words * 4 - 2);
      extension = in_.u8();
    }
    return ip_by_version(TunnelKind::kGtp, teid);
  }

  // Flags and version (2): 0x8000 control, 0x4000 length (2), 0x0800 sequence numbers (4), 0x0200 offset (2,
  // and as much padding); version 2: tunnel (2), session (2). Version 3: reserved (2), session (4).
  Carried l2tp() {
    const std::uint16_t flags = in_.u16();
    const int version = flags & 15;
    if (!in_.ok() || (version != 2 && version != 3)) return {};
    if (version == 3) {
      in_.skip(2);
      return (flags & 0x8000) != 0 ? sealed(TunnelKind::kL2tpv3) : l2tpv3(in_.u32());
    }
    if ((flags & 0x4000) != 0) in_.skip(2);
    const std::uint32_t session = in_.u32();
    if ((flags & 0x8000) != 0) return sealed(TunnelKind::kL2tp, session);
    if ((flags & 0x0800) != 0) in_.skip(4);
    if ((flags & 0x0200) != 0) in_.skip(in_.u16());
    return ppp(TunnelKind::kL2tp, session);
  }

  // RFC 3931: behind the session come a cookie (0, 4 or 8), a sublayer (0 or 4) and a frame, as was agreed
  // when the session was set up. What is there is told by the IP header in it, which must be right.
  Carried l2tpv3(std::uint32_t session) {
    if (!in_.ok() || session == 0) return sealed(TunnelKind::kL2tpv3, session);  // control
    const Bytes rest = in_.rest();
    for (std::size_t before = 0; before <= 12 && before < rest.size(); before += 4) {
      for (const LinkType link : {LinkType::kEthernet, LinkType::kPpp, LinkType::kRaw}) {
        IpPlace place = find_ip(link, rest.subspan(before));
        if (place.found != Found::kIp || !is_plausible(place, rest.subspan(before))) continue;
        place.offset += static_cast<std::uint32_t>(before);
        return found(TunnelKind::kL2tpv3, session, place);
      }
    }
    return sealed(TunnelKind::kL2tpv3, session);
  }

  // RFC 4380: an authentication (0001, lengths of client and value (1 each), these, nonce (8), confirmation
  // (1)) and an origin (0000, port (2), address (4)) may stand before an IPv6 packet whose addresses tell
  // Teredo.
  Carried teredo() {
    if (in_.left() < 40) return {};
    if (peek_u16() == 1) {
      in_.skip(2);
      const std::size_t client = in_.u8();
      in_.skip(client + in_.u8() + 9);
    }
    if (in_.left() >= 8 && peek_u16() == 0) in_.skip(8);
    const Bytes ip6 = in_.rest();
    if (!in_.ok() || ip6.size() < 40 || ip6[0] >> 4 != 6) return {};
    ByteReader at(ip6);
    at.skip(4);
    const std::uint32_t length = at.u16();
    at.skip(2);
    const std::uint32_t src = at.u32();
    at.skip(12);
    const std::uint32_t dst = at.u32();
    constexpr std::uint32_t kTeredoPrefix = 0x20010000;
    const bool on_port = outer_.src_port == kPortTeredo || outer_.dst_port == kPortTeredo;
    const bool fits = outer_.header_length + in_.at() + 40 + length <= outer_.length;
    if (!fits || (!on_port && src != kTeredoPrefix && dst != kTeredoPrefix)) return {};
    return ip(TunnelKind::kTeredo, 6);
  }
  std::uint16_t peek_u16() const { return static_cast<std::uint16_t>(in_.rest()[0] << 8 | in_.rest()[1]); }

  // draft-ietf-intarea-gue: version (2 bits), control (1 bit), length of what follows (5 bits, words),
  // protocol (1), flags (2). Version 1 has no header: its bits are those of an IP version.
  Carried gue() {
    const std::uint8_t first = in_.left() > 0 ? in_.rest()[0] : 0xff;
    if (first >> 6 == 1) return ip_by_version(TunnelKind::kGue, 0);
    in_.skip(1);
    const std::uint8_t protocol = in_.u8();
    in_.skip(2 + (first & 0x1fU) * 4);
    if (!in_.ok() || first >> 6 != 0) return {};
    if ((first & 0x20) != 0) return sealed(TunnelKind::kGue);
    if (protocol != kIpInIp && protocol != kIp6InIp && protocol != kGreProtocol)
      return sealed(TunnelKind::kGue);
    Carried carried = by_protocol(protocol);
    carried.header.kind = TunnelKind::kGue;
    return carried;
  }

  // RFC 9300: flags (1, 0x08: an instance), nonce (3), instance (3) and status bits (1).
  Carried lisp() {
    const std::uint8_t flags = in_.u8();
    in_.skip(3);
    const std::uint32_t instance = in_.u24();
    in_.skip(1);
    if (!in_.ok()) return {};
    return ip_by_version(TunnelKind::kLisp, (flags & 0x08) != 0 ? instance : 0);
  }

  // RFC 3948: a security parameter index; 0 is key exchange, a single byte a keep-alive.
  Carried esp_in_udp() {
    const std::uint32_t index = in_.u32();
    return in_.ok() && index != 0 ? sealed(TunnelKind::kEsp, index) : Carried{};
  }

  Carried openvpn() {
    const int operation = in_.u8() >> 3;
    return in_.ok() && operation >= 1 && operation <= 10 ? sealed(TunnelKind::kOpenvpn) : Carried{};
  }

  // Type (1), reserved (3): two of a handshake, a cookie, data; each of its own length.
  Carried wireguard() {
    const std::uint32_t size =
        outer_.length - std::min<std::uint32_t>(outer_.length, outer_.header_length + 8U);
    switch (in_.u32()) {
      case 0x01000000:
        return size == 148 ? sealed(TunnelKind::kWireguard) : Carried{};
      case 0x02000000:
        return size == 92 ? sealed(TunnelKind::kWireguard) : Carried{};
      case 0x03000000:
        return size == 64 ? sealed(TunnelKind::kWireguard) : Carried{};
      case 0x04000000:
        return size >= 32 ? sealed(TunnelKind::kWireguard) : Carried{};
      default:
        return {};
    }
  }

  const IpPacket& outer_;
  ByteReader in_;
};

// Next header (1), length (1, words less 2), reserved (2), index (4), sequence number (4), value. Behind it
// is the tunnel's packet, or the same packet's upper layer.
TunnelHeader read_ah(const IpPacket& outer, IpPacket& inner) {
  ByteReader in(outer.payload);
  const std::uint8_t next = in.u8();
  const std::uint32_t length = (in.u8() + 2U) * 4;
  in.skip(2);
  TunnelHeader header{TunnelKind::kAh, false, in.u32()};
  if (!in.ok() || length > outer.payload.size() || outer.header_length + length > outer.length) return header;
  const Bytes rest = outer.payload.subspan(length);
  if (next == kIpInIp || next == kIp6InIp) {
    header.has_inner = read_ip(rest, outer.length - outer.header_length - length, next == kIpInIp ? 4 : 6,
                               inner) == IpRead::kOk;
    return header;
  }
  inner = outer;
  inner.protocol = next;
  inner.header_length = static_cast<std::uint16_t>(outer.header_length + length);
  inner.payload = rest;
  read_transport(inner);
  header.has_inner = true;
  return header;
}

bool read_place(const IpPacket& outer, const IpPlace& place, IpPacket& inner) {
  const std::uint32_t before = outer.header_length + place.offset;
  if (place.found != Found::kIp || place.offset > outer.payload.size() || before > outer.length) return false;
  return read_ip(outer.payload.subspan(place.offset), outer.length - before, place.version, inner) ==
         IpRead::kOk;
}

}  // namespace

std::string_view name_of(TunnelKind kind) {
  static constexpr std::array<std::string_view, kTunnelKinds> names = {
      "",          "ipip",   "4in6",    "6in4",   "6in6",       "gre",         "erspan",      "pptp",
      "l2tp",      "l2tpv3", "etherip", "srv6",   "mpls-in-ip", "mpls-in-gre", "mpls-in-udp", "vxlan",
      "vxlan-gpe", "geneve", "gtp",     "teredo", "gue",        "lisp",        "ah",          "esp",
      "wireguard", "openvpn"};
  return names[static_cast<std::size_t>(kind)];
}

TunnelHeader read_tunnel(const IpPacket& outer, IpPacket& inner) {
  if (outer.fragment) return {};
  if (outer.protocol == kAhProtocol) return read_ah(outer, inner);
  Carried carried = TunnelWalk(outer).by_protocol(outer.protocol);
  carried.header.has_inner = read_place(outer, carried.place, inner);
  return carried.header;
}

void read_innermost(const IpPacket& outer, InnermostPacket& innermost) {
  innermost.ip = outer;
  innermost.depth = 0;
  for (int depth = 0;; ++depth) {
    IpPacket inner;
    innermost.lengths[depth] = innermost.ip.length;
    innermost.headers[depth] = read_tunnel(innermost.ip, inner);
    if (!innermost.headers[depth].has_inner) return;
    if (depth == InnermostPacket::kTunnelsMax) {
      innermost.headers[depth].has_inner = false;  // deeper than is looked
      return;
    }
    innermost.ip = inner;
    innermost.depth = depth + 1;
  }
}

bool may_carry_ip(std::uint8_t protocol, std::uint16_t src_port, std::uint16_t dst_port) {
  constexpr std::array<std::uint16_t, 10> kPorts = {kPortL2tp,  kPortGtp,         kPortTeredo, kPortLisp,
                                                    kPortVxlan, kPortVxlanGpe,    kPortGue,    kPortGeneve,
                                                    kPortMpls,  kPortVxlanOfLinux};
  const auto listed = [&](std::uint16_t port) {
    return std::find(kPorts.begin(), kPorts.end(), port) != kPorts.end();
  };
  switch (protocol) {
    case kUdp:
      return listed(src_port) || listed(dst_port);
    case kIpInIp:
    case kIp6InIp:
    case kGreProtocol:
    case kAhProtocol:
    case kEtherIpProtocol:
    case kL2tpInIp:
    case kMplsProtocol:
    case kEthernetInIp:
      return true;
    default:
      return false;
  }
}

bool read_inner(const IpPacket& outer, IpPacket& inner) {
  return is_tunnel(outer.protocol) && read_tunnel(outer, inner).has_inner;
}

Bytes read_inner_osi(const IpPacket& outer) {
  if (outer.fragment || outer.protocol != kGreProtocol) return {};
  const IpPlace place = TunnelWalk(outer).by_protocol(kGreProtocol).osi_place;
  return place.found == Found::kOsi && place.offset <= outer.payload.size()
             ? outer.payload.subspan(place.offset)
             : Bytes{};
}

}  // namespace anemone
