#include "capture/whole_packet.h"

#include <doctest/doctest.h>

#include <vector>

using namespace anemone;

namespace {

constexpr Time kNow = Time{std::chrono::seconds(1000)};

// An IPv4 packet; `place` is the field of flags and fragment offset.
std::vector<std::uint8_t> ipv4(std::uint8_t protocol, const std::vector<std::uint8_t>& payload,
                               std::uint16_t place = 0) {
  ByteWriter out;
  out.u16(0x4500);
  out.u16(static_cast<std::uint16_t>(20 + payload.size()));
  out.u16(77);
  out.u16(place);
  out.u8(64);
  out.u8(protocol);
  out.u16(0);
  out.u32(0x0a000001);
  out.u32(0x0a000002);
  out.put(payload);
  return out.bytes();
}

std::vector<std::uint8_t> gre(const std::vector<std::uint8_t>& inner) {
  std::vector<std::uint8_t> bytes = {0, 0, 8, 0};
  bytes.insert(bytes.end(), inner.begin(), inner.end());
  return ipv4(47, bytes);
}

// The size of the payload that was found, or -1.
int found(WholePacket& whole, const std::vector<std::uint8_t>& bytes) {
  IpPacket packet;
  REQUIRE(read_ip(bytes, static_cast<std::uint32_t>(bytes.size()), 4, packet) == IpRead::kOk);
  const IpPacket* inner = whole.find(kNow, packet);
  return inner == nullptr ? -1 : static_cast<int>(inner->payload.size());
}

}  // namespace

TEST_CASE("a protocol's packets are found bare, in tunnels, and in tunnels in tunnels; others are not") {
  WholePacket whole(kOspf);
  const auto ospf = ipv4(kOspf, std::vector<std::uint8_t>(44));
  CHECK(found(whole, ospf) == 44);
  CHECK(found(whole, gre(ospf)) == 44);
  CHECK(found(whole, gre(ipv4(4, gre(ospf)))) == 44);
  CHECK(found(whole, gre(ipv4(kUdp, std::vector<std::uint8_t>(44)))) == -1);
  auto deep = ospf;
  for (int i = 0; i < 20; ++i) deep = gre(deep);
  CHECK(found(whole, deep) == -1);
}

TEST_CASE(
    "a packet in fragments is found once, when it is whole, also inside a tunnel; what never is, is "
    "counted") {
  WholePacket whole(kOspf);
  const std::vector<std::uint8_t> eight(8);
  CHECK(found(whole, gre(ipv4(kOspf, eight, 0x2000))) == -1);
  CHECK(found(whole, gre(ipv4(kOspf, eight, 1))) == 16);
  CHECK(whole.incomplete() == 0);
  CHECK(found(whole, ipv4(kOspf, eight, 0x2000)) == -1);
  CHECK(whole.incomplete() == 1);
  CHECK(found(whole, ipv4(kUdp, eight, 0x2000)) == -1);
  CHECK(whole.incomplete() == 1);
}
