#include "packet/link.h"

namespace anemone {
namespace {

constexpr std::uint16_t kEtherIpv4 = 0x0800;
constexpr std::uint16_t kEtherIpv6 = 0x86dd;
constexpr std::uint16_t kEtherBridged = 0x6558;  // an Ethernet frame, in tunnels
constexpr std::uint16_t kEtherLengthMax = 1500;  // below, the field is an 802.3 length
constexpr std::uint16_t kTypeOsi = 0xfefe;       // Cisco HDLC's and frame relay's type for ISO protocols
constexpr int kLayersMax = 16;                   // tags and labels on top of each other

// CLNP, ES-IS, IS-IS.
constexpr bool is_osi(std::uint8_t discriminator) { return discriminator >= 0x81 && discriminator <= 0x83; }

// A place in the frame, with what comes next by the names of the layer just read.
class LinkWalk {
 public:
  explicit LinkWalk(Bytes frame) : in_(frame) {}

  IpPlace link(LinkType link) {
    switch (link) {
      case LinkType::kEthernet:
        return ethernet();
      case LinkType::kLinuxCooked:  // packet type (2), ARPHRD (2), address length (2), address (8), protocol
                                    // (2)
        in_.skip(14);
        return ether_type(in_.u16());
      case LinkType::kLinuxCooked2: {  // protocol (2), then interface and address (18)
        const std::uint16_t type = in_.u16();
        in_.skip(18);
        return ether_type(type);
      }
      case LinkType::kRaw:
      case LinkType::kRawBsd:
      case LinkType::kRawOpenBsd:
        return by_version();
      case LinkType::kIpv4:
        return here(4);
      case LinkType::kIpv6:
        return here(6);
      case LinkType::kNull:
      case LinkType::kLoop:
        return loopback();
      case LinkType::kPpp:
      case LinkType::kPppHdlc:
        return ppp();
      case LinkType::kPppEther:
        return pppoe();
      case LinkType::kCiscoHdlc:  // address (1), control (1), protocol (2)
        in_.skip(2);
        return cisco_type(in_.u16());
      case LinkType::kFrameRelay:
        return frame_relay();
      case LinkType::kJuniperEther:
        return juniper();
      case LinkType::kPpi:
        return ppi();
      default:
        return {};
    }
  }

  // What stands behind a field that holds an Ethernet type.
  IpPlace of_type(std::uint16_t type) { return type == kEtherBridged ? ethernet() : ether_type(type); }

 private:
  IpPlace osi() {
    if (in_.left() == 0) return cut();
    return {Found::kOsi, 0, static_cast<std::uint32_t>(in_.at())};
  }
  IpPlace here(std::uint8_t version) {
    if (!in_.ok()) return cut();
    return {Found::kIp, version, static_cast<std::uint32_t>(in_.at())};
  }
  static IpPlace cut() { return {Found::kCut, 0, 0}; }
  IpPlace not_ip() { return in_.ok() ? IpPlace{} : cut(); }

  std::uint8_t next() { return in_.left() > 0 ? in_.rest()[0] : 0; }

  IpPlace by_version() {
    if (in_.left() == 0) return cut();
    const int version = next() >> 4;
    return version == 4 || version == 6 ? here(static_cast<std::uint8_t>(version)) : not_ip();
  }

  // Destination (6), source (6), type or length (2).
  IpPlace ethernet() {
    in_.skip(12);
    return ether_type(in_.u16());
  }

  IpPlace ether_type(std::uint16_t type) {
    for (int layer = 0; layer < kLayersMax; ++layer) {
      switch (type) {
        case kEtherIpv4:
          return here(4);
        case kEtherIpv6:
          return here(6);
        case 0x8100:  // 802.1Q, 802.1ad and its forerunners: tag (2), type (2)
        case 0x88a8:
        case 0x9100:
        case 0x9200:
        case 0x9300:
          in_.skip(2);
          type = in_.u16();
          break;
        case 0x8903:  // Cisco FabricPath: tag (2), the Ethernet frame that it carries
          in_.skip(14);
          type = in_.u16();
          break;
        case 0x8847:
        case 0x8848:
          return mpls();
        case 0x8864:
          return pppoe();
        case 0x8870:  // an 802.2 frame of more bytes than a length can say
          return llc();
        default:
          return type <= kEtherLengthMax ? llc() : not_ip();
      }
    }
    return not_ip();
  }

  // 802.2: fe fe 03 and an ISO PDU; or SNAP's aa aa 03, organisation (3), type (2).
  IpPlace llc() {
    const std::uint32_t service = in_.u24();
    if (service == 0xfefe03) return osi();
    return service == 0xaaaa03 ? snap() : not_ip();
  }

  IpPlace snap() {
    const std::uint32_t organisation = in_.u24();
    const std::uint16_t type = in_.u16();
    if (organisation != 0) return not_ip();
    if (type == kEtherIpv4) return here(4);
    return type == kEtherIpv6 ? here(6) : not_ip();
  }

