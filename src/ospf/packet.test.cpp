#include "ospf/packet.h"

#include <doctest/doctest.h>

#include "ospf/checksum.h"

using namespace anemone;
using namespace anemone::ospf;

namespace {

Header header(PacketType type) { return {type, Ipv4{0x0aff0001}, AreaId{1}, AuthType::kNone}; }

std::vector<std::uint8_t> hello_packet() {
  const std::vector<std::uint8_t> neighbors = {10, 255, 0, 2, 10, 255, 0, 3};
  ByteWriter body;
  write_hello({Ipv4{0xffffff00}, 10, 2, 1, 40, Ipv4{7}, Ipv4{8}, neighbors}, body);
  return write_packet(header(PacketType::kHello), body.bytes());
}

std::vector<std::uint8_t> update_packet() {
  LsaHeader lsa;
  lsa.key = {LsaType::kSummary, Ipv4{0xc0a80000}, Ipv4{0x0aff0001}};
  ByteWriter body;
  body.u32(2);
  body.put(write_lsa(lsa, SummaryLsa{Ipv4{0xffff0000}, 10}));
  lsa.key.type = LsaType::kNetwork;
  body.put(write_lsa(lsa, NetworkLsa{Ipv4{0xffffff00}, {Ipv4{1}, Ipv4{2}}}));
  return write_packet(header(PacketType::kUpdate), body.bytes());
}

std::vector<std::uint8_t> description_packet() {
  ByteWriter headers;
  write_lsa_header({}, headers);
  write_lsa_header({}, headers);
  ByteWriter body;
  write_description({1500, 2, true, false, true, 99, headers.bytes()}, body);
  return write_packet(header(PacketType::kDescription), body.bytes());
}

Refusal read(Bytes payload) {
  Packet packet;
  return read_packet(payload, packet);
}

}  // namespace

TEST_CASE("a hello comes back as it was written") {
  const auto bytes = hello_packet();
  Packet packet;
  REQUIRE(read_packet(bytes, packet) == Refusal::kNone);
  CHECK(packet.header == header(PacketType::kHello));
  Hello hello;
  REQUIRE(read_hello(packet.body, hello) == Refusal::kNone);
  CHECK(hello.mask == Ipv4{0xffffff00});
  CHECK(hello.interval_s == 10);
  CHECK(hello.dead_s == 40);
  CHECK(hello.designated == Ipv4{7});
  CHECK(hello.backup == Ipv4{8});
  CHECK(hello.neighbors.size() == 8);
}

TEST_CASE("a database description comes back as it was written") {
  const auto bytes = description_packet();
  Packet packet;
  REQUIRE(read_packet(bytes, packet) == Refusal::kNone);
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
  REQUIRE(read_packet(bytes, packet) == Refusal::kNone);
  std::uint32_t count = 0;
  Bytes lsas;
  REQUIRE(read_update(packet.body, count, lsas) == Refusal::kNone);
  CHECK(count == 2);
  ByteReader in(lsas);
  LsaView lsa;
  CHECK(read_lsa(in, lsa) == Refusal::kNone);
  CHECK(read_lsa(in, lsa) == Refusal::kNone);
  CHECK(lsa.header.key.type == LsaType::kNetwork);
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
  CHECK(wrong(0, 3) == Refusal::kBadVersion);
  CHECK(wrong(1, 0) == Refusal::kBadType);
  CHECK(wrong(1, 6) == Refusal::kBadType);
  CHECK(wrong(3, 20) == Refusal::kBadLength);
  CHECK(wrong(3, 255) == Refusal::kCutShort);
  CHECK(wrong(13, 0) == Refusal::kBadChecksum);
  CHECK(wrong(15, 3) == Refusal::kBadAuth);
  CHECK(wrong(25, 1) == Refusal::kBadChecksum);  // the body is summed too
  CHECK(wrong(20, 42) == Refusal::kNone);        // the password is not
}

TEST_CASE("a packet under a cryptographic digest is read without a key, digest and signalling let be") {
  Header with_digest = header(PacketType::kHello);
  with_digest.auth = AuthType::kCryptographic;
  ByteWriter body;
  write_hello({}, body);
  auto bytes = write_packet(with_digest, body.bytes());
  bytes.resize(bytes.size() + 16 + 12, 0xab);
  Packet packet;
  REQUIRE(read_packet(bytes, packet) == Refusal::kNone);
  Hello hello;
  CHECK(read_hello(packet.body, hello) == Refusal::kNone);
  CHECK(hello.neighbors.empty());
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
