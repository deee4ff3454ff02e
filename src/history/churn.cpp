#include "history/churn.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace anemone {
namespace {

std::string origin_of(const LsdbKey& key) {
  if (protocol_of(key.area.domain) == Protocol::kIsis) return print_lsa_id(key);
  return print_address(key.router);
}

}  // namespace

std::vector<Churn> churn(const LsaLog& log, const LsdbHistory& history, Time from, Time to) {
  std::map<LsdbKey, Churn> by_lsa;
  history.each_instance([&](const LsdbKey& key, const StoredLsa& stored, bool fresh) {
    if (stored.arrived < from || stored.arrived >= to) return;
    Churn& one = by_lsa[key];
    ++one.instances;
    ++(fresh || stored.instance.flushed() ? one.changed : one.refreshed);
  });
  for (const HeardLsa& heard : log.entries) {
    if (heard.time >= from && heard.time < to && !heard.described) ++by_lsa[heard.key].copies;
  }
  std::map<std::pair<std::string, std::string>, Churn> sums;
  for (const auto& [key, one] : by_lsa) {
    const std::string origin = origin_of(key);
    const std::string type = print_lsa_type(key);
    Churn& sum = sums[{origin, type}];
    sum.router = key.router;
    sum.origin = origin;
    sum.type = type;
    sum.instances += one.instances;
    sum.changed += one.changed;
    sum.refreshed += one.refreshed;
    sum.copies += one.copies - std::min(one.copies, one.instances);
  }
  std::vector<Churn> all;
  all.reserve(sums.size());
  for (auto& [key, sum] : sums) all.push_back(std::move(sum));
  std::ranges::stable_sort(all, [](const Churn& a, const Churn& b) {
    return std::tie(a.changed, a.instances) > std::tie(b.changed, b.instances);
  });
  return all;
}

}  // namespace anemone
