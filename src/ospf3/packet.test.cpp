#include "ospf3/packet.h"

#include <doctest/doctest.h>

using namespace anemone;
using namespace anemone::ospf3;

namespace {

const Ends kEnds{*parse_address("fe80::1"), *parse_address("ff02::5")};

Header header(PacketType type) { return {type, Ipv4{0x0aff0001}, 1, 64}; }

std::vector<std::uint8_t> hello_packet(std::uint32_t options = kOptionV6) {
  const std::vector<std::uint8_t> neighbors = {10, 255, 0, 2, 10, 255, 0, 3};
  ByteWriter body;
  write_hello({5, 1, options, 10, 40, Ipv4{7}, Ipv4{8}, neighbors}, body);
  return write_packet(kEnds, header(PacketType::kHello), body.bytes());
}

std::vector<std::uint8_t> update_packet() {
  LsaHeader lsa;
  lsa.key = {LsaType::kNetwork, Ipv4{4}, Ipv4{0x0aff0001}};
  ByteWriter body;
  body.u32(2);
  body.put(write_lsa(lsa, NetworkLsa{kOptionV6, {Ipv4{1}, Ipv4{2}}}));
  lsa.key.type = LsaType::kRouter;
  body.put(write_lsa(lsa, RouterLsa{}));
  return write_packet(kEnds, header(PacketType::kUpdate), body.bytes());
}

std::vector<std::uint8_t> description_packet() {
  ByteWriter headers;
  write_lsa_header({}, headers);
  write_lsa_header({}, headers);
  ByteWriter body;
  write_description({kOptionV6, 1500, true, false, true, 99, headers.bytes()}, body);
  return write_packet(kEnds, header(PacketType::kDescription), body.bytes());
}

Refusal read(Bytes payload) {
  Packet packet;
  return read_packet(kEnds, payload, packet);
}

// An authentication trailer of RFC 7166 with a digest of 20 bytes.
std::vector<std::uint8_t> trailer() {
  ByteWriter out;
  out.u16(1);
  out.u16(36);
  out.u16(0);
  out.u16(1);
  out.u64(77);
  for (int i = 0; i < 20; ++i) out.u8(0xab);
  return out.bytes();
}

}  // namespace

TEST_CASE("a hello comes back as it was written") {
  const auto bytes = hello_packet();
  Packet packet;
  REQUIRE(read_packet(kEnds, bytes, packet) == Refusal::kNone);
  CHECK(packet.header == header(PacketType::kHello));
  CHECK_FALSE(packet.authenticated);
  Hello hello;
  REQUIRE(read_hello(packet.body, hello) == Refusal::kNone);
  CHECK(hello.interface == 5);
  CHECK(hello.options == kOptionV6);
  CHECK(hello.interval_s == 10);
  CHECK(hello.dead_s == 40);
  CHECK(hello.designated == Ipv4{7});
  CHECK(hello.backup == Ipv4{8});
  CHECK(hello.neighbors.size() == 8);
}

TEST_CASE("a database description comes back as it was written") {
  const auto bytes = description_packet();
  Packet packet;
  REQUIRE(read_packet(kEnds, bytes, packet) == Refusal::kNone);
  DatabaseDescription description;
  REQUIRE(read_description(packet.body, description) == Refusal::kNone);
  CHECK(description.mtu == 1500);
  CHECK(description.init);
  CHECK_FALSE(description.more);
  CHECK(description.master);
  CHECK(description.sequence == 99);
  CHECK(description.headers.size() == 40);
}

TEST_CASE("an update's LSAs are read one after the other") {
  const auto bytes = update_packet();
  Packet packet;
  REQUIRE(read_packet(kEnds, bytes, packet) == Refusal::kNone);
  std::uint32_t count = 0;
  Bytes lsas;
  REQUIRE(read_update(packet.body, count, lsas) == Refusal::kNone);
  CHECK(count == 2);
  ByteReader in(lsas);
  LsaView lsa;
  CHECK(read_lsa(in, lsa) == Refusal::kNone);
  CHECK(read_lsa(in, lsa) == Refusal::kNone);
  CHECK(lsa.header.key.type == LsaType::kRouter);
  CHECK(in.left() == 0);
}

TEST_CASE("every beginning of a good packet is refused, not read past") {
  for (const auto& bytes : {hello_packet(), update_packet(), description_packet()}) {
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      CHECK(read(Bytes(bytes).first(length)) == Refusal::kCutShort);
    }
  }
}

