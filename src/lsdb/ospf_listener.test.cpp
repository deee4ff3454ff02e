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
