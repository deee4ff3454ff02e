#include "lsdb/unseen_ospf3.h"

#include <doctest/doctest.h>

#include "lsdb/ospf3.test.h"
#include "lsdb/unseen.h"

using namespace anemone;

namespace {

std::string tell(const Lsdb& lsdb) {
  std::string text;
  for (const LsdbKey& key : unseen_lsas(lsdb)) {
    text += print_lsa_type(key) + " " + print_lsa_id(key) + " of " + print_address(key.router) + "; ";
  }
  return text;
}

}  // namespace

TEST_CASE("what OSPFv3's router-, network- and intra-area-prefix-LSAs refer to must exist") {
  Lsdb lsdb;
  lsdb.install(heard_router3(kStart, ip("10.0.0.1"),
                             {link3(ip("10.0.0.2"), 2, 3, 10), transit3(ip("10.0.0.3"), 4, 5, 1)}));
  CHECK(tell(lsdb) == "router 0.0.0.0 of 10.0.0.2; network 0.0.0.5 of 10.0.0.3; ");
  lsdb.install(heard3(kStart, ospf3::LsaType::kNetwork, 5, ip("10.0.0.3"),
                      ospf3::NetworkLsa{kRouterOptions, {ip("10.0.0.1"), ip("10.0.0.3")}}));
  lsdb.install(heard_router3(kStart, ip("10.0.0.2"), {}));
  CHECK(tell(lsdb) == "router 0.0.0.0 of 10.0.0.3; ");
  lsdb.install(heard_router3(kStart, ip("10.0.0.3"), {}));
  CHECK(tell(lsdb).empty());
  lsdb.install(heard_prefixes3(kStart, ip("10.0.0.4"), {field3("fd00::/64")}));
  CHECK(tell(lsdb) == "router 0.0.0.0 of 10.0.0.4; ");
}

TEST_CASE("an OSPFv3 external needs a way to its AS boundary router, in its own domain") {
  Lsdb lsdb;
  const ospf3::ExternalLsa external{true, 20, field3("2001:db8::/32"), {}, {}, {}};
  lsdb.install(heard3(kStart, ospf3::LsaType::kExternal, 1, ip("10.0.0.9"), external));
  lsdb.install(heard_router(kStart, ip("10.0.0.9"), {}));  // OSPFv2's does not help
  CHECK(tell(lsdb) == "inter-area-router 10.0.0.9 of 0.0.0.0; ");
  lsdb.install(heard_router3(kStart, ip("10.0.0.1"), {}));
  lsdb.install(heard3(kStart, ospf3::LsaType::kInterAreaRouter, 1, ip("10.0.0.1"),
                      ospf3::InterAreaRouterLsa{kRouterOptions, 5, ip("10.0.0.9")}));
  CHECK(tell(lsdb).empty());
}
