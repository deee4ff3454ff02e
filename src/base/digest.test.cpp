#include "base/digest.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace anemone;

namespace {

Bytes bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string hex(const Digest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest.bytes()) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace

TEST_CASE("digests are those that RFC 1321 and FIPS 180 print for \"abc\"") {
  CHECK(hex(digest(Hash::kMd5, {bytes("abc")})) == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(hex(digest(Hash::kSha1, {bytes("abc")})) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex(digest(Hash::kSha256, {bytes("abc")})) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(digest(Hash::kSha384, {bytes("abc")})) ==
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
        "8086072ba1e7cc2358baeca134c825a7");
  CHECK(hex(digest(Hash::kSha512, {bytes("abc")})) ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST_CASE("digests under a secret are those of RFC 2202 and RFC 4231, the long key's too") {
  const std::string_view what = "what do ya want for nothing?";
  CHECK(hex(hmac(Hash::kMd5, bytes("Jefe"), {bytes(what)})) == "750c783e6ab0b503eaa86e310a5db738");
  CHECK(hex(hmac(Hash::kSha1, bytes("Jefe"), {bytes(what)})) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  CHECK(hex(hmac(Hash::kSha256, bytes("Jefe"), {bytes(what)})) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const std::vector<std::uint8_t> long_key(131, 0xaa);
  CHECK(
      hex(hmac(Hash::kSha512, long_key, {bytes("Test Using Larger Than Block-Size Key - Hash Key First")})) ==
      "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
      "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

TEST_CASE("parts are taken as if they stood behind each other") {
  CHECK(digest(Hash::kSha1, {bytes("a"), bytes(""), bytes("bc")})
            .equals(digest(Hash::kSha1, {bytes("abc")}).bytes()));
  CHECK_FALSE(digest(Hash::kSha1, {bytes("ab")}).equals(digest(Hash::kSha1, {bytes("abc")}).bytes()));
}

TEST_CASE("an empty digest equals nothing, so that a refused algorithm verifies nothing") {
  CHECK_FALSE(Digest{}.equals({}));
}
