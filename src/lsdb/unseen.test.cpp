#include "lsdb/unseen.h"

#include <doctest/doctest.h>

#include "lsdb/lsdb.test.h"

using namespace anemone;
using ospf::LsaType;

namespace {

std::string tell(const Lsdb& lsdb) {
  std::string text;
  for (const LsdbKey& lsa : unseen_lsas(lsdb)) {
    text += print_lsa_type(lsa) + " " + print_lsa_id(lsa) + "; ";
  }
  return text;
}

}  // namespace

TEST_CASE("what heard LSAs refer to and is not heard itself is unseen, until it is heard") {
  Lsdb lsdb;
  lsdb.install(
      heard_router(kStart, ip("10.0.0.1"),
                   {to_router("10.0.0.2", "10.1.0.1", 10), to_network("10.1.0.20", "10.1.0.17", 10)}));
  CHECK(tell(lsdb) == "router 10.0.0.2; network 10.1.0.20; ");
  lsdb.install(heard_router(kStart, ip("10.0.0.2"), {to_router("10.0.0.1", "10.1.0.2", 10)}));
  CHECK(tell(lsdb) == "network 10.1.0.20; ");
  const ospf::NetworkLsa network{ip("255.255.255.240"), {ip("10.0.0.1"), ip("10.0.0.3")}};
  lsdb.install(heard(kStart, LsaType::kNetwork, ip("10.1.0.20"), ip("10.0.0.3"), network));
  CHECK(tell(lsdb) == "router 10.0.0.3; ");
  lsdb.install(heard_router(kStart, ip("10.0.0.3"), {}));
  CHECK(tell(lsdb).empty());
}

TEST_CASE("an external's boundary router must be known, by itself or by a border router") {
  Lsdb lsdb;
  const ospf::ExternalLsa external{ip("255.255.0.0"), true, 20, {}, 0};
  lsdb.install(heard(kStart, LsaType::kExternal, ip("100.64.0.0"), ip("10.0.0.9"), external));
  CHECK(tell(lsdb) == "asbr-summary 10.0.0.9; ");
  lsdb.install(heard_router(kStart, ip("10.0.0.1"), {}, {}, true));
  lsdb.install(heard(kStart, LsaType::kAsbrSummary, ip("10.0.0.9"), ip("10.0.0.1"), ospf::SummaryLsa{{}, 5}));
  CHECK(tell(lsdb).empty());
}

TEST_CASE("a described LSA is unseen under its full name") {
  Lsdb lsdb;
  lsdb.install(heard_router(kStart, ip("10.0.0.1"), {to_network("10.1.0.20", "10.1.0.17", 10)}));
  const ospf::NetworkLsa network{ip("255.255.255.240"), {}};
  HeardLsa described = heard(kStart, LsaType::kNetwork, ip("10.1.0.20"), ip("10.0.0.3"), network);
  described.described = true;
  lsdb.install(described);
  const auto unseen = unseen_lsas(lsdb);
  REQUIRE(unseen.size() == 1);
  CHECK(unseen[0].router == ip("10.0.0.3"));
}
