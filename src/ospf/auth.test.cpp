#include "ospf/auth.h"

#include <doctest/doctest.h>

#include <utility>

using namespace anemone;
using namespace anemone::ospf;

namespace {

constexpr AreaId kBackbone{};
constexpr std::array kEach = {AuthAlgorithm::kNull,  AuthAlgorithm::kPassword, AuthAlgorithm::kMd5,
                              AuthAlgorithm::kSha1,  AuthAlgorithm::kSha256,   AuthAlgorithm::kSha384,
                              AuthAlgorithm::kSha512};

std::vector<std::uint8_t> signed_hello(const AuthKey& key, std::uint32_t sequence = 7) {
  ByteWriter body;
  write_hello({Ipv4{0xffffff00}, 10, 2, 1, 40, {}, {}, {}}, body);
  auto packet = write_packet({PacketType::kHello, Ipv4{1}, kBackbone, AuthType::kNone}, body.bytes());
  sign(packet, key, sequence);
  return packet;
}

AuthVerdict judge(Bytes payload, std::vector<AuthKey> keys) {
  Packet packet;
  REQUIRE(read_packet(payload, packet) == Refusal::kNone);
  return verify(payload, packet, keys);
}

std::vector<std::uint8_t> from_hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  const auto digit = [](char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); };
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4 | digit(text[i + 1])));
  }
  return bytes;
}

std::string why_not(const char* key) {
  AuthKeys keys;
  const auto added = add_auth_key(key, keys);
  return added ? "" : added.error().message;
}

}  // namespace

TEST_CASE("what is signed with a key is verified with it, and with no other secret") {
  for (const AuthAlgorithm algorithm : kEach) {
    CAPTURE(print_auth_algorithm(algorithm));
    const AuthKey key{5, algorithm, "anemone"};
    const auto packet = signed_hello(key);
    CHECK(judge(packet, {key}) == AuthVerdict::kVerified);
    if (algorithm == AuthAlgorithm::kNull) continue;
    CHECK(judge(packet, {{5, algorithm, "anemona"}}) == AuthVerdict::kWrongDigest);
    CHECK(judge(packet, {{5, algorithm, "anemona"}, key}) == AuthVerdict::kVerified);  // while keys change
  }
}

TEST_CASE("a byte changed under a digest is seen, in the packet and in the digest") {
  for (const AuthAlgorithm algorithm : {AuthAlgorithm::kMd5, AuthAlgorithm::kSha256}) {
    const AuthKey key{5, algorithm, "anemone"};
    for (const std::size_t at :
         {std::size_t{9}, std::size_t{23}, std::size_t{30}, signed_hello(key).size() - 1}) {
      auto packet = signed_hello(key);
      packet[at] ^= 1;
      CHECK(judge(packet, {key}) == AuthVerdict::kWrongDigest);
    }
  }
}

TEST_CASE("every beginning of a signed packet is refused or wrong, not read past") {
  const AuthKey key{5, AuthAlgorithm::kSha512, "anemone"};
  const auto whole = signed_hello(key);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes payload = Bytes(whole).first(size);
    Packet packet;
    if (read_packet(payload, packet) != Refusal::kNone) continue;
    CHECK(verify(payload, packet, std::vector{key}) == AuthVerdict::kWrongDigest);
  }
}

TEST_CASE("another type, another key id and no key at all are told apart") {
  const AuthKey md5{1, AuthAlgorithm::kMd5, "anemone"};
  const auto packet = signed_hello(md5);
  CHECK(judge(packet, {}) == AuthVerdict::kNoKey);
  CHECK(judge(packet, {{2, AuthAlgorithm::kMd5, "anemone"}}) == AuthVerdict::kUnknownKey);
  CHECK(judge(packet, {{0, AuthAlgorithm::kPassword, "anemone"}}) == AuthVerdict::kWrongType);
  CHECK(judge(signed_hello({}), {md5}) == AuthVerdict::kWrongType);
  CHECK(judge(signed_hello({}), {md5, {}}) == AuthVerdict::kVerified);  // null is given beside it
  CHECK(judge(packet, {{1, AuthAlgorithm::kSha256, "anemone"}}) == AuthVerdict::kWrongDigest);
}

TEST_CASE("a secret longer than the digest is hashed first as RFC 5709 has it, and taken as BIRD does too") {
  const std::string secret = "a secret of twenty-five b";
  const AuthKey key{5, AuthAlgorithm::kSha1, secret};
  CHECK(judge(signed_hello(key), {key}) == AuthVerdict::kVerified);
}

