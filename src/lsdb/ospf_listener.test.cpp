#include "lsdb/ospf_listener.h"

#include <doctest/doctest.h>

#include "lsdb/lsdb.test.h"

using namespace anemone;
using ospf::Refusal;

namespace {

std::vector<std::uint8_t> update(std::vector<std::vector<std::uint8_t>> lsas) {
  ByteWriter body;
  body.u32(static_cast<std::uint32_t>(lsas.size()));
  for (const auto& lsa : lsas) body.put(lsa);
  return ospf::write_packet({ospf::PacketType::kUpdate, Ipv4{1}, AreaId{7}, {}}, body.bytes());
}

}  // namespace

TEST_CASE("the LSAs of an update are logged, a damaged one among them is counted by its reason") {
  LsaLog log;
  OspfListener listener("link a-b", log);
  const auto good = bytes_of(heard_router(kStart, Ipv4{1}, {}));
  auto bad = bytes_of(heard_router(kStart, Ipv4{2}, {}));
  bad[7] ^= 1;
  listener.on_packet(kStart, update({good, bad, good}));
  CHECK(log.vantages == std::vector<std::string>{"link a-b"});
  REQUIRE(log.entries.size() == 2);
  CHECK(log.entries[0].key.area == AreaId{7});
  CHECK(bytes_of(log.entries[0]) == good);
  CHECK(listener.counts().lsas == 2);
  CHECK(listener.counts().refused[Refusal::kBadLsaChecksum] == 1);
  CHECK(listener.counts().refused.total() == 1);
}

TEST_CASE("a packet that is not OSPF version 2 is refused and counted") {
  LsaLog log;
  OspfListener listener("x", log);
  auto packet = update({});
  packet[0] = 3;
  listener.on_packet(kStart, packet);
  listener.on_packet(kStart, {});
  CHECK(log.entries.empty());
  CHECK(listener.counts().packets == 2);
  CHECK(listener.counts().refused[Refusal::kBadVersion] == 1);
  CHECK(listener.counts().refused[Refusal::kCutShort] == 1);
}

TEST_CASE("with keys, what they do not verify is counted by its reason and not taken") {
  const ospf::AuthKey right{1, ospf::AuthAlgorithm::kSha256, "anemone"};
  ospf::AuthKeys keys;
  keys.add(std::nullopt, right);
  LsaLog log;
  OspfListener listener("x", log, keys);
  const auto say = [&](const ospf::AuthKey& key, std::uint32_t sequence, Duration after = {}) {
    auto packet = update({bytes_of(heard_router(kStart, Ipv4{1}, {}))});
    sign(packet, key, sequence);
    listener.on_packet(kStart + after, packet, Ipv4{7});
  };
  say(right, 100);
  say(right, 100);  // several in a second have one number
  say({1, ospf::AuthAlgorithm::kSha256, "anemona"}, 101);
  say({2, ospf::AuthAlgorithm::kSha256, "anemone"}, 101);
  say({}, 0);
  CHECK(log.entries.size() == 2);
  say(right, 99);  // recorded before, and sent again
  CHECK(log.entries.size() == 2);
  say(right, 1, 1min);  // the router began anew, after its neighbours gave it up
  CHECK(log.entries.size() == 3);
  const ospf::AuthCounts& auth = listener.counts().auth;
  CHECK(auth[ospf::AuthVerdict::kVerified] == 3);
  CHECK(auth[ospf::AuthVerdict::kWrongDigest] == 1);
  CHECK(auth[ospf::AuthVerdict::kUnknownKey] == 1);
  CHECK(auth[ospf::AuthVerdict::kWrongType] == 1);
  CHECK(auth[ospf::AuthVerdict::kReplayed] == 1);
  CHECK(listener.counts().refused[Refusal::kNotAuthentic] == 4);
}
