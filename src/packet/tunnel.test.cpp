#include "packet/tunnel.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/checksum.h"

using namespace anemone;

namespace {

// An IPv4 packet of `protocol` from 10.0.0.1 to 10.0.0.2.
std::vector<std::uint8_t> ipv4(std::uint8_t protocol, const std::vector<std::uint8_t>& payload) {
  ByteWriter out;
  out.u16(0x4500);
  out.u16(static_cast<std::uint16_t>(20 + payload.size()));
  out.u32(0);
  out.u8(64);
  out.u8(protocol);
  out.u16(0);
  out.u32(0x0a000001);
  out.u32(0x0a000002);
  const std::uint16_t sum = folded_checksum(ones_complement_sum(out.bytes()));
  out.bytes()[10] = static_cast<std::uint8_t>(sum >> 8);
  out.bytes()[11] = static_cast<std::uint8_t>(sum);
  out.put(payload);
  return out.bytes();
}

std::vector<std::uint8_t> gre(std::uint16_t flags, std::uint16_t protocol,
                              const std::vector<std::uint8_t>& payload) {
  ByteWriter out;
  out.u16(flags);
  out.u16(protocol);
  for (int bit = 15; bit >= 12; --bit) {
    if ((flags >> bit & 1) != 0) out.u32(0);
  }
  out.put(payload);
  return out.bytes();
}

// The protocol inside, or 0.
int inside(const std::vector<std::uint8_t>& bytes) {
  IpPacket outer;
  IpPacket inner;
  REQUIRE(read_ip(bytes, static_cast<std::uint32_t>(bytes.size()), 4, outer) == IpRead::kOk);
  return read_inner(outer, inner) ? inner.protocol : 0;
}

const std::vector<std::uint8_t> kPayload = {2, 1, 0, 44};

}  // namespace

TEST_CASE("the packet inside GRE is found behind checksum, key and sequence number") {
  const auto inner = ipv4(kOspf, kPayload);
  for (const int flags : {0, 0x8000, 0x2000, 0x1000, 0xb000}) {
    CHECK(inside(ipv4(kGreProtocol, gre(static_cast<std::uint16_t>(flags), 0x0800, inner))) == kOspf);
  }
  CHECK(inside(ipv4(kGreProtocol, gre(0, 0x6558, inner))) == 0);       // Ethernet
  CHECK(inside(ipv4(kGreProtocol, gre(0x0001, 0x0800, inner))) == 0);  // PPTP's GRE
}

TEST_CASE("GRE carries ISO protocols too, under a protocol number of their own") {
  auto osi = [](const std::vector<std::uint8_t>& bytes) {
    IpPacket outer;
    REQUIRE(read_ip(bytes, static_cast<std::uint32_t>(bytes.size()), 4, outer) == IpRead::kOk);
    return read_inner_osi(outer).size();
  };
  CHECK(osi(ipv4(kGreProtocol, gre(0, 0x00fe, {0x83, 0x1b}))) == 2);
  CHECK(osi(ipv4(kGreProtocol, gre(0xb000, 0x00fe, {0x83, 0x1b}))) == 2);
  CHECK(osi(ipv4(kGreProtocol, gre(0x0001, 0x00fe, {0x83, 0x1b}))) == 0);
  CHECK(osi(ipv4(kGreProtocol, gre(0, 0x0800, {0x83, 0x1b}))) == 0);
  CHECK(osi(ipv4(kUdp, gre(0, 0x00fe, {0x83, 0x1b}))) == 0);
  CHECK(osi(ipv4(kGreProtocol, {0x20, 0x00, 0x00, 0xfe, 0x83})) == 0);
}

TEST_CASE("the packet inside IP in IP is found, what is no tunnel has none") {
  const auto inner = ipv4(kOspf, kPayload);
  CHECK(inside(ipv4(kIpInIp, inner)) == kOspf);
  CHECK(inside(ipv4(kIp6InIp, inner)) == 0);
  CHECK(inside(ipv4(kUdp, inner)) == 0);
  auto fragment = ipv4(kIpInIp, inner);
  fragment[6] = 0x20;
  CHECK(inside(fragment) == 0);
}

