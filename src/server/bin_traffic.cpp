#include "server/bin_traffic.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "base/random.h"

namespace anemone {
namespace {

// Any number will do, as long as it stays: which hosts are instrumented at 50% must not change.
constexpr std::uint64_t kShuffleSeed = 2005;

LinkAnswer answer_of(const Topology& topology, LinkId id, std::string name) {
  const Link& link = topology.link(id);
  LinkAnswer answer;
  answer.id = std::move(name);
  answer.from = topology.node(link.from).name;
  answer.to = topology.node(link.to).name;
  answer.capacity_bps = link.capacity_bps;
  return answer;
}

std::vector<IpAddress> addresses_of(const InventoryHost& host) {
  std::vector<IpAddress> all = host.more_addresses;
  all.insert(all.begin(), host.address);
  return all;
}

// The loads of all epochs, added up by the links' names.
std::vector<LinkAnswer> add_up(const std::vector<Epoch>& epochs, const std::vector<LinkLoad>& loads) {
  std::map<std::string, LinkAnswer> by_name;
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    const Topology& topology = *epochs[i].topology;
    for (LinkId id : indices<LinkId>(topology.link_count())) {
      std::string name = link_name(topology, id);
      auto [known, is_new] = by_name.try_emplace(name);
      if (is_new) known->second = answer_of(topology, id, std::move(name));
      known->second.load_bps += loads[i].links[id].bps;
      known->second.load_pps += loads[i].links[id].pps;
    }
  }
  std::vector<LinkAnswer> links;
  links.reserve(by_name.size());
  for (auto& [name, link] : by_name) links.push_back(std::move(link));
  return links;
}

}  // namespace

const LinkAnswer* BinTraffic::find(std::string_view id) const {
  auto found =
      std::lower_bound(links.begin(), links.end(), id,
                       [](const LinkAnswer& link, std::string_view wanted) { return link.id < wanted; });
  return found != links.end() && found->id == id ? &*found : nullptr;
}

Hosts::Hosts(const Inventory& inventory, std::vector<ObserverId> observers)
    : inventory_(&inventory), observers_(std::move(observers)), rank_(inventory.hosts.size()) {
  std::vector<std::size_t> order(rank_.size());
  std::iota(order.begin(), order.end(), 0);
  Random random(kShuffleSeed);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
  }
  for (std::size_t i = 0; i < order.size(); ++i) rank_[order[i]] = i;
  for (std::size_t i = 0; i < inventory.hosts.size(); ++i) {
    const InventoryHost& host = inventory.hosts[i];
    for (const IpAddress& address : addresses_of(host)) {
      by_address_.emplace(address, i);
      if (!host.gateway.is_none()) gateways_.push_back({address, host.gateway});
    }
  }
}

std::size_t Hosts::count_of(double share) const {
  return static_cast<std::size_t>(std::lround(share * static_cast<double>(rank_.size())));
}

Observers Hosts::observed_by(std::size_t count) const {
  std::vector<Observer> observers;
  for (std::size_t i = 0; i < rank_.size(); ++i) {
    observers.push_back({observers_[i], addresses_of(list()[i]), instrumented(i, count)});
  }
  return Observers(observers);
}

std::size_t Hosts::at(const IpAddress& address) const {
  auto found = by_address_.find(address);
  return found == by_address_.end() ? rank_.size() : found->second;
}

BinTraffic work_out(const Bin& bin, std::shared_ptr<const std::vector<FlowRecord>> records,
                    std::vector<Epoch> epochs, const Hosts& hosts, std::size_t instrumented) {
  BinTraffic traffic;
  traffic.bin = bin;
  traffic.bin.stable = epochs.size() == 1;
  traffic.records = std::move(records);
  traffic.epochs = std::move(epochs);

  std::vector<Attachments> attachments;
  attachments.reserve(traffic.epochs.size());
  std::vector<BinPart> parts;
  for (const Epoch& epoch : traffic.epochs) {
    attachments.emplace_back(*epoch.topology, hosts.gateways());
    parts.push_back({epoch.from, &attachments.back()});
  }
  traffic.matrix = build_matrix(*traffic.records, parts, hosts.observed_by(instrumented), {bin.from, bin.to});
  for (std::size_t i = 0; i < traffic.epochs.size(); ++i) {
    traffic.loads.push_back(link_load(*traffic.epochs[i].topology, traffic.matrix.parts[i].matrix));
    traffic.unrouted += traffic.loads.back().unrouted;
  }
  traffic.unattached_bps = traffic.matrix.bytes.unattached * 8 / seconds(bin.to - bin.from);
  traffic.coverage = {hosts.list().size(), instrumented, traffic.matrix.bytes.coverage()};
  traffic.links = add_up(traffic.epochs, traffic.loads);
  for (const LinkAnswer& link : traffic.links) {
    traffic.total_bps += link.load_bps;
    traffic.max_utilisation = std::max(traffic.max_utilisation, link.utilisation().value_or(0));
  }
  return traffic;
}

}  // namespace anemone
