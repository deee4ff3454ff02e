// What nobody saw, beside what was seen.
#include "server/platform.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/counted_links.h"

namespace anemone {

// Of complete bins: of one that is open, much of the load stands for what has not been told yet.
void Platform::add_counters(const BinTraffic& traffic, std::span<LinkAnswer> links) const {
  if (counters_ == nullptr || !traffic.bin.complete) return;
  const auto counted = counted_links(*counters_, traffic);
  for (LinkAnswer& link : links) {
    const auto found = counted.find(link.id);
    if (found == counted.end()) continue;
    link.counter_bps = found->second.bps;
    link.residual_bps = found->second.bps - link.load_bps;
  }
}

CountersAnswer Platform::counters() const {
  CountersAnswer answer;
  if (counters_ == nullptr) return answer;
  std::shared_ptr<const Topology> topology;
  {
    const std::shared_lock lock(mutex_);
    topology = history_.at(Time::max());
  }
  std::map<std::string, std::string> links;
  for (std::size_t i = 0; topology != nullptr && i < topology->link_count(); ++i) {
    for (const std::string& name : counter_names(*topology, LinkId{i})) {
      links.emplace(name, link_name(*topology, LinkId{i}));
    }
  }
  answer.counts = counters_->counts();
  for (LinkCounters::Counter& counter : counters_->list()) {
    const auto link = links.find(counter.name);
    answer.list.push_back({std::move(counter), link == links.end() ? "" : link->second});
  }
  return answer;
}

// Of complete bins: what is open changes too fast for it to be worth its time.
std::shared_ptr<const BinEstimate> Platform::estimate_of(const Bin& bin, double instrumented) const {
  if (!bin.complete) return nullptr;
  std::vector<std::shared_ptr<const BinTraffic>> bins;
  const Time from = std::max(bin.from - (kLearntBins - 1) * config_.bin, first_bin());
  for (Time at = from; at <= bin.from; at += config_.bin) {
    const auto one = bin_of(at);
    if (!one) continue;
    if (auto worked_out = traffic(*one, instrumented)) bins.push_back(std::move(*worked_out));
  }
  if (bins.empty() || bins.back()->bin.from != bin.from) return nullptr;
  return estimates_.of(bins, counters_);
}

void Platform::add_estimate(const Bin& bin, double instrumented, Envelope& envelope,
                            std::span<LinkAnswer> links) const {
  const auto estimate = estimate_of(bin, instrumented);
  if (estimate == nullptr) return;
  const auto range = [](const Interval& interval) {
    return Range{interval.bps, interval.low_bps, interval.high_bps};
  };
  envelope.coverage.unseen =
      Unseen{range(estimate->unseen), estimate->could, estimate->instrumented, estimate->assumed};
  for (LinkAnswer& link : links) {
    const auto found = estimate->links.find(link.id);
    if (found != estimate->links.end()) link.estimate = range(found->second);
  }
}

}  // namespace anemone
