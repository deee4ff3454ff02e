#include "server/hosts.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/random.h"

namespace anemone {
namespace {

// Any number will do, as long as it stays: which hosts are instrumented at 50% must not change.
constexpr std::uint64_t kShuffleSeed = 2005;

}  // namespace

std::vector<KnownHost> hosts_of(const Inventory& inventory, std::span<const ObserverId> observers) {
  std::vector<KnownHost> hosts;
  for (std::size_t i = 0; i < inventory.hosts.size(); ++i) {
    const InventoryHost& told = inventory.hosts[i];
    KnownHost& host = hosts.emplace_back();
    host.name = told.name;
    host.fixed = told.more_addresses;
    host.fixed.insert(host.fixed.begin(), told.address);
    host.addresses = host.fixed;
    host.fixed_gateway = told.gateway;
    if (!told.gateway.is_none()) host.gateways.push_back(told.gateway);
    host.observer = observers[i];
  }
  return hosts;
}

Hosts::Hosts(std::vector<KnownHost> hosts) : hosts_(std::move(hosts)), rank_(hosts_.size()) {
  std::vector<std::size_t> order(rank_.size());
  std::iota(order.begin(), order.end(), 0);
  Random random(kShuffleSeed);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
  }
  for (std::size_t i = 0; i < order.size(); ++i) rank_[order[i]] = i;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    for (const IpAddress& address : hosts_[i].addresses) {
      by_address_.emplace(address, i);
      const auto gateway = std::ranges::find_if(hosts_[i].gateways, [&](const IpAddress& candidate) {
        return candidate.is_v4() == address.is_v4();
      });
      if (gateway != hosts_[i].gateways.end()) gateways_.push_back({address, *gateway});
    }
  }
}

std::size_t Hosts::count_of(double share) const {
  return static_cast<std::size_t>(std::lround(share * static_cast<double>(rank_.size())));
}

std::size_t Hosts::instrumented_of(std::size_t count) const {
  std::size_t instrumented_hosts = 0;
  for (std::size_t i = 0; i < hosts_.size(); ++i) instrumented_hosts += instrumented(i, count) ? 1 : 0;
  return instrumented_hosts;
}

Observers Hosts::observed_by(std::size_t count, std::span<const ObserverId> silent, TimeSpan when) const {
  std::vector<Observer> observers;
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const KnownHost& host = hosts_[i];
    if (!host.observer.valid()) continue;
    const std::size_t first = observers.size();
    for (Observer& stay : observers_of(host.observer, host.told)) observers.push_back(std::move(stay));
    if (observers.size() == first) observers.push_back({host.observer, {}, true});
    if (std::ranges::binary_search(silent, host.observer)) observers[first].silent = {when};
    for (std::size_t stay = first; stay < observers.size(); ++stay) {
      Observer& observer = observers[stay];
      observer.instrumented = instrumented(i, count);
      // What the operator told holds all the time.
      for (const IpAddress& address : host.fixed) {
        if (std::ranges::count(observer.addresses, address) == 0) observer.addresses.push_back(address);
      }
      if (!host.fixed_gateway.is_none()) observer.gateways = {host.fixed_gateway};
    }
  }
  return Observers(observers);
}

std::vector<std::vector<IpAddress>> Hosts::routers() const {
  std::vector<std::vector<IpAddress>> all;
  for (const KnownHost& host : hosts_) {
    if (host.forwards) all.push_back(host.addresses);
  }
  return all;
}

std::size_t Hosts::at(const IpAddress& address) const {
  auto found = by_address_.find(address);
  return found == by_address_.end() ? rank_.size() : found->second;
}

}  // namespace anemone
