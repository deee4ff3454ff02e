#include "lsdb/heard_lsa.h"

#include <doctest/doctest.h>

#include "lsdb/lsdb.test.h"

using namespace anemone;

namespace {

int compare_ospf(const LsaInstance& a, const LsaInstance& b) {
  return compare_instances(Protocol::kOspf2, a, b);
}

}  // namespace

TEST_CASE("bytes that are no right LSA make no log entry") {
  const HeardLsa good = heard_router(kStart, Ipv4{1}, {});
  std::vector<std::uint8_t> bytes = bytes_of(good);
  CHECK(heard_lsa(kStart, 0, {}, bytes));
  bytes.push_back(0);
  CHECK_FALSE(heard_lsa(kStart, 0, {}, bytes));
  CHECK_FALSE(heard_lsa(kStart, 0, {}, Bytes(bytes).first(10)));
}

TEST_CASE("the newer instance has the higher sequence number, then checksum, then MaxAge, then is younger") {
  LsaInstance a{2, 0, 1800};
  LsaInstance b{1, 0, 1800};
  CHECK(compare_ospf(a, b) > 0);
  CHECK(compare_ospf(b, a) < 0);
  b.sequence = static_cast<std::int32_t>(0x80000001);  // the first number is the lowest: it is signed
  CHECK(compare_ospf(a, b) > 0);
  b = a;
  CHECK(compare_ospf(a, b) == 0);
  a.checksum = 1;
  CHECK(compare_ospf(a, b) > 0);
  a.checksum = 0;
  a.left_s = 0;
  CHECK(compare_ospf(a, b) > 0);
  CHECK(compare_ospf(b, a) < 0);
  a.left_s = b.left_s - ospf::kMaxAgeDiffSeconds;
  CHECK(compare_ospf(a, b) == 0);
  --a.left_s;
  CHECK(compare_ospf(a, b) < 0);
}

TEST_CASE("an LSA that does not age is not newer for that") {
  const LsaInstance forever{1, 7, LsaInstance::kForever};
  CHECK(compare_ospf(forever, {1, 7, 600}) == 0);
  CHECK(compare_ospf(forever, {2, 7, 600}) < 0);
  CHECK(compare_ospf({1, 7, 0}, forever) > 0);
}

TEST_CASE("of IS-IS's instances the purge is newer, whatever its checksum") {
  CHECK(compare_instances(Protocol::kIsis, {5, 0, 0}, {5, 9, 1000}) > 0);
  CHECK(compare_instances(Protocol::kIsis, {5, 0, 0}, {6, 9, 1000}) < 0);
  CHECK(compare_instances(Protocol::kIsis, {5, 9, 10}, {5, 9, 1000}) == 0);
}

TEST_CASE("external LSAs are the domain's, all others an area's") {
  const auto key = ospf2_key(AreaId{7}, {ospf::LsaType::kExternal, Ipv4{1}, Ipv4{2}});
  CHECK(key.as_wide);
  CHECK(key.area == AreaId{});
  CHECK(ospf2_lsa(key) == ospf::LsaKey{ospf::LsaType::kExternal, Ipv4{1}, Ipv4{2}});
  CHECK(ospf2_key(AreaId{7}, {ospf::LsaType::kSummary, Ipv4{1}, Ipv4{2}}).area == AreaId{7});
}
