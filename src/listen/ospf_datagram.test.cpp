#include "listen/ospf_datagram.h"

#include <doctest/doctest.h>

#include "packet/ip.h"

using namespace anemone;

TEST_CASE("an OSPF datagram is read back as what it was, with TTL 1 and a header that sums up") {
  const std::vector<std::uint8_t> payload = {2, 1, 0, 44};
  const auto bytes = write_ospf_datagram(Ipv4{0x0a000009}, Ipv4{0xe0000005}, 77, payload);
  IpPacket packet;
  REQUIRE(read_ip(bytes, static_cast<std::uint32_t>(bytes.size()), 4, packet) == IpRead::kOk);
  CHECK(packet.src == IpAddress(Ipv4{0x0a000009}));
  CHECK(packet.dst == IpAddress(Ipv4{0xe0000005}));
  CHECK(packet.protocol == 89);
  CHECK(packet.ttl == 1);
  CHECK(packet.tos == 0xc0);
  CHECK_FALSE(packet.fragment);
  CHECK(std::vector<std::uint8_t>(packet.payload.begin(), packet.payload.end()) == payload);
  std::uint32_t sum = 0;
  for (ByteReader in(Bytes(bytes).first(20)); in.left() > 0;) sum += in.u16();
  CHECK((sum & 0xffff) + (sum >> 16) == 0xffff);
}

TEST_CASE("a group's Ethernet address holds the group's last 23 bits") {
  CHECK(group_mac(Ipv4{0xe0000005}) == MacAddress{0x01, 0x00, 0x5e, 0x00, 0x00, 0x05});
  CHECK(group_mac(Ipv4{0xef812233}) == MacAddress{0x01, 0x00, 0x5e, 0x01, 0x22, 0x33});
  CHECK(is_group(Ipv4{0xe0000006}));
  CHECK_FALSE(is_group(Ipv4{0x0a000001}));
}