  // Labels: label and class (23 bits), bottom of stack (1 bit), time to live (8 bits). What is below has no
  // name; as routers do (RFC 4928), the first nibble tells IP, and 0 the control word of a pseudowire.
  IpPlace mpls() {
    for (int layer = 0; layer < kLayersMax; ++layer) {
      const std::uint32_t label = in_.u32();
      if (!in_.ok()) return cut();
      if ((label & 0x100) == 0) continue;
      if (next() >> 4 != 0) return by_version();
      in_.skip(4);
      return ethernet();
    }
    return not_ip();
  }

  // Version and type (1), code (1), session (2), length (2), PPP.
  IpPlace pppoe() {
    in_.skip(1);
    const std::uint8_t code = in_.u8();
    in_.skip(4);
    return code == 0 ? ppp() : not_ip();
  }

  // Address and control (ff 03, may be left out), protocol (2, or 1 when odd).
  IpPlace ppp() {
    if (next() == 0xff || next() == 0x0f) {
      const bool cisco = in_.u8() == 0x0f || next() == 0;
      in_.skip(1);
      if (cisco) return cisco_type(in_.u16());
    }
    const std::uint16_t protocol = next() & 1 ? in_.u8() : in_.u16();
    if (protocol == 0x0021) return here(4);
    if (protocol == 0x0057) return here(6);
    if (protocol == 0x0023) return osi();
    return protocol == 0x0281 || protocol == 0x0283 ? mpls() : not_ip();
  }

  // Cisco's types are Ethernet's, and one for ISO protocols, which a byte of padding may precede.
  IpPlace cisco_type(std::uint16_t type) {
    if (type != kTypeOsi) return ether_type(type);
    if (!is_osi(next())) in_.skip(1);
    return osi();
  }

  // Address (2 to 4 bytes, the last bit of the last is set), then Cisco's type (2), or as RFC 2427 has it:
  // control (1), padding (0 or 1), network layer protocol (1).
  IpPlace frame_relay() {
    for (int i = 0; i < 4 && (in_.u8() & 1) == 0; ++i) {
    }
    if (in_.left() < 2) return cut();
    const int type = in_.rest()[0] << 8 | in_.rest()[1];
    if (type == kEtherIpv4 || type == kEtherIpv6 || type == kTypeOsi) return cisco_type(in_.u16());
    in_.skip(1);
    if (next() == 0) in_.skip(1);
    const std::uint8_t protocol = next();
    if (is_osi(protocol)) return osi();  // whose first byte this is
    in_.skip(1);
    if (protocol == 0xcc) return here(4);
    if (protocol == 0x8e) return here(6);
    return protocol == 0x80 ? snap() : not_ip();
  }

  // "MGC" (3), flags (1), with flag 0x80 the length of extensions (2) and those, then Ethernet unless flag 2.
  IpPlace juniper() {
    const std::uint32_t magic = in_.u24();
    const std::uint8_t flags = in_.u8();
    if (flags & 0x80) in_.skip(in_.u16());
    return magic == 0x4d4743 && (flags & 2) == 0 ? ethernet() : not_ip();
  }

  // The address family, in either byte order: 2 is IPv4 everywhere, IPv6 is 10 (Linux), 24, 28 or 30 (BSDs).
  IpPlace loopback() {
    const std::uint32_t family = in_.u32();
    switch (family > 0xffff ? __builtin_bswap32(family) : family) {
      case 2:
        return here(4);
      case 10:
      case 24:
      case 28:
      case 30:
        return here(6);
      default:
        return not_ip();
    }
  }

  // Version (1), flags (1), length of all this (2), link type (4), all little-endian.
  IpPlace ppi() {
    in_.skip(2);
    const std::uint16_t length = __builtin_bswap16(in_.u16());
    const std::uint32_t inner = __builtin_bswap32(in_.u32());
    if (!in_.ok()) return cut();
    if (length < 8 || inner == static_cast<std::uint32_t>(LinkType::kPpi)) return {};
    in_.skip(length - 8U);
    return link(static_cast<LinkType>(inner & 0xffff));
  }

  ByteReader in_;
};

}  // namespace

IpPlace find_ip(LinkType link, Bytes frame) {
  if (link == LinkType::kEthernet && frame.size() >= 14) {  // nearly every frame there is
    const int type = frame[12] << 8 | frame[13];
    if (type == kEtherIpv4) return {Found::kIp, 4, 14};
    if (type == kEtherIpv6) return {Found::kIp, 6, 14};
  }
  return LinkWalk(frame).link(link);
}

IpPlace find_ip_of_type(std::uint16_t ether_type, Bytes bytes) { return LinkWalk(bytes).of_type(ether_type); }

}  // namespace anemone
