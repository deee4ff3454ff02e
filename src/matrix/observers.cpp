#include "matrix/observers.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace anemone {

std::vector<Observer> observers_of(ObserverId id, std::span<const HostFacts> told) {
  std::vector<Observer> observers;
  for (const HostFacts& facts : told) {
    Observer observer{id};
    if (!observers.empty()) observer.since = facts.at;
    observer.gateways = facts.gateways;
    for (const HostAddress& own : facts.addresses) {
      observer.addresses.push_back(own.address);
      observer.networks.emplace_back(own.address, own.prefix_length);
    }
    observers.push_back(std::move(observer));
  }
  return observers;
}

Observers::Observers(std::span<const Observer> observers) : entries_(observers.begin(), observers.end()) {
  note_entries();
  note_claims();
  for (OfAddress& of : of_address_) note_stays(of);
}

void Observers::note_entries() {
  std::vector<std::pair<Prefix, char>> networks;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const Observer& entry = entries_[i];
    if (!entry.id.valid()) continue;
    if (entry.id.value() >= known_.size()) known_.resize(entry.id.value() + 1);
    Known& known = known_[entry.id.value()];
    known.instrumented = entry.instrumented;
    known.silent.insert(known.silent.end(), entry.silent.begin(), entry.silent.end());
    known.entries.push_back(i);
    for (const Prefix& network : entry.networks) networks.emplace_back(network, 0);
  }
  networks_ = PrefixMap<char>(std::move(networks));
}

void Observers::note_claims() {
  for (const Known& known : known_) {
    for (std::size_t i = 0; i < known.entries.size(); ++i) {
      const std::uint32_t at = known.entries[i];
      const Observer& entry = entries_[at];
      const Time to = i + 1 < known.entries.size() ? entries_[known.entries[i + 1]].since : Time::max();
      if (to <= entry.since) continue;
      for (const IpAddress& address : entry.addresses) {
        claims_.push_back({addresses_.intern(address), to, {entry.since, entry.id, at}});
      }
    }
  }
  std::sort(claims_.begin(), claims_.end(), [](const Claim& a, const Claim& b) {
    return std::tie(a.address, a.stay.since, a.stay.entry) < std::tie(b.address, b.stay.since, b.stay.entry);
  });
  of_address_.resize(addresses_.size());
  for (std::uint32_t i = 0; i < claims_.size(); ++i) {
    OfAddress& of = of_address_[claims_[i].address];
    if (of.end_claim == 0) of.first_claim = i;
    of.end_claim = i + 1;
  }
}

// Who has the address at each time at which a claim begins or ends.
void Observers::note_stays(OfAddress& of) {
  const auto claims = std::span(claims_).subspan(of.first_claim, of.end_claim - of.first_claim);
  std::vector<Time> times;
  for (const Claim& claim : claims) {
    times.push_back(claim.stay.since);
    if (claim.to != Time::max()) times.push_back(claim.to);
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  of.first_stay = static_cast<std::uint32_t>(stays_.size());
  for (const Time time : times) {
    const Claim* holder = nullptr;
    for (const Claim& claim : claims) {
      if (claim.stay.since > time || claim.to <= time) continue;
      if (holder != nullptr && holder->stay.observer != claim.stay.observer) of.shared = true;
      if (holder == nullptr || claim.stay.since > holder->stay.since) holder = &claim;
    }
    Stay stay{time, {}, 0};
    if (holder != nullptr) stay = {time, holder->stay.observer, holder->stay.entry};
    stays_.push_back(stay);
  }
  of.end_stay = static_cast<std::uint32_t>(stays_.size());
}

std::span<const Observers::Stay> Observers::stays(const IpAddress& address) const {
  const std::uint32_t number = addresses_.find(address);
  if (number == AddressTable::kNone) return {};
  const OfAddress& of = of_address_[number];
  return std::span(stays_).subspan(of.first_stay, of.end_stay - of.first_stay);
}

ObserverId Observers::at(const IpAddress& address) const {
  const auto all = stays(address);
  return all.empty() ? ObserverId{} : all.back().observer;
}

bool Observers::is_shared(const IpAddress& address) const {
  const std::uint32_t number = addresses_.find(address);
  return number != AddressTable::kNone && of_address_[number].shared;
}

const Observers::Stay* Observers::claim(ObserverId observer, const IpAddress& address, Time time) const {
  const std::uint32_t number = addresses_.find(address);
  if (number == AddressTable::kNone) return nullptr;
  const OfAddress& of = of_address_[number];
  for (std::uint32_t i = of.first_claim; i < of.end_claim; ++i) {
    const Claim& claim = claims_[i];
    if (claim.stay.observer == observer && claim.stay.since <= time && time < claim.to) return &claim.stay;
  }
  return nullptr;
}

bool Observers::heard(ObserverId id, Time time) const {
  if (!id.valid()) return false;
  if (always_heard(id)) return true;
  const auto& silent = known_[id.value()].silent;
  return std::none_of(silent.begin(), silent.end(),
                      [&](const TimeSpan& span) { return span.from <= time && time < span.to; });
}

bool Observers::heard_throughout(ObserverId id, const TimeSpan& span) const {
  if (!id.valid()) return false;
  if (always_heard(id)) return true;
  const auto& silent = known_[id.value()].silent;
  return std::none_of(silent.begin(), silent.end(),
                      [&](const TimeSpan& one) { return one.from < span.to && span.from < one.to; });
}

const Observer* Observers::place(ObserverId id, Time time) const {
  if (!id.valid() || id.value() >= known_.size() || known_[id.value()].entries.empty()) return nullptr;
  const Observer* found = &entries_[known_[id.value()].entries.front()];
  for (std::uint32_t i : known_[id.value()].entries) {
    if (entries_[i].since <= time) found = &entries_[i];
  }
  return found;
}

}  // namespace anemone
