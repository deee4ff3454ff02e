#include "server/host_book.h"

#include <algorithm>
#include <set>
#include <utility>

namespace anemone {
namespace {

constexpr std::size_t kInferredMax = 64;  // addresses
constexpr std::size_t kSnapshotsMax = 64;

bool same_place(const HostFacts& a, const HostFacts& b) {
  return a.addresses == b.addresses && a.gateways == b.gateways && a.forwards == b.forwards;
}

// What held at `time`: the last that was said until then, else the first.
const HostFacts* facts_at(const std::map<Time, HostFacts>& facts, Time time) {
  if (facts.empty()) return nullptr;
  auto next = facts.upper_bound(time);
  return next == facts.begin() ? &next->second : &std::prev(next)->second;
}

void add_facts(const HostFacts& facts, KnownHost& host) {
  for (const HostAddress& own : facts.addresses) {
    if (std::ranges::count(host.addresses, own.address) == 0) host.addresses.push_back(own.address);
  }
  if (host.gateways.empty()) host.gateways = facts.gateways;
  host.forwards = facts.forwards;
}

bool is_usable(const IpAddress& address) {
  if (address.is_none()) return false;
  if (address.is_v4()) {
    const std::uint32_t value = address.v4().value;
    return value >> 24 != 0 && value >> 24 != 127 && value >> 16 != 0xa9fe && value < 0xe000'0000;
  }
  const bool loopback = address.high() == 0 && address.low() <= 1;
  return !loopback && address.high() >> 56 != 0xff && address.high() >> 54 != 0xfe80 >> 6;
}

bool has_address(const HostFacts& facts, const IpAddress& address) {
  return std::ranges::any_of(facts.addresses, [&](const HostAddress& own) { return own.address == address; });
}

// Of its own: not on its way through, not inside a tunnel.
bool is_sent_by_it(const FlowRecord& record, const RecordNames& names) {
  if (record.key.direction != Direction::kOut || record.origin.tunnel.valid()) return false;
  const OwnerId owner = record.origin.owner;
  return !owner.valid() || names.owners[owner].process != names.owners[kForwardedOwner].process;
}

}  // namespace

void HostBook::know(ObserverId observer, const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto [agent, is_new] = agents_.try_emplace(observer);
  if (!is_new) return;
  agent->second.name = name;
  ++version_;
  snapshots_.clear();
}

bool HostBook::is_news(ObserverId observer, const HostFacts& facts, Time since) const {
  const std::lock_guard lock(mutex_);
  const auto agent = agents_.find(observer);
  if (agent == agents_.end() || agent->second.kept < since) return true;
  const HostFacts* known = facts_at(agent->second.facts, facts.at);
  return known == nullptr || !same_place(*known, facts);
}

void HostBook::learn(ObserverId observer, HostFacts facts) {
  const std::lock_guard lock(mutex_);
  Agent& agent = agents_.at(observer);
  agent.kept = std::max(agent.kept, facts.at);
  const HostFacts* known = facts_at(agent.facts, facts.at);
  if (known != nullptr && known->at <= facts.at && same_place(*known, facts)) return;
  agent.facts[facts.at] = std::move(facts);
  ++version_;
  snapshots_.clear();
}

std::optional<HostFacts> HostBook::newest(ObserverId observer) const {
  const std::lock_guard lock(mutex_);
  const auto agent = agents_.find(observer);
  if (agent == agents_.end() || agent->second.facts.empty()) return std::nullopt;
  return agent->second.facts.rbegin()->second;
}

std::uint64_t HostBook::version() const {
  const std::lock_guard lock(mutex_);
  return version_;
}

std::vector<KnownHost> HostBook::hosts_at(Time time) const {
  std::map<std::string, std::pair<ObserverId, const Agent*>> agents;
  for (const auto& [observer, agent] : agents_) agents[agent.name] = {observer, &agent};
  const auto tell = [&](const std::pair<ObserverId, const Agent*>& known, KnownHost& host) {
    host.observer = known.first;
    const HostFacts* facts = facts_at(known.second->facts, time);
    if (facts != nullptr) add_facts(*facts, host);
    for (const auto& [since, told] : known.second->facts) host.told.push_back(told);
  };
  const std::vector<ObserverId> nobody(inventory_.hosts.size());
  std::vector<KnownHost> hosts = hosts_of(inventory_, nobody);
  for (KnownHost& host : hosts) {
    const auto agent = agents.find(host.name);
    if (agent == agents.end()) continue;
    tell(agent->second, host);
    agents.erase(agent);
  }
  for (const auto& [name, agent] : agents) {
    KnownHost& host = hosts.emplace_back();
    host.name = name;
    tell(agent, host);
  }
  return hosts;
}

std::shared_ptr<const Hosts> HostBook::at(Time time) const {
  const std::lock_guard lock(mutex_);
  // The last change up to `time`; what an agent said first holds for all the time before.
  Time since = Time::min();
  for (const auto& [observer, agent] : agents_) {
    const auto next = agent.facts.upper_bound(time);
    if (next != agent.facts.begin() && std::prev(next) != agent.facts.begin()) {
      since = std::max(since, std::prev(next)->first);
    }
  }
  if (const auto kept = snapshots_.find(since); kept != snapshots_.end()) return kept->second;
  if (snapshots_.size() >= kSnapshotsMax) snapshots_.erase(snapshots_.begin());
  return snapshots_[since] = std::make_shared<const Hosts>(hosts_at(time));
}

std::optional<HostFacts> inferred_place(std::span<const FlowRecord> records, const RecordNames& names,
                                        const std::optional<HostFacts>& known) {
  std::set<IpAddress> addresses;
  if (known) {
    for (const HostAddress& own : known->addresses) {
      if (own.interface != 0) return std::nullopt;  // it has said it itself
      addresses.insert(own.address);
    }
  }
  const std::size_t before = addresses.size();
  Time first = Time::max();
  for (const FlowRecord& record : records) {
    if (!is_sent_by_it(record, names) || !is_usable(record.key.src)) continue;
    if (addresses.size() >= kInferredMax) continue;
    addresses.insert(record.key.src);
    first = std::min(first, record.start);
  }
  if (addresses.size() == before) return std::nullopt;
  HostFacts facts;
  facts.at = known ? std::max(known->at + Duration{1}, first) : first;
  for (const IpAddress& address : addresses) {
    facts.addresses.push_back({address, static_cast<std::uint8_t>(address.is_v4() ? 32 : 128), 0});
  }
  return facts;
}

void date_back(HostFacts& said, std::span<const FlowRecord> records, const RecordNames& names,
               const std::optional<HostFacts>& known) {
  if (!known || known->at >= said.at) return;
  for (const FlowRecord& record : records) {
    const IpAddress& address = record.key.src;
    if (record.start >= said.at || !is_sent_by_it(record, names)) continue;
    if (!has_address(said, address) || has_address(*known, address)) continue;
    said.at = std::max(known->at + Duration{1}, record.start);
  }
}

}  // namespace anemone