TEST_CASE("every beginning of a tunnel packet carries none, or one whose end was not captured") {
  const auto whole = ipv4(kGreProtocol, gre(0x2000, 0x0800, ipv4(kOspf, kPayload)));
  for (std::size_t size = 20; size < whole.size(); ++size) {
    IpPacket outer;
    IpPacket inner;
    REQUIRE(read_ip(Bytes(whole).first(size), static_cast<std::uint32_t>(whole.size()), 4, outer) ==
            IpRead::kOk);
    CHECK(read_inner(outer, inner) == (size >= 20 + 8 + 20));
    if (size >= 48) CHECK(inner.payload.size() == size - 48);
  }
}

namespace {

std::vector<std::uint8_t> udp(std::uint16_t port, const std::vector<std::uint8_t>& payload) {
  ByteWriter out;
  out.u16(40000);
  out.u16(port);
  out.u16(static_cast<std::uint16_t>(8 + payload.size()));
  out.u16(0);
  out.put(payload);
  return out.bytes();
}

std::vector<std::uint8_t> ethernet(const std::vector<std::uint8_t>& payload) {
  std::vector<std::uint8_t> bytes(12);
  bytes.push_back(8);
  bytes.push_back(0);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

std::vector<std::uint8_t> behind(std::vector<std::uint8_t> header, const std::vector<std::uint8_t>& payload) {
  header.insert(header.end(), payload.begin(), payload.end());
  return header;
}

InnermostPacket innermost(const std::vector<std::uint8_t>& bytes) {
  IpPacket outer;
  REQUIRE(read_ip(bytes, static_cast<std::uint32_t>(bytes.size()), 4, outer) == IpRead::kOk);
  InnermostPacket found;
  read_innermost(outer, found);
  return found;
}

// "vxlan 5: ospf" of a packet in a tunnel, "vxlan 5" when nothing could be read in it.
std::string told(const std::vector<std::uint8_t>& bytes) {
  IpPacket outer;
  IpPacket inner;
  REQUIRE(read_ip(bytes, static_cast<std::uint32_t>(bytes.size()), 4, outer) == IpRead::kOk);
  const TunnelHeader header = read_tunnel(outer, inner);
  std::string text(name_of(header.kind));
  if (header.id != 0) text += ' ' + std::to_string(header.id);
  if (header.has_inner) text += inner.protocol == kOspf ? ": ospf" : ": other";
  return text;
}

const std::vector<std::uint8_t> kInside = ipv4(kOspf, kPayload);

}  // namespace

TEST_CASE("a tunnel is named with its id, and the packet in it is found") {
  const auto in_udp = [](std::uint16_t port, const std::vector<std::uint8_t>& payload) {
    return told(ipv4(kUdp, udp(port, payload)));
  };
  CHECK(in_udp(4789, behind({8, 0, 0, 0, 0, 0, 5, 0}, ethernet(kInside))) == "vxlan 5: ospf");
  CHECK(in_udp(4789, behind({0, 0, 0, 0, 0, 0, 5, 0}, ethernet(kInside))) == "");  // its VNI is not valid
  CHECK(in_udp(9999, behind({8, 0, 0, 0, 0, 0, 5, 0}, ethernet(kInside))) == "");
  CHECK(in_udp(4790, behind({12, 0, 0, 1, 0, 0, 6, 0}, kInside)) == "vxlan-gpe 6: ospf");
  CHECK(in_udp(6081, behind({1, 0, 8, 0, 0, 0, 7, 0, 1, 2, 3, 0}, kInside)) == "geneve 7: ospf");
  CHECK(in_udp(2152, behind({0x30, 255, 0, 24, 0, 0, 0, 9}, kInside)) == "gtp 9: ospf");
  CHECK(in_udp(2152, behind({0x30, 1, 0, 24, 0, 0, 0, 9}, kInside)) == "gtp 9");  // an echo request
  CHECK(in_udp(6635, behind({0, 1, 0x01, 64}, kInside)) == "mpls-in-udp 16: ospf");
  CHECK(in_udp(1701, behind({0, 2, 0, 1, 0, 2, 0x21}, kInside)) == "l2tp 65538: ospf");
  CHECK(in_udp(1701, behind({0, 3, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0}, ethernet(kInside))) == "l2tpv3 5: ospf");
  auto wrong = kInside;
  wrong[8] = 63;  // its checksum is not right
  CHECK(in_udp(1701, behind({0, 3, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0}, ethernet(wrong))) == "l2tpv3 5");
  CHECK(in_udp(6080, behind({0, 4, 0, 0}, kInside)) == "gue: ospf");
  CHECK(in_udp(6080, behind({0, 47, 0, 0}, gre(0, 0x0800, kInside))) == "gue: ospf");
  CHECK(in_udp(4500, {0, 0, 0, 8, 0, 0, 0, 0}) == "esp 8");
  CHECK(in_udp(4500, {0, 0, 0, 0, 0, 0, 0, 0}) == "");  // key exchange
  CHECK(told(ipv4(kGreProtocol, gre(0x2000, 0x0800, kInside))) == "gre: ospf");
  CHECK(told(ipv4(kGreProtocol, gre(0, 0x6558, ethernet(kInside)))) == "gre: ospf");
  CHECK(told(ipv4(50, {0, 0, 0, 9})) == "esp 9");
  CHECK(told(ipv4(kUdp, kInside)) == "");
}

TEST_CASE("what GTP's extension headers are is not read, how long they are is") {
  const std::vector<std::uint8_t> two = {
      0x34, 255, 0, 40,   0, 0,    0, 9,     // E
      0,    0,   0, 0x85, 1, 0x10, 9, 0xc0,  // one of a word, another follows
      2,    0,   0, 0,    0, 0,    0, 0};
  CHECK(told(ipv4(kUdp, udp(2152, behind(two, kInside)))) == "gtp 9: ospf");
  auto endless = two;
  endless[12] = 0;  // no word
  CHECK(told(ipv4(kUdp, udp(2152, behind(endless, kInside)))) == "gtp 9");
}

TEST_CASE(
    "an authentication header is looked through: to the tunnel's packet, or to the packet's own ports") {
  const std::vector<std::uint8_t> header = {4, 4, 0, 0, 0, 0, 0, 77, 0, 0, 0, 1,
                                            0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0};
  CHECK(told(ipv4(51, behind(header, kInside))) == "ah 77: ospf");
  auto transport = header;
  transport[0] = kUdp;
  const auto bytes = ipv4(51, behind(transport, udp(53, kPayload)));
  const InnermostPacket found = innermost(bytes);
  CHECK(found.depth == 1);
  CHECK(found.ip.protocol == kUdp);
  CHECK(found.ip.dst_port == 53);
  CHECK(found.ip.length == bytes.size());
}

TEST_CASE("tunnels are followed into each other, to a depth; lengths are those of each packet in its turn") {
  auto bytes = kInside;
  std::vector<std::uint32_t> lengths;
  for (int depth = 1; depth <= 6; ++depth) {
    lengths.insert(lengths.begin(), static_cast<std::uint32_t>(bytes.size()));
    bytes = ipv4(kGreProtocol, gre(0, 0x0800, bytes));
    const InnermostPacket found = innermost(bytes);
    CHECK(found.depth == std::min(depth, InnermostPacket::kTunnelsMax));
    CHECK((found.ip.protocol == kOspf) == (depth <= InnermostPacket::kTunnelsMax));
    CHECK(found.lengths[0] == bytes.size());
    CHECK(found.lengths[1] == lengths[0]);
    CHECK(!found.headers[static_cast<std::size_t>(found.depth)].has_inner);
  }
}

TEST_CASE("every beginning of each tunnel's packet is read without going past it") {
  const std::vector<std::vector<std::uint8_t>> whole = {
      ipv4(kUdp, udp(4789, behind({8, 0, 0, 0, 0, 0, 5, 0}, ethernet(kInside)))),
      ipv4(kUdp, udp(6081, behind({1, 0, 8, 0, 0, 0, 7, 0, 1, 2, 3, 0}, kInside))),
      ipv4(kUdp, udp(2152, behind({0x34, 255, 0, 40, 0, 0, 0, 9, 0, 0, 0, 0x85, 1, 0x10, 9, 0}, kInside))),
      ipv4(kUdp, udp(1701, behind({0, 2, 0, 1, 0, 2, 0x21}, kInside))),
      ipv4(kUdp, udp(1701, behind({0, 3, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0}, ethernet(kInside)))),
      ipv4(51, behind({4, 1, 0, 0, 0, 0, 0, 77, 0, 0, 0, 1}, kInside))};
  for (const auto& bytes : whole) {
    for (std::size_t size = 20; size <= bytes.size(); ++size) {
      const std::vector<std::uint8_t> kept(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      IpPacket outer;
      IpPacket inner;
      REQUIRE(read_ip(kept, static_cast<std::uint32_t>(bytes.size()), 4, outer) == IpRead::kOk);
      const bool found = read_tunnel(outer, inner).has_inner;
      CHECK(found == (size >= bytes.size() - kPayload.size()));
    }
  }
}
