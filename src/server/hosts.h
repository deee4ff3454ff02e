// Hosts are the ends of the network that somebody knows by name: an operator's inventory, agents that said
// where they are. A snapshot of one instant, and immutable: any thread may read it.
//
// Which of them are taken as instrumented can be played through: the first of a fixed shuffled order, so
// that a larger share contains the smaller. A host that nobody watches is never instrumented.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "matrix/attachments.h"
#include "matrix/observers.h"
#include "topology/inventory.h"

namespace anemone {

struct KnownHost {
  std::string name;
  std::vector<IpAddress> addresses;  // the first is the one that it goes by
  std::vector<IpAddress> gateways;   // next hops of its default routes
  bool forwards = false;             // it is a router, by its own word
  std::vector<IpAddress> fixed;      // of the addresses, those that an operator told
  IpAddress fixed_gateway;           // the same; none where not told
  ObserverId observer;               // who watches it; not valid: nobody
  std::vector<HostFacts> told;       // all that its agent said of its place, in the order of time

  IpAddress address() const { return addresses.empty() ? IpAddress{} : addresses.front(); }
};

// The hosts of a recording, all of them watched. `observers`: their ids, in the order of the inventory.
std::vector<KnownHost> hosts_of(const Inventory& inventory, std::span<const ObserverId> observers);

class Hosts {
 public:
  Hosts() = default;
  explicit Hosts(std::vector<KnownHost> hosts);

  const std::vector<KnownHost>& list() const { return hosts_; }
  std::span<const HostGateway> gateways() const { return gateways_; }

  // How many are instrumented when the share is this; whether a host is when that many are.
  std::size_t count_of(double share) const;
  bool instrumented(std::size_t host, std::size_t count) const {
    return rank_[host] < count && hosts_[host].observer.valid();
  }
  // How many of `count` somebody watches.
  std::size_t instrumented_of(std::size_t count) const;
  // `silent`: those of whom nothing has come for all of that time, in the order of their ids.
  Observers observed_by(std::size_t count, std::span<const ObserverId> silent = {}, TimeSpan when = {}) const;
  // All addresses of each that is a router by its own word.
  std::vector<std::vector<IpAddress>> routers() const;

  // The host of an address; an invalid index, list().size(), when there is none.
  std::size_t at(const IpAddress& address) const;

 private:
  std::vector<KnownHost> hosts_;
  std::vector<std::size_t> rank_;  // of each host in the shuffled order
  std::vector<HostGateway> gateways_;
  std::unordered_map<IpAddress, std::size_t> by_address_;
};

}  // namespace anemone
