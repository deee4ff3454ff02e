#include "lsdb/lsdb.h"

#include <doctest/doctest.h>

#include "lsdb/lsdb.test.h"

using namespace anemone;
using ospf::LsaType;

namespace {

const RouterId kR1 = ip("10.0.0.1");
const LsdbKey kKey = ospf2_key(kArea0, {LsaType::kRouter, kR1, kR1});

HeardLsa r1(Time time, std::uint16_t cost, Said said = {}) {
  return heard_router(time, kR1, {stub("10.1.0.0", "255.255.255.0", cost)}, said);
}

std::int32_t sequence(const Lsdb& lsdb) { return lsdb.find(kKey) ? lsdb.find(kKey)->instance.sequence : 0; }

}  // namespace

TEST_CASE("of every LSA the newest instance is kept, in whichever order they come") {
  Lsdb lsdb;
  CHECK(lsdb.install(r1(kStart, 10, {.sequence = 5})) == LsdbChange::kChanged);
  CHECK(lsdb.install(r1(kStart + 1s, 20, {.sequence = 4})) == LsdbChange::kNone);
  CHECK(sequence(lsdb) == 5);
  CHECK(lsdb.install(r1(kStart + 2s, 20, {.sequence = 6})) == LsdbChange::kChanged);
  CHECK(sequence(lsdb) == 6);
}

TEST_CASE("the same instance heard at several places is one, though its ages differ") {
  Lsdb lsdb;
  lsdb.install(r1(kStart, 10, {.age_s = 3}));
  CHECK(lsdb.install(r1(kStart + 20ms, 10, {.age_s = 4})) == LsdbChange::kNone);
  CHECK(lsdb.install(r1(kStart + 60s, 10, {.age_s = 64})) == LsdbChange::kNone);
}

TEST_CASE("a refresh is newer but changes nothing") {
  Lsdb lsdb;
  lsdb.install(r1(kStart, 10, {.sequence = 1}));
  CHECK(lsdb.install(r1(kStart + 1800s, 10, {.sequence = 2})) == LsdbChange::kRefreshed);
  CHECK(lsdb.install(r1(kStart + 1801s, 10, {.sequence = 3, .options = 0})) == LsdbChange::kChanged);
}

TEST_CASE("an LSA grows older, and at an hour it is gone") {
  Lsdb lsdb;
  lsdb.install(r1(kStart, 10, {.age_s = 600}));
  lsdb.advance(kStart + 100s);
  CHECK(lsdb.find(kKey)->age_s(lsdb.time()) == 700);
  lsdb.advance(kStart + 2999s);
  CHECK(lsdb.find(kKey) != nullptr);
  lsdb.advance(kStart + 3000s);
  CHECK(lsdb.find(kKey) == nullptr);
  CHECK(lsdb.install(r1(kStart + 3001s, 10, {.sequence = 1})) == LsdbChange::kChanged);  // it may begin anew
}

TEST_CASE("a flushed LSA is gone, and a copy of it still under way does not bring it back") {
  Lsdb lsdb;
  lsdb.install(r1(kStart, 10, {.sequence = 7}));
  CHECK(lsdb.install(r1(kStart + 5s, 10, {.age_s = 3600, .sequence = 7})) == LsdbChange::kChanged);
  CHECK(lsdb.find(kKey) == nullptr);
  CHECK(lsdb.install(r1(kStart + 6s, 10, {.age_s = 6, .sequence = 7})) == LsdbChange::kNone);
  CHECK(lsdb.find(kKey) == nullptr);
}

TEST_CASE("after a flush its originator may begin at the first sequence number again") {
  Lsdb lsdb;
  lsdb.install(r1(kStart, 10, {.sequence = 7}));
  lsdb.install(r1(kStart + 5s, 10, {.age_s = 3600, .sequence = 7}));
  CHECK(lsdb.install(r1(kStart + 20s, 10, {.age_s = 1, .sequence = -0x7fffffff})) == LsdbChange::kChanged);
  CHECK(lsdb.find(kKey) != nullptr);
}

TEST_CASE("flushing what nobody has heard of changes nothing") {
  Lsdb lsdb;
  CHECK(lsdb.install(r1(kStart, 10, {.age_s = 3600})) == LsdbChange::kNone);
}

TEST_CASE("the same LSA in two areas is two, an external one is the whole domain's") {
  Lsdb lsdb;
  lsdb.install(r1(kStart, 10));
  lsdb.install(r1(kStart, 20, {.area = AreaId{1}}));
  const ospf::ExternalLsa external{ip("255.255.0.0"), true, 20, {}, 0};
  lsdb.install(heard(kStart, LsaType::kExternal, ip("100.64.0.0"), kR1, external));
  CHECK(lsdb.install(heard(kStart + 1s, LsaType::kExternal, ip("100.64.0.0"), kR1, external,
                           {.area = AreaId{1}})) == LsdbChange::kNone);
  std::size_t count = 0;
  lsdb.each([&](const LsdbKey&, const StoredLsa&) { ++count; });
  CHECK(count == 3);
}

TEST_CASE("what a description lists and nobody has heard is known to be missing") {
  Lsdb lsdb;
  HeardLsa described = r1(kStart, 10, {.sequence = 3});
  described.described = true;
  lsdb.install(described);
  CHECK(lsdb.find(kKey) == nullptr);
  REQUIRE(lsdb.described_but_unheard().size() == 1);
  lsdb.install(r1(kStart + 1s, 10, {.sequence = 2}));
  CHECK(lsdb.described_but_unheard().size() == 1);  // the one heard is older
  lsdb.install(r1(kStart + 2s, 10, {.sequence = 3}));
  CHECK(lsdb.described_but_unheard().empty());
}
