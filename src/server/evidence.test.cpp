#include "server/evidence.h"

#include <doctest/doctest.h>

#include "lsdb/lsdb.test.h"

namespace anemone {
namespace {

Lsdb database(std::vector<HeardLsa> lsas) {
  Lsdb lsdb;
  for (const HeardLsa& lsa : lsas) lsdb.install(lsa);
  return lsdb;
}

HeardLsa router_of(std::string_view id, std::vector<ospf::RouterLink> links, std::int32_t sequence = 1) {
  return heard_router(kStart, ip(id), std::move(links), {.sequence = sequence});
}

}  // namespace

TEST_CASE("evidence is what differs, each LSA as it was before and after") {
  const auto link = to_router("10.0.0.2", "10.1.0.1", 10);
  const Lsdb before = database({router_of("10.0.0.1", {link}), router_of("10.0.0.2", {})});
  const Lsdb after = database({router_of("10.0.0.1", {}, 2), router_of("10.0.0.2", {})});
  const auto evidence = evidence_between(before, after, {"noc:eth1"});
  REQUIRE(evidence.size() == 1);
  CHECK(evidence[0].id == "10.0.0.1");
  CHECK(evidence[0].before->lines == std::vector<std::string>{"to router 10.0.0.2 from 10.1.0.1 cost 10"});
  CHECK(evidence[0].after->lines.empty());
  CHECK(evidence[0].after->sequence == 2);
  CHECK(evidence[0].after->vantage == "noc:eth1");
}

TEST_CASE("a refresh is no evidence; what came and what went is") {
  const Lsdb before = database({router_of("10.0.0.1", {}), router_of("10.0.0.2", {})});
  const Lsdb after = database({router_of("10.0.0.1", {}, 9), router_of("10.0.0.3", {})});
  const auto evidence = evidence_between(before, after, {});
  REQUIRE(evidence.size() == 2);
  CHECK((evidence[0].id == "10.0.0.2" && !evidence[0].after));
  CHECK((evidence[1].id == "10.0.0.3" && !evidence[1].before));
}

TEST_CASE("an LSA of a type that is not read shows its bytes") {
  const LsdbKey isis{false, {0, kIsisDomain}, 0, 1, {}};
  StoredLsa lsa;
  const std::vector<std::uint8_t> bytes{0x83, 0x1b, 0x01};
  lsa.bytes = LsaBytes(bytes);
  CHECK(lsa_lines(isis, lsa) == std::vector<std::string>{"831b 01"});
}

}  // namespace anemone
