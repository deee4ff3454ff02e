#include "lsdb/lsdb_history.h"

#include <algorithm>

namespace anemone {

LsdbHistory::LsdbHistory(const LsaLog& log) {
  for (const HeardLsa& heard : log.entries) append(heard);
  const Time end = now_.time();
  advance(Time::max());
  now_.advance(end);
}

LsdbChange LsdbHistory::append(const HeardLsa& heard) {
  advance(heard.time);
  const auto [change, lsa] = now_.install_at(heard);
  if (heard.described) {
    if (now_.described_.contains(heard.key)) described_.push_back(heard);
    return change;
  }
  instances_.resize(now_.known());
  auto& line = instances_[lsa.value()];
  if (change == LsdbChange::kNone && !line.empty()) return change;
  const StoredLsa& stored = now_.entries_[lsa.value()].lsa;
  line.push_back(stored);
  if (change == LsdbChange::kChanged) note_change(heard.time);
  if (const auto dies = stored.dies()) deaths_.emplace(*dies, lsa);
  return change;
}

// One that was refreshed in the meantime dies later, and is noted then.
void LsdbHistory::advance(Time until) {
  while (!deaths_.empty() && deaths_.top().first <= until) {
    const auto [time, lsa] = deaths_.top();
    deaths_.pop();
    if (now_.entries_[lsa.value()].lsa.dies() == time) note_change(time);
  }
  now_.advance(std::max(until, now_.time()));
}

std::optional<Time> LsdbHistory::next_death() const {
  if (deaths_.empty()) return std::nullopt;
  return deaths_.top().first;
}

void LsdbHistory::note_change(Time time) {
  if (changes_.empty() || changes_.back() < time) changes_.push_back(time);
}

Lsdb LsdbHistory::at(Time time) const {
  Lsdb lsdb;
  lsdb.time_ = time;
  now_.order();
  for (std::uint32_t slot : now_.order_) {
    const auto& line = instances_[slot];
    const auto after = std::partition_point(line.begin(), line.end(),
                                            [&](const StoredLsa& stored) { return stored.arrived <= time; });
    if (after != line.begin()) lsdb.entries_.push_back({now_.entries_[slot].key, *std::prev(after)});
  }
  lsdb.grow_index();
  for (const HeardLsa& heard : described_) {
    if (heard.time <= time) lsdb.describe(heard);
  }
  return lsdb;
}

std::span<const StoredLsa> LsdbHistory::instances(const LsdbKey& key) const {
  const auto* found = now_.entry(key);
  if (found == nullptr) return {};
  return instances_[static_cast<std::size_t>(found - now_.entries_.data())];
}

void LsdbHistory::forget_before(Time time) {
  for (auto& line : instances_) {
    const auto after = std::partition_point(line.begin(), line.end(),
                                            [&](const StoredLsa& stored) { return stored.arrived <= time; });
    if (after != line.begin()) line.erase(line.begin(), std::prev(after));
  }
  std::erase_if(described_, [&](const HeardLsa& heard) {
    const Duration lifetime = std::chrono::seconds(heard.instance.left_s);
    return heard.time + lifetime < time;
  });
  std::erase_if(changes_, [&](Time change) { return change < time; });
}

}  // namespace anemone
