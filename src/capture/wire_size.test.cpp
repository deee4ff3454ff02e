#include "capture/wire_size.h"

#include <doctest/doctest.h>

#include <array>

using namespace anemone;

namespace {

IpPacket packet(std::uint8_t protocol, std::uint32_t length, std::uint16_t header, Bytes payload) {
  IpPacket ip;
  ip.protocol = protocol;
  ip.length = length;
  ip.header_length = header;
  ip.payload = payload;
  return ip;
}

}  // namespace

TEST_CASE("a packet that is not cut is as long as it says") {
  const WireSize size = wire_size(packet(kTcp, 1500, 20, {}), {});
  CHECK(size.packets == 1);
  CHECK(size.bytes == 1500);
}

TEST_CASE("each segment of a large packet has headers of its own") {
  std::array<std::uint8_t, 32> tcp{};
  tcp[12] = 0x80;  // 32 bytes
  // 10 segments of 1448 bytes, and one of 7
  const WireSize size = wire_size(packet(kTcp, 20 + 32 + 14487, 20, tcp), {.payload = 1448});
  CHECK(size.packets == 11);
  CHECK(size.bytes == 14487 + 11 * 52);
  const WireSize udp = wire_size(packet(kUdp, 40 + 8 + 3600, 40, {}), {.payload = 1200});
  CHECK(udp.packets == 3);
  CHECK(udp.bytes == 3600 + 3 * 48);
}

TEST_CASE("a header that cannot be is taken as the shortest, and nothing to cut is one packet") {
  std::array<std::uint8_t, 20> tcp{};
  CHECK(wire_size(packet(kTcp, 20 + 20 + 2896, 20, tcp), {.payload = 1448}).packets == 2);
  CHECK(wire_size(packet(kTcp, 40, 20, tcp), {.payload = 1448}).packets == 1);
  CHECK(wire_size(packet(kTcp, 30, 20, tcp), {.payload = 1448}).bytes == 30);
}

TEST_CASE("TCP in a tunnel is cut with the tunnel's headers") {
  // IPv4, UDP, VXLAN, Ethernet, IPv4, TCP: 20 + 8 + 8 + 14 + 20 + 32
  const WireSize size = wire_size(packet(kUdp, 102 + 2 * 1398, 20, {}), {.payload = 1398, .inner_tcp = true});
  CHECK(size.packets == 2);
  CHECK(size.bytes == 2 * (102 + 1398));
}
