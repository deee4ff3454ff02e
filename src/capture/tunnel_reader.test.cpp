#include "capture/tunnel_reader.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "net/address.h"

using namespace anemone;

namespace {

using Packet = std::vector<std::uint8_t>;

Packet ipv4(std::uint8_t protocol, const Packet& payload, std::uint16_t place = 0) {
  ByteWriter out;
  out.u16(0x4500);
  out.u16(static_cast<std::uint16_t>(20 + payload.size()));
  out.u16(7);
  out.u16(place);
  out.u8(64);
  out.u8(protocol);
  out.u16(0);
  out.u32(0x0a000001);
  out.u32(0x0a000002);
  out.put(payload);
  return out.bytes();
}

Packet udp(std::uint16_t port, std::size_t size) {
  ByteWriter out;
  out.u16(1000);
  out.u16(port);
  out.u16(static_cast<std::uint16_t>(8 + size));
  out.u16(0);
  out.put(Packet(size));
  return out.bytes();
}

Packet gre(std::uint32_t key, const Packet& inner) {
  ByteWriter out;
  out.u16(0x2000);
  out.u16(0x0800);
  out.u32(key);
  out.put(inner);
  return out.bytes();
}

// "protocol:port packets bytes [tunnel id]", in the order in which they are given.
std::string told(TunnelReader& reader, const std::vector<Packet>& packets) {
  const std::string path =
      "/tmp/anemone-tunnel-reader-" + std::to_string(reinterpret_cast<std::uintptr_t>(&reader));
  ByteWriter file;
  const auto u32 = [&](std::size_t value) { file.u32(__builtin_bswap32(static_cast<std::uint32_t>(value))); };
  for (const std::size_t word : {0xa1b2c3d4UL, 0x00040002UL, 0UL, 0UL, 65535UL, 101UL}) u32(word);
  for (const Packet& packet : packets) {
    for (const std::size_t word : {std::size_t{1000}, std::size_t{0}, packet.size(), packet.size()})
      u32(word);
    file.put(packet);
  }
  std::FILE* out = std::fopen(path.c_str(), "wb");
  REQUIRE(out != nullptr);
  std::fwrite(file.bytes().data(), 1, file.size(), out);
  std::fclose(out);
  auto capture = CaptureFile::open(path);
  REQUIRE(capture);
  std::vector<MicroFlow> flows;
  while (reader.read(*capture, flows)) {
  }
  std::remove(path.c_str());
  std::string text;
  for (const MicroFlow& flow : flows) {
    if (!text.empty()) text += ", ";
    text += std::to_string(flow.event.key.protocol) + ':' + std::to_string(flow.event.key.dst_port) + ' ' +
            std::to_string(flow.event.packets) + ' ' + std::to_string(flow.event.bytes);
    if (!flow.origin.tunnel.valid()) continue;
    const TunnelSeen& tunnel = reader[flow.origin.tunnel];
    text += ' ' + std::string(name_of(tunnel.kind)) + ' ' + std::to_string(tunnel.id);
  }
  return text;
}

std::string told(Look look, const std::vector<Packet>& packets) {
  TunnelReader reader(look);
  return told(reader, packets);
}

const Packet kInner = ipv4(kUdp, udp(53, 100));  // 128 bytes

}  // namespace

TEST_CASE("inner packets stand in the place of outer ones, or beside them") {
  const std::vector<Packet> packets = {ipv4(kUdp, udp(80, 10)), ipv4(kGreProtocol, gre(5, kInner))};
  CHECK(told(Look::kInner, packets) == "17:80 1 38, 17:53 1 128 gre 5");
  CHECK(told(Look::kBoth, packets) == "17:80 1 38, 47:0 1 156, 17:53 1 128 gre 5");
}

TEST_CASE("what a technology carried is counted, for each of those in each other") {
  TunnelReader reader(Look::kInner);
  told(reader, {ipv4(kGreProtocol, gre(1, ipv4(kIpInIp, kInner))), ipv4(50, Packet(40))});
  CHECK(reader.count(TunnelKind::kGre).packets == 1);
  CHECK(reader.count(TunnelKind::kGre).bytes == 176);
  CHECK(reader.count(TunnelKind::kGre).inner_bytes == 148);
  CHECK(reader.count(TunnelKind::kIpIp).inner_bytes == 128);
  CHECK(reader.count(TunnelKind::kEsp).bytes == 60);
  CHECK(reader.count(TunnelKind::kEsp).inner_packets == 0);
}

TEST_CASE("a tunnel's packet in fragments carries what it carried, in whichever order they come") {
  const Packet whole = gre(5, kInner);
  const Packet first = ipv4(kGreProtocol, Packet(whole.begin(), whole.begin() + 80), 0x2000);
  const Packet second = ipv4(kGreProtocol, Packet(whole.begin() + 80, whole.end()), 10);
  CHECK(told(Look::kInner, {first, second}) == "17:53 1 128 gre 5");
  CHECK(told(Look::kInner, {second, first}) == "17:53 1 128 gre 5");
  CHECK(told(Look::kBoth, {first, second}) == "47:0 1 100, 47:0 1 76, 17:53 1 128 gre 5");
}

TEST_CASE("fragments of a tunnel that are never whole, and those of what is none, are given as they are") {
  const Packet whole = gre(5, kInner);
  const Packet first = ipv4(kGreProtocol, Packet(whole.begin(), whole.begin() + 80), 0x2000);
  TunnelReader reader(Look::kInner);
  CHECK(told(reader, {first}) == "47:0 1 100");
  CHECK(reader.incomplete() == 1);
  const Packet plain = udp(80, 92);
  const Packet head = ipv4(kUdp, Packet(plain.begin(), plain.begin() + 80), 0x2000);
  const Packet tail = ipv4(kUdp, Packet(plain.begin() + 80, plain.end()), 10);
  CHECK(told(Look::kInner, {head, tail}) == "17:80 1 100, 17:80 1 40");
}

TEST_CASE(
    "fragments inside a tunnel have their datagram's ports and the tunnel, also when their first never "
    "came") {
  const Packet plain = udp(80, 92);
  const Packet head = ipv4(kUdp, Packet(plain.begin(), plain.begin() + 80), 0x2000);
  const Packet tail = ipv4(kUdp, Packet(plain.begin() + 80, plain.end()), 10);
  CHECK(told(Look::kInner, {ipv4(kGreProtocol, gre(5, head)), ipv4(kGreProtocol, gre(5, tail))}) ==
        "17:80 1 100 gre 5, 17:80 1 40 gre 5");
  CHECK(told(Look::kInner, {ipv4(kGreProtocol, gre(5, tail))}) == "17:0 1 40 gre 5");
}

TEST_CASE("tunnels beyond the limit are counted, and their packets have none") {
  TunnelReader reader(Look::kInner, 1);
  CHECK(told(reader, {ipv4(kGreProtocol, gre(5, kInner)), ipv4(kGreProtocol, gre(6, kInner))}) ==
        "17:53 1 128 gre 5, 17:53 1 128");
  CHECK(reader.tunnels_refused() == 1);
}
