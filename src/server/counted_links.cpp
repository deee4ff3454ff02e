#include "server/counted_links.h"

#include <algorithm>

namespace anemone {
namespace {

constexpr double kCoveredLeast = 0.5;

}  // namespace

std::vector<LinkCounter> counters_of(const LinkCounters& counters, const Topology& topology, Time from,
                                     Time to, Duration bin) {
  std::vector<LinkCounter> told;
  if (from >= to) return told;
  const double stretch = seconds(to - from) / seconds(bin);
  for (const CountedRate& rate : counters.rates(topology, from, to)) {
    if (rate.covered < kCoveredLeast) continue;
    told.push_back({rate.link, rate.bps * stretch, rate.error_share});
  }
  if (told.size() > kCountersMax) {
    const auto most = told.begin() + kCountersMax;
    std::nth_element(told.begin(), most, told.end(),
                     [](const LinkCounter& a, const LinkCounter& b) { return a.bps > b.bps; });
    told.erase(most, told.end());
  }
  return told;
}

std::vector<std::vector<LinkCounter>> counters_of(const LinkCounters& counters, const BinTraffic& traffic) {
  std::vector<std::vector<LinkCounter>> told;
  const auto& epochs = traffic.epochs;
  const Bin& bin = traffic.bin;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    const Time begin = std::max(bin.from, epochs[i].from);
    const Time end = i + 1 < epochs.size() ? epochs[i + 1].from : bin.to;
    told.push_back(counters_of(counters, *epochs[i].topology, begin, end, bin.to - bin.from));
  }
  return told;
}

std::map<std::string, CountedRate> counted_links(const LinkCounters& counters, const BinTraffic& traffic) {
  std::map<std::string, CountedRate> links;
  for (const Epoch& epoch : traffic.epochs) {
    for (const CountedRate& rate : counters.rates(*epoch.topology, traffic.bin.from, traffic.bin.to)) {
      if (rate.covered >= kCoveredLeast) links.emplace(link_name(*epoch.topology, rate.link), rate);
    }
  }
  return links;
}

}  // namespace anemone
