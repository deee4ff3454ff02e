#include "lsdb/grace.h"

#include <algorithm>
#include <tuple>

namespace anemone {

std::vector<GracePeriod> grace_periods(const Lsdb& lsdb) {
  std::vector<GracePeriod> periods;
  lsdb.each(Protocol::kOspf2, [&](const LsdbKey& key, const StoredLsa& stored) {
    const ospf::LsaKey lsa = ospf2_lsa(key);
    if (lsa.type != ospf::LsaType::kOpaqueLink || ospf::opaque_type(lsa.id) != ospf::OpaqueType::kGrace)
      return;
    const auto grace = ospf::read_grace(stored.body());
    if (!grace) return;
    const Time from = stored.arrived - std::chrono::seconds(stored.age_s(stored.arrived));
    const Time until = from + std::chrono::seconds(grace->period_s);
    if (until <= lsdb.time()) return;
    periods.push_back({lsa.router, key.area, grace->address, grace->reason, from, until});
  });
  std::stable_sort(periods.begin(), periods.end(), [](const GracePeriod& a, const GracePeriod& b) {
    return std::tie(a.area, a.router) < std::tie(b.area, b.router);
  });
  return periods;
}

}  // namespace anemone
