#include "matrix/known_addresses.h"

#include <algorithm>

namespace anemone {
namespace {

constexpr AttachedAt kNowhere{};

}  // namespace

std::uint32_t KnownAddresses::attach(const IpAddress& address, const Observer* host) {
  const auto first = static_cast<std::uint32_t>(attached_.size());
  for (const BinPart& part : parts_) {
    attached_.push_back(host == nullptr ? part.attachments->find(address)
                                        : part.attachments->find(address, {host->addresses, host->gateways}));
  }
  return first;
}

void KnownAddresses::learn(const IpAddress& address, bool translated) {
  Known known;
  known.first = static_cast<std::uint32_t>(variants_.size());
  KnownAddress at{{}, kind_of(address), translated, 0};
  const auto stays = observers_.stays(address);
  if (stays.empty() || stays.front().since > Time::min()) {
    at.attached = attach(address, nullptr);
    variants_.push_back({Time::min(), at});
  }
  for (const Observers::Stay& stay : stays) {
    at.observer = stay.observer;
    at.attached = attach(address, stay.observer.valid() ? &observers_.entry(stay.entry) : nullptr);
    variants_.push_back({stay.since, at});
  }
  known.count = static_cast<std::uint32_t>(variants_.size()) - known.first;
  const bool inside = attached_[variants_[known.first].at.attached].inside;
  const bool nobodys = std::all_of(stays.begin(), stays.end(),
                                   [](const Observers::Stay& stay) { return !stay.observer.valid(); });
  known.shared = at.kind == AddressKind::kLoopback || observers_.is_shared(address) ||
                 (nobodys && !inside && observers_.is_near_some(address));
  known.simple = known.count == 1 && !known.shared;
  known_.push_back(known);
}

KnownAddress KnownAddresses::choose(std::uint32_t number, const IpAddress& address, Time time,
                                    ObserverId asking) {
  const Known known = known_[number];
  std::uint32_t at = known.first;
  while (at + 1 < known.first + known.count && variants_[at + 1].since <= time) ++at;
  const KnownAddress general = variants_[at].at;
  if (!known.shared || !asking.valid()) return general;
  const std::uint64_t key = std::uint64_t{number} << 32 | asking.value();
  const auto said = as_said_.find(key);
  if (said != as_said_.end()) return said->second;
  const KnownAddress own = as_said_by(general, address, time, asking);
  as_said_.emplace(key, own);
  return own;
}

KnownAddress KnownAddresses::as_said_by(const KnownAddress& general, const IpAddress& address, Time time,
                                        ObserverId asking) {
  KnownAddress own = general;
  const bool loopback = general.kind == AddressKind::kLoopback;
  const Observers::Stay* claim = loopback ? nullptr : observers_.claim(asking, address, time);
  if (claim != nullptr) own.attached = attach(address, &observers_.entry(claim->entry));
  const bool behind =
      !loopback && claim == nullptr && !general.observer.valid() && is_behind(asking, address, time);
  if (loopback || claim != nullptr || behind) own.observer = asking;
  own.by_asking = own.observer != general.observer;
  return own;
}

bool KnownAddresses::is_behind(ObserverId observer, const IpAddress& address, Time time) const {
  const Observer* place = observers_.place(observer, time);
  return place != nullptr && kind_of(address) == AddressKind::kOne &&
         std::any_of(place->networks.begin(), place->networks.end(),
                     [&](const Prefix& network) { return network.contains(address); });
}

const AttachedAt& KnownAddresses::home(ObserverId observer, Time time, std::size_t part) {
  const Observer* place = observers_.place(observer, time);
  if (place == nullptr) return kNowhere;
  const auto entry = static_cast<std::uint64_t>(place - &observers_.entry(0));
  std::vector<AttachedAt>& homes = homes_[entry];
  if (homes.empty()) {
    for (std::size_t i = 0; i < parts_.size(); ++i) homes.push_back(find_home(*place, i));
  }
  return homes[part];
}

AttachedAt KnownAddresses::find_home(const Observer& observer, std::size_t part) const {
  const Attachments& attachments = *parts_[part].attachments;
  AttachedAt home;
  for (const IpAddress& address : observer.addresses) {
    const AttachedAt at = attachments.find(address, {observer.addresses, observer.gateways});
    if (!home.ingress.valid() && at.inside && at.ingress.valid()) home = at;
    const NodeId router = attachments.router_at(address);
    if (!router.valid()) continue;
    home.ingress = router;
    return home;
  }
  return home;
}

}  // namespace anemone
