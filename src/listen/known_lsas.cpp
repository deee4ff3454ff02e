#include "listen/known_lsas.h"

#include <algorithm>
#include <utility>

namespace anemone {

ospf::LsaHeader KnownLsas::as_of(Time now, const Known& known) {
  ospf::LsaHeader header = known.header;
  if (header.do_not_age) return header;
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(now - known.heard).count();
  header.age_s = static_cast<std::uint16_t>(
      std::min<std::int64_t>(header.age_s + std::max<std::int64_t>(passed, 0), ospf::kMaxAgeSeconds));
  return header;
}

Hearing KnownLsas::hear(Time now, const ospf::LsaView& lsa) {
  const auto there = known_.find(lsa.header.key);
  const bool flush = lsa.header.age_s >= ospf::kMaxAgeSeconds;
  if (there == known_.end() && flush) return Hearing::kFlushedBefore;
  if (there != known_.end()) {
    const int newer = compare(lsa.header, as_of(now, there->second));
    if (newer < 0 || (newer == 0 && !flush)) return Hearing::kNothingNew;
    if (flush) {
      known_.erase(there);
      return Hearing::kFlushed;
    }
  }
  Known& known = known_[lsa.header.key];
  known.header = lsa.header;
  known.heard = now;
  known.bytes.assign(lsa.bytes.begin(), lsa.bytes.end());
  return Hearing::kTaken;
}

bool KnownLsas::have(Time now, const ospf::LsaHeader& header) const {
  const auto there = known_.find(header.key);
  if (there == known_.end()) return false;
  const ospf::LsaHeader ours = as_of(now, there->second);
  return ours.age_s < ospf::kMaxAgeSeconds && compare(ours, header) >= 0;
}

bool KnownLsas::any_missing(Time since, const std::set<ospf::LsaKey>& described) const {
  return std::any_of(known_.begin(), known_.end(), [&](const auto& entry) {
    return entry.second.heard < since && !described.contains(entry.first);
  });
}

std::vector<std::vector<std::uint8_t>> KnownLsas::take_missing(Time now, Time since,
                                                               const std::set<ospf::LsaKey>& described) {
  std::vector<std::vector<std::uint8_t>> missing;
  for (auto it = known_.begin(); it != known_.end();) {
    const bool gone = it->second.heard < since && !described.contains(it->first);
    if (gone && as_of(now, it->second).age_s < ospf::kMaxAgeSeconds) {
      auto& bytes = missing.emplace_back(std::move(it->second.bytes));
      bytes[0] = ospf::kMaxAgeSeconds >> 8;
      bytes[1] = ospf::kMaxAgeSeconds & 0xff;
    }
    it = gone ? known_.erase(it) : std::next(it);
  }
  return missing;
}

}  // namespace anemone
