#include "packet/ip.h"

#include <doctest/doctest.h>

#include <vector>

namespace anemone {
namespace {

using Raw = std::vector<std::uint8_t>;

Raw operator+(Raw left, const Raw& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

// 10.0.0.1 to 10.0.0.2, UDP 1000 to 53, 8 bytes of UDP header.
Raw v4() {
  return {0x45, 0xb8, 0,  28, 0, 7, 0,    0,    64, 17, 0, 0, 10, 0,
          0,    1,    10, 0,  0, 2, 0x03, 0xe8, 0,  53, 0, 8, 0,  0};
}

// 2001:db8::1 to 2001:db8::2, `next` as the first header, `payload` behind.
Raw v6(std::uint8_t next, const Raw& payload) {
  Raw packet = {0x6b, 0x80, 0, 0, 0, static_cast<std::uint8_t>(payload.size()), next, 64};
  for (const std::uint8_t last : Raw{1, 2})
    packet = packet + Raw{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last};
  return packet + payload;
}
const Raw kUdpHeader = {0x03, 0xe8, 0, 53, 0, 8, 0, 0};

struct Read {
  IpRead result;
  IpPacket packet;
};

Read read(const Raw& bytes, std::uint32_t wire = 0) {
  Read read{};
  const auto version = static_cast<std::uint8_t>(bytes[0] >> 4);
  read.result =
      read_ip(bytes, wire == 0 ? static_cast<std::uint32_t>(bytes.size()) : wire, version, read.packet);
  return read;
}

}  // namespace

TEST_CASE("IPv4: addresses, protocol, class, time to live, ports") {
  const auto [result, ip] = read(v4());
  REQUIRE(result == IpRead::kOk);
  CHECK(print_address(ip.src) == "10.0.0.1");
  CHECK(print_address(ip.dst) == "10.0.0.2");
  CHECK(ip.protocol == kUdp);
  CHECK(ip.tos == 0xb8);
  CHECK(ip.ttl == 64);
  CHECK(ip.length == 28);
  CHECK(ip.src_port == 1000);
  CHECK(ip.dst_port == 53);
  CHECK(ip.payload.size() == 8);
  CHECK(!ip.fragment);
}

TEST_CASE("IPv4 options stand between header and ports") {
  Raw packet = v4();
  packet[0] = 0x46;
  packet[3] = 32;
  packet.insert(packet.begin() + 20, {0x94, 4, 0, 0});  // router alert
  const auto [result, ip] = read(packet);
  REQUIRE(result == IpRead::kOk);
  CHECK(ip.dst_port == 53);
  CHECK(ip.header_length == 24);
}

TEST_CASE("link padding is not payload, and bytes are the IP length") {
  const auto [result, ip] = read(v4() + Raw(18, 0));
  REQUIRE(result == IpRead::kOk);
  CHECK(ip.length == 28);
  CHECK(ip.payload.size() == 8);
}

TEST_CASE("a super-packet captured before segmentation has length 0 and is as long as its frame") {
  Raw packet = v4();
  packet[3] = 0;
  CHECK(read(packet, 40'000).packet.length == 40'000);
  Raw packet6 = v6(17, kUdpHeader);
  packet6[5] = 0;
  CHECK(read(packet6, 70'000).packet.length == 70'000);
}

TEST_CASE("headers that contradict themselves are malformed") {
  Raw packet = v4();
  packet[0] = 0x44;
  CHECK(read(packet).result == IpRead::kMalformed);
  packet[0] = 0x55;
  IpPacket ip;
  CHECK(read_ip(packet, 28, 4, ip) == IpRead::kMalformed);
  packet = v4();
  packet[3] = 19;
  CHECK(read(packet).result == IpRead::kMalformed);
  CHECK(read(Raw{0x45, 0, 0, 28}).result == IpRead::kMalformed);
  CHECK(read(Raw{0x60, 0, 0, 28}).result == IpRead::kMalformed);
}

TEST_CASE("an IP length beyond the frame counts as what the frame carried") {
  Raw packet = v4();
  packet[2] = 0xff;
  CHECK(read(packet).packet.length == 28);
}

TEST_CASE("a snap length cuts the header, or all but the ports, and both are told") {
  for (std::size_t kept = 1; kept < 28; ++kept) {
    Raw packet = v4();
    packet.resize(kept);
    const auto [result, ip] = read(packet, 28);
    CAPTURE(kept);
    CHECK(result == (kept < 20 ? IpRead::kCut : IpRead::kOk));
    if (kept >= 20) CHECK(ip.ports_cut == (kept < 24));
    if (kept >= 20) CHECK(ip.length == 28);
  }
}

TEST_CASE("IPv6: addresses, traffic class, ports") {
  const auto [result, ip] = read(v6(17, kUdpHeader));
  REQUIRE(result == IpRead::kOk);
  CHECK(print_address(ip.src) == "2001:db8::1");
  CHECK(ip.protocol == kUdp);
  CHECK(ip.tos == 0xb8);
  CHECK(ip.length == 48);
  CHECK(ip.dst_port == 53);
}

TEST_CASE("IPv6 extension headers are walked through to the upper layer") {
  const Raw hop = {43, 0, 5, 2, 0, 0, 1, 0};                               // then routing
  const Raw routing = {60, 0, 0, 0, 0, 0, 0, 0};                           // then destination options
  const Raw options = {51, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};  // then authentication
  const Raw ah = {17, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  const auto [result, ip] = read(v6(0, hop + routing + options + ah + kUdpHeader));
  REQUIRE(result == IpRead::kOk);
  CHECK(ip.protocol == kUdp);
  CHECK(ip.dst_port == 53);
  CHECK(ip.header_length == 40 + 8 + 8 + 16 + 24);
}

TEST_CASE("extension headers without end are malformed, cut ones leave the ports unknown") {
  Raw chain;
  for (int i = 0; i < 31; ++i) chain = chain + Raw{60, 0, 0, 0, 0, 0, 0, 0};
  CHECK(read(v6(60, chain)).packet.ports_cut);
  Raw packet = v6(60, {});
  for (int i = 0; i < 100; ++i) packet = packet + Raw{60, 0, 0, 0, 0, 0, 0, 0};
  packet[4] = 3;
  packet[5] = 0x20;
  CHECK(read(packet).result == IpRead::kMalformed);
}

TEST_CASE("fragments tell their datagram and place; only the first has ports") {
  Raw packet = v4();
  packet[6] = 0x20;
  IpPacket ip = read(packet).packet;
  CHECK(ip.fragment);
  CHECK(ip.fragments_follow);
  CHECK(ip.fragment_id == 7);
  CHECK(ip.dst_port == 53);
  packet[6] = 0;
  packet[7] = 2;
  ip = read(packet).packet;
  CHECK(ip.fragment);
  CHECK(ip.fragment_offset == 16);
  CHECK(ip.dst_port == 0);

  ip = read(v6(44, Raw{17, 0, 0, 1, 0, 0, 0, 9} + kUdpHeader)).packet;
  CHECK(ip.fragments_follow);
  CHECK(ip.fragment_id == 9);
  CHECK(ip.protocol == kUdp);
  CHECK(ip.dst_port == 53);
  ip = read(v6(44, Raw{17, 0, 5, 0xa0, 0, 0, 0, 9} + kUdpHeader)).packet;
  CHECK(ip.fragment_offset == 0x5a0);
  CHECK(ip.dst_port == 0);
  ip = read(v6(44, Raw{17, 0, 0, 0, 0, 0, 0, 9} + kUdpHeader)).packet;
  CHECK(!ip.fragment);  // an atomic one (RFC 6946)
}

TEST_CASE("ICMP has type and code in the place of the destination port") {
  Raw packet = v4();
  packet[9] = 1;
  packet[20] = 3;
  packet[21] = 4;
  CHECK(read(packet).packet.dst_port == 3 * 256 + 4);
  CHECK(read(packet).packet.src_port == 0);
}

TEST_CASE("a tunnel's inner packet is payload") {
  Raw packet = v4() + v4();
  packet.erase(packet.begin() + 20, packet.begin() + 28);
  packet[9] = 4;
  packet[3] = 48;
  const IpPacket ip = read(packet).packet;
  CHECK(ip.protocol == 4);
  CHECK(ip.dst_port == 0);
  CHECK(ip.payload.size() == 28);
}

}  // namespace anemone