TEST_CASE("hellos recorded from FRR and BIRD are verified with the keys that these were given") {
  // The first hello of b in each tests/data/pairs/auth-*.pcap.gz.
  struct Recorded {
    AuthAlgorithm algorithm;
    std::uint8_t id;
    const char* secret;
    const char* payload;
  };
  const Recorded recorded[] = {
      {AuthAlgorithm::kPassword, 0, "sea-life",
       "0201002c0afe010200000000f0cb00017365612d6c696665ffffff00000102010000000300000000"
       "00000000"},
      {AuthAlgorithm::kMd5, 1, "anemone1",
       "0201002c0afe01020000000000000002000001106b03a440ffffff00000102010000000300000000"
       "000000004200ea1ee460d8bf2892f5cf8317077b"},
      {AuthAlgorithm::kSha1, 5, "anemone",
       "0201002c0afe01020000000000000002000005146b03a440ffffff00000102010000000300000000"
       "000000006dcf8583a0265a7405151a59d0036e5ba9366eaa"},
      {AuthAlgorithm::kSha1, 5, "a secret of twenty-five b",
       "0201002c0afe01020000000000000002000005146b03a440ffffff00000102010000000300000000"
       "000000008ebc1854c00837689c4ab386b949a3074fce46d0"},
      {AuthAlgorithm::kSha256, 5, "anemone",
       "0201002c0afe01020000000000000002000005206b03a44dffffff00000102010000000300000000"
       "000000008a67f747027631b778c67c0d6da0addb7e5a7b1caad92ab8073256135e6a265e"},
      {AuthAlgorithm::kSha384, 5, "anemone",
       "0201002c0afe01020000000000000002000005306b03a44dffffff00000102010000000300000000"
       "0000000063fee5a500b223951f77de9524c611e7f8fe066a37d6f2c56994cb9fd845c0f3864605fb"
       "5c4b2ddda65d3abb7bc17319"},
      {AuthAlgorithm::kSha512, 5, "anemone",
       "0201002c0afe01020000000000000002000005406b03a44fffffff00000102010000000300000000"
       "00000000f9776a332e3c5c73c4a2f79bd3a4008ba369a959bc56de320b793eb3ce5992924f298a66"
       "c81cfd51f36fd4d1e64e47e3318f1ac17c18dd647e8eff0b2c2cb077"},
  };
  for (const Recorded& one : recorded) {
    CAPTURE(one.secret);
    CAPTURE(print_auth_algorithm(one.algorithm));
    const auto payload = from_hex(one.payload);
    CHECK(judge(payload, {{one.id, one.algorithm, one.secret}}) == AuthVerdict::kVerified);
    CHECK(judge(payload, {{one.id, one.algorithm, "anemona"}}) == AuthVerdict::kWrongDigest);
  }
}

TEST_CASE("keys are given by area or for all, and a secret may hold colons and blanks") {
  AuthKeys keys;
  CHECK(keys.empty());
  REQUIRE(
      add_auth_keys("# keys\n\n0:1:md5:anemone1\r\n*:7:hmac-sha-256: a:b \n0.0.0.2:0:password:sea\n", keys));
  const auto backbone = keys.of(kBackbone);
  REQUIRE(backbone.size() == 2);
  CHECK(backbone[0].secret == "anemone1");
  CHECK(backbone[1].id == 7);
  CHECK(backbone[1].algorithm == AuthAlgorithm::kSha256);
  CHECK(backbone[1].secret == " a:b ");
  AuthKeys second;
  REQUIRE(add_auth_key("1:3:sha1:", second));
  CHECK(second.of(kBackbone).empty());
  CHECK(second.of(*parse_area("0.0.0.1"))[0].secret.empty());
}

TEST_CASE("a key that cannot be is refused by what is wrong with it, and its secret is not shown") {
  CHECK(why_not("0:1:md5") == "a key is written AREA:ID:ALGORITHM:SECRET");
  CHECK(why_not("0:256:md5:hush").find("'256' is no key id") == 0);
  CHECK(why_not("0:1:sha3:hush").find("'sha3' is no algorithm") == 0);
  CHECK(why_not("x:1:md5:hush").find("hush") == std::string::npos);
  CHECK_FALSE(why_not("x:1:md5:hush").empty());
  AuthKeys keys;
  CHECK(add_auth_keys("0:1:md5:a\n0:1:md4:b\n", keys).error().message.find("line 2: ") == 0);
}
