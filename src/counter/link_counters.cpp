#include "counter/link_counters.h"

#include <algorithm>

namespace anemone {
namespace {

// What the counter's own accuracy leaves, and that of the clock it is read by.
constexpr double kLeastError = 0.02;
constexpr double kFrameError = 0.02;      // frames cannot be taken off
constexpr double kGuessedError = 0.2;     // of a rate of which as long as the stretch is guessed at its ends
constexpr double kGuessedMax = 3;         // beyond so many stretches it grows no more
constexpr double kUncoveredError = 0.25;  // of a rate of which half is not told
constexpr double kOwnBps = 1000;          // of routers' own packets, which are of no host
constexpr double kCapacitySlack = 1.1;    // over a link's capacity, that clocks can make of it

// "r1:eth0", "10.0.0.1:192.0.2.1" and so on, with `suffix`.
void add_names(const Topology& topology, LinkId id, const char* suffix, std::vector<std::string>& names) {
  const Link& link = topology.link(id);
  const Node& router = topology.node(link.from);
  if (router.kind != NodeKind::kRouter) return;
  std::vector<std::string> routers = {router.name};
  const std::string number = print_address(router.router_id);
  if (router.router_id != RouterId{} && number != router.name) routers.push_back(number);
  for (const std::string& name : routers) {
    if (!link.interface.empty()) names.push_back(name + ":" + link.interface + suffix);
    if (!link.address.is_none()) names.push_back(name + ":" + print_address(link.address) + suffix);
  }
}

}  // namespace

std::vector<std::string> counter_names(const Topology& topology, LinkId link) {
  std::vector<std::string> names = {link_name(topology, link)};
  add_names(topology, link, "", names);
  const LinkId reverse = topology.link(link).reverse;
  if (reverse.valid()) add_names(topology, reverse, "/in", names);
  return names;
}

double counter_error(const CountedBytes& counted, Duration length) {
  const double guessed = std::min(kGuessedMax, seconds(counted.guessed) / seconds(length));
  const double uncovered = 1 - seconds(counted.covered) / seconds(length);
  return kLeastError + (counted.has_frames ? kFrameError : 0) + kGuessedError * guessed +
         2 * kUncoveredError * uncovered;
}

void CounterCounts::count(ReadingFate fate) {
  switch (fate) {
    case ReadingFate::kTaken:
      ++taken;
      break;
    case ReadingFate::kRepeated:
      ++repeated;
      break;
    case ReadingFate::kContradicts:
      ++contradicting;
      break;
    case ReadingFate::kTooOld:
      ++too_old;
      break;
    case ReadingFate::kTooMany:
      ++too_many;
  }
}

ReadingFate LinkCounters::add(const CounterSample& sample) {
  const std::lock_guard lock(mutex_);
  ReadingFate fate = ReadingFate::kTooMany;
  auto found = counters_.find(sample.name);
  if (found == counters_.end() && counters_.size() < config_.counters_max) {
    found = counters_.emplace(sample.name, CounterSeries{}).first;
  }
  if (found != counters_.end()) {
    const std::size_t room = std::max<std::size_t>(2, config_.readings_max / counters_.size());
    fate = found->second.add(sample.reading, room);
  }
  counts_.count(fate);
  return fate;
}

std::optional<CountedRate> LinkCounters::rate(const CounterSeries& series, double capacity_bps, Time from,
                                              Time to) const {
  const double most =
      capacity_bps > 0 ? capacity_bps * kCapacitySlack : std::numeric_limits<double>::infinity();
  const CountedBytes counted = series.between(from, to, config_.gap_max, most);
  if (counted.covered <= Duration{0}) return std::nullopt;
  CountedRate rate;
  rate.bps = counted.bytes * 8 / seconds(counted.covered);
  rate.covered = seconds(counted.covered) / seconds(to - from);
  rate.error_share = counter_error(counted, to - from);
  if (rate.bps > 0) rate.error_share += kOwnBps / rate.bps;
  return rate;
}

std::vector<CountedRate> LinkCounters::rates(const Topology& topology, Time from, Time to) const {
  std::vector<CountedRate> rates;
  const std::lock_guard lock(mutex_);
  if (counters_.empty()) return rates;
  std::map<const CounterSeries*, int> links_of;
  std::vector<const CounterSeries*> series;  // by rate
  for (LinkId link : indices<LinkId>(topology.link_count())) {
    for (const std::string& name : counter_names(topology, link)) {
      const auto found = counters_.find(name);
      if (found == counters_.end()) continue;
      auto counted = rate(found->second, topology.link(link).capacity_bps, from, to);
      if (!counted) continue;
      counted->link = link;
      rates.push_back(*counted);
      series.push_back(&found->second);
      ++links_of[&found->second];
      break;
    }
  }
  std::size_t kept = 0;
  for (std::size_t i = 0; i < rates.size(); ++i) {
    if (links_of[series[i]] == 1) rates[kept++] = rates[i];
  }
  rates.resize(kept);
  return rates;
}

std::vector<LinkCounters::Counter> LinkCounters::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<Counter> list;
  list.reserve(counters_.size());
  for (const auto& [name, series] : counters_) {
    if (series.size() == 0) continue;
    list.push_back(
        {name, series.oldest().time, series.newest().time, series.size(), series.wraps(), series.resets()});
  }
  return list;
}

CounterCounts LinkCounters::counts() const {
  const std::lock_guard lock(mutex_);
  CounterCounts counts = counts_;
  for (const auto& [name, series] : counters_) {
    counts.wraps += series.wraps();
    counts.resets += series.resets();
  }
  return counts;
}

std::uint64_t LinkCounters::version() const {
  const std::lock_guard lock(mutex_);
  return counts_.taken;
}

}  // namespace anemone
