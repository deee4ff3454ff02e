#include "lsdb/grace.h"

#include <doctest/doctest.h>

#include "lsdb/lsdb.test.h"

using namespace anemone;

namespace {

constexpr Ipv4 kGraceId{3U << 24};

HeardLsa heard_grace(Time time, RouterId router, std::uint32_t period_s, Said said = {}) {
  return heard(time, ospf::LsaType::kOpaqueLink, kGraceId, router,
               ospf::GraceLsa{period_s, ospf::GraceReason::kRestart, ip("10.0.0.1")}, said);
}

}  // namespace

TEST_CASE("a router is in its grace period from when it said so until that is over") {
  Lsdb lsdb;
  lsdb.install(heard_grace(kStart, ip("1.1.1.1"), 120, {.age_s = 5}));
  const auto periods = grace_periods(lsdb);
  REQUIRE(periods.size() == 1);
  CHECK(periods[0].router == ip("1.1.1.1"));
  CHECK(periods[0].reason == ospf::GraceReason::kRestart);
  CHECK(periods[0].address == ip("10.0.0.1"));
  CHECK(periods[0].from == kStart - 5s);
  CHECK(periods[0].until == kStart + 115s);
  lsdb.advance(kStart + 114s);
  CHECK(grace_periods(lsdb).size() == 1);
  lsdb.advance(kStart + 115s);
  CHECK(grace_periods(lsdb).empty());
}

TEST_CASE("a router that is back before ends its grace period by flushing the LSA") {
  Lsdb lsdb;
  lsdb.install(heard_grace(kStart, ip("1.1.1.1"), 120));
  lsdb.install(heard_grace(kStart + 10s, ip("1.1.1.1"), 120, {.age_s = ospf::kMaxAgeSeconds}));
  CHECK(grace_periods(lsdb).empty());
}