TEST_CASE("each thing that can be wrong with a header has its own reason") {
  auto wrong = [](std::size_t at, std::uint8_t value) {
    auto bytes = hello_packet();
    bytes[at] = value;
    return read(bytes);
  };
  CHECK(wrong(0, 2) == Refusal::kBadVersion);
  CHECK(wrong(1, 0) == Refusal::kBadType);
  CHECK(wrong(1, 6) == Refusal::kBadType);
  CHECK(wrong(3, 12) == Refusal::kBadLength);
  CHECK(wrong(3, 255) == Refusal::kCutShort);
  CHECK(wrong(13, 0) == Refusal::kBadChecksum);
  CHECK(wrong(25, 1) == Refusal::kBadChecksum);
}

TEST_CASE("the checksum takes the addresses between which a packet went") {
  Packet packet;
  CHECK(read_packet({kEnds.dst, *parse_address("fe80::2")}, hello_packet(), packet) == Refusal::kBadChecksum);
}

TEST_CASE("a packet that tshark calls right, recorded from FRR, has the right checksum") {
  // The first database description of tests/data/lab/twenty-v6, link r1 to r2.
  const std::vector<std::uint8_t> bytes = {0x03, 0x02, 0x00, 0x1c, 0x0a, 0xff, 0x00, 0x02, 0x00, 0x00,
                                           0x00, 0x00, 0xa1, 0xb1, 0x00, 0x00, 0x00, 0x00, 0x00, 0x13,
                                           0x05, 0xdc, 0x00, 0x07, 0x00, 0x00, 0x0a, 0x20};
  Packet packet;
  CHECK(read_packet({*parse_address("fe80::a444:29ff:fe59:757d"), *parse_address("ff02::5")}, bytes,
                    packet) == Refusal::kNone);
}

TEST_CASE("under an authentication trailer a packet is read without a key, whatever its checksum") {
  auto bytes = hello_packet(kOptionV6 | kOptionAuthenticated);
  bytes[12] ^= 0xff;
  CHECK(read(bytes) == Refusal::kBadChecksum);  // announced, but not there
  const auto authentication = trailer();
  bytes.insert(bytes.end(), authentication.begin(), authentication.end());
  Packet packet;
  REQUIRE(read_packet(kEnds, bytes, packet) == Refusal::kNone);
  CHECK(packet.authenticated);
  Hello hello;
  CHECK(read_hello(packet.body, hello) == Refusal::kNone);
  CHECK(hello.neighbors.size() == 8);

  auto unannounced = hello_packet();
  unannounced[12] ^= 0xff;
  unannounced.insert(unannounced.end(), authentication.begin(), authentication.end());
  CHECK(read(unannounced) == Refusal::kBadChecksum);

  auto update = update_packet();  // without options: the trailer itself has to tell
  update[12] ^= 0xff;
  CHECK(read(update) == Refusal::kBadChecksum);
  update.insert(update.end(), authentication.begin(), authentication.end());
  CHECK(read(update) == Refusal::kNone);
}

TEST_CASE("a signalling block may stand between packet and trailer") {
  auto bytes = hello_packet(kOptionV6 | kOptionAuthenticated | kOptionSignalling);
  bytes[12] ^= 0xff;
  const std::vector<std::uint8_t> block = {0, 0, 0, 3, 0, 1, 0, 4, 0, 0, 0, 1};
  bytes.insert(bytes.end(), block.begin(), block.end());
  CHECK(read(bytes) == Refusal::kBadChecksum);
  const auto authentication = trailer();
  bytes.insert(bytes.end(), authentication.begin(), authentication.end());
  CHECK(read(bytes) == Refusal::kNone);
}

TEST_CASE("bodies that do not hold whole items are refused") {
  const std::vector<std::uint8_t> odd(25, 0);
  Hello hello;
  DatabaseDescription description;
  Bytes list;
  std::uint32_t count = 0;
  CHECK(read_hello(odd, hello) == Refusal::kBadLength);
  CHECK(read_description(odd, description) == Refusal::kBadLength);
  CHECK(read_requests(odd, list) == Refusal::kBadLength);
  CHECK(read_ack(odd, list) == Refusal::kBadLength);
  const std::vector<std::uint8_t> many = {0, 0, 1, 0, 0, 0, 0, 0};  // 256 LSAs in four bytes
  CHECK(read_update(many, count, list) == Refusal::kBadLength);
}

TEST_CASE("requests come back as they were written") {
  ByteWriter out;
  write_request({{LsaType::kNssa, Ipv4{5}, Ipv4{6}}}, out);
  ByteReader in(out.bytes());
  CHECK(read_request(in).key == LsaKey{LsaType::kNssa, Ipv4{5}, Ipv4{6}});
}
