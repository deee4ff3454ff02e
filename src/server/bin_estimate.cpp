#include "server/bin_estimate.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "estimate/endpoint_traffic.h"
#include "server/counted_links.h"

namespace anemone {
namespace {

void add(const Interval& more, Interval& sum) {
  sum.bps += more.bps;
  sum.low_bps += more.low_bps;
  sum.high_bps += more.high_bps;
}

// Of all hosts that are known, whether or not anything came from them.
std::vector<IpAddress> addresses_of(const Hosts& hosts) {
  std::vector<IpAddress> addresses;
  for (const KnownHost& host : hosts.list()) {
    addresses.insert(addresses.end(), host.addresses.begin(), host.addresses.end());
  }
  return addresses;
}

// Who watches which address as of the bin, whatever its host told later.
Observers observers_of(const Hosts& hosts, std::size_t instrumented) {
  std::vector<Observer> observers;
  for (std::size_t i = 0; i < hosts.list().size(); ++i) {
    const KnownHost& host = hosts.list()[i];
    if (!host.observer.valid()) continue;
    observers.push_back({host.observer, host.addresses, hosts.instrumented(i, instrumented)});
  }
  return Observers(observers);
}

bool say_the_same(const BinCounters& one, const BinCounters& other) {
  const auto same = [](const LinkCounter& a, const LinkCounter& b) {
    return a.link == b.link && a.bps == b.bps && a.error_share == b.error_share;
  };
  return std::ranges::equal(one, other,
                            [&](const auto& a, const auto& b) { return std::ranges::equal(a, b, same); });
}

}  // namespace

std::shared_ptr<const BinEstimate> estimate_bin(const BinTraffic& traffic, const BinCounters& counters,
                                                Estimator& estimator) {
  const Hosts& hosts = *traffic.observed.hosts;
  const Observers observers = observers_of(hosts, traffic.instrumented);
  const std::vector<IpAddress> known = addresses_of(hosts);
  auto whole = std::make_shared<BinEstimate>();
  for (std::size_t i = 0; i < traffic.epochs.size(); ++i) {
    const Topology& topology = *traffic.epochs[i].topology;
    const Attachments attachments(topology, hosts.gateways(), hosts.routers());
    const EndpointTraffic ends =
        endpoint_traffic(*traffic.observed.records, traffic.matrix.parts[i], attachments, observers,
                         traffic.bin.to - traffic.bin.from, known);
    if (ends.endpoints.size() > kEstimatedEndpointsMax) return nullptr;
    std::span<const LinkCounter> counted;
    if (!counters.empty()) counted = counters[i];
    const Estimate part = estimator.estimate(topology, {ends.endpoints, ends.seen, counted, {}});
    for (LinkId link : part.links.ids()) add(part.links[link].load, whole->links[link_name(topology, link)]);
    add(part.unseen, whole->unseen);
    whole->could = part.could;
    whole->instrumented = part.instrumented;
    whole->assumed = part.basis == IntervalBasis::kAssumed;
  }
  return whole;
}

std::shared_ptr<const BinEstimate> BinEstimates::of(Bins bins, const LinkCounters* counters) {
  std::vector<BinCounters> counted(bins.size());
  for (std::size_t i = 0; i < bins.size() && counters != nullptr; ++i) {
    counted[i] = counters_of(*counters, *bins[i]);
  }
  const auto is_last = [&](const Kept& one) {
    return one.bin == bins.back() && std::ranges::equal(one.counters, counted, say_the_same);
  };
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find_if(kept_, is_last);
    if (found != kept_.end()) return found->estimate;
  }
  Estimator estimator;
  std::shared_ptr<const BinEstimate> estimate;
  for (std::size_t i = 0; i < bins.size(); ++i) estimate = estimate_bin(*bins[i], counted[i], estimator);
  const std::lock_guard lock(mutex_);
  kept_.push_front({bins.back(), std::move(counted), estimate});
  if (kept_.size() > kKept) kept_.pop_back();
  return estimate;
}

}  // namespace anemone
