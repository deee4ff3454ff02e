#include "lsdb/ospf3_listener.h"

#include <doctest/doctest.h>

#include "lsdb/ospf3.test.h"

using namespace anemone;
using ospf3::Refusal;

namespace {

const ospf3::Ends kEnds{*parse_address("fe80::1"), *parse_address("ff02::5")};

std::vector<std::uint8_t> packet(ospf3::PacketType type, Bytes body, std::uint8_t instance = 0) {
  return ospf3::write_packet(kEnds, {type, Ipv4{1}, 7, instance}, body);
}

std::vector<std::uint8_t> update(const std::vector<std::vector<std::uint8_t>>& lsas,
                                 std::uint8_t instance = 0) {
  ByteWriter body;
  body.u32(static_cast<std::uint32_t>(lsas.size()));
  for (const auto& lsa : lsas) body.put(lsa);
  return packet(ospf3::PacketType::kUpdate, body.bytes(), instance);
}

}  // namespace

TEST_CASE("the LSAs of an OSPFv3 update are logged, a damaged one among them is counted by its reason") {
  LsaLog log;
  Ospf3Listener listener("link a-b", log);
  const auto good = bytes_of(heard_router3(kStart, Ipv4{1}, {}));
  auto bad = good;
  bad[7] ^= 1;
  listener.on_packet(kStart, kEnds, update({good, bad, good}));
  REQUIRE(log.entries.size() == 2);
  CHECK(log.entries[0].key.area == AreaId{7, ospf3_domain(0)});
  CHECK(log.entries[0].key.router == Ipv4{1});
  CHECK(bytes_of(log.entries[0]) == good);
  CHECK(listener.counts().lsas == 2);
  CHECK(listener.counts().refused[Refusal::kBadLsaChecksum] == 1);
  CHECK(listener.counts().refused.total() == 1);
}

TEST_CASE("each instance id is a domain of its own, and scopes decide where an LSA is kept") {
  LsaLog log;
  Ospf3Listener listener("x", log);
  const ospf3::ExternalLsa external{true, 20, field3("2001:db8::/32"), {}, {}, {}};
  const ospf3::LinkLsa link{1, kRouterOptions, {}, {}};
  listener.on_packet(kStart, kEnds,
                     update({bytes_of(heard3(kStart, ospf3::LsaType::kExternal, 1, Ipv4{1}, external)),
                             bytes_of(heard3(kStart, ospf3::LsaType::kLink, 4, Ipv4{1}, link))},
                            64));
  REQUIRE(log.entries.size() == 2);
  CHECK(log.entries[0].key.as_wide);
  CHECK(log.entries[0].key.area == AreaId{0, ospf3_domain(64)});
  CHECK_FALSE(log.entries[1].key.as_wide);
  CHECK(log.entries[1].key.area == AreaId{7, ospf3_domain(64)});
  CHECK(print_lsa_type(log.entries[1].key) == "link");
}

TEST_CASE("a database description says what there is, without its contents") {
  LsaLog log;
  Ospf3Listener listener("x", log);
  ByteWriter headers;
  ospf3::write_lsa_header({100, false, {ospf3::LsaType::kNetwork, Ipv4{4}, Ipv4{9}}, 3, 0xabcd, 32}, headers);
  ByteWriter body;
  ospf3::write_description({kRouterOptions, 1500, false, false, true, 5, headers.bytes()}, body);
  listener.on_packet(kStart, kEnds, packet(ospf3::PacketType::kDescription, body.bytes()));
  REQUIRE(log.entries.size() == 1);
  CHECK(log.entries[0].described);
  CHECK(log.entries[0].instance == LsaInstance{3, 0xabcd, 3500});
  Lsdb lsdb;
  lsdb.install(log.entries[0]);
  REQUIRE(lsdb.described_but_unheard().size() == 1);
  CHECK(lsdb.described_but_unheard()[0].router == Ipv4{9});
}

TEST_CASE("what is not OSPFv3 is refused and counted, and so is what is encrypted") {
  LsaLog log;
  Ospf3Listener listener("x", log);
  auto other = update({});
  other[0] = 2;
  listener.on_packet(kStart, kEnds, other);
  listener.on_packet(kStart, kEnds, {});
  listener.on_packet(kStart, {kEnds.dst, kEnds.dst}, update({}));
  listener.refuse(Refusal::kEncrypted);
  CHECK(log.entries.empty());
  CHECK(listener.counts().packets == 4);
  CHECK(listener.counts().refused[Refusal::kBadVersion] == 1);
  CHECK(listener.counts().refused[Refusal::kCutShort] == 1);
  CHECK(listener.counts().refused[Refusal::kBadChecksum] == 1);
  CHECK(listener.counts().refused[Refusal::kEncrypted] == 1);
}
