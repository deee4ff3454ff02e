#include "packet/tunnel.h"

#include <doctest/doctest.h>

#include <vector>

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
    CHECK(inside(ipv4(kGre, gre(static_cast<std::uint16_t>(flags), 0x0800, inner))) == kOspf);
  }
  CHECK(inside(ipv4(kGre, gre(0, 0x6558, inner))) == 0);       // Ethernet
  CHECK(inside(ipv4(kGre, gre(0x0001, 0x0800, inner))) == 0);  // PPTP's GRE
}

TEST_CASE("GRE carries ISO protocols too, under a protocol number of their own") {
  auto osi = [](const std::vector<std::uint8_t>& bytes) {
    IpPacket outer;
    REQUIRE(read_ip(bytes, static_cast<std::uint32_t>(bytes.size()), 4, outer) == IpRead::kOk);
    return read_inner_osi(outer).size();
  };
  CHECK(osi(ipv4(kGre, gre(0, 0x00fe, {0x83, 0x1b}))) == 2);
  CHECK(osi(ipv4(kGre, gre(0xb000, 0x00fe, {0x83, 0x1b}))) == 2);
  CHECK(osi(ipv4(kGre, gre(0x0001, 0x00fe, {0x83, 0x1b}))) == 0);
  CHECK(osi(ipv4(kGre, gre(0, 0x0800, {0x83, 0x1b}))) == 0);
  CHECK(osi(ipv4(kUdp, gre(0, 0x00fe, {0x83, 0x1b}))) == 0);
  CHECK(osi(ipv4(kGre, {0x20, 0x00, 0x00, 0xfe, 0x83})) == 0);
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
  const auto whole = ipv4(kGre, gre(0x2000, 0x0800, ipv4(kOspf, kPayload)));
  for (std::size_t size = 20; size < whole.size(); ++size) {
    IpPacket outer;
    IpPacket inner;
    REQUIRE(read_ip(Bytes(whole).first(size), static_cast<std::uint32_t>(whole.size()), 4, outer) ==
            IpRead::kOk);
    CHECK(read_inner(outer, inner) == (size >= 20 + 8 + 20));
    if (size >= 48) CHECK(inner.payload.size() == size - 48);
  }
}
