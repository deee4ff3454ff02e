#include "lsdb/lsdb_history.h"

#include <algorithm>

namespace anemone {

void LsdbHistory::Line::push_back(const StoredLsa& stored) {
  if (contents.empty() || contents.back().view().data() != stored.bytes.view().data()) {
    contents.push_back(stored.bytes);
  }
  const auto which = static_cast<std::uint32_t>(forgotten + contents.size() - 1);
  instances.push_back({stored.arrived, stored.instance, stored.vantage, which});
}

std::size_t LsdbHistory::Line::after(Time time) const {
  const auto later = std::partition_point(instances.begin(), instances.end(),
                                          [&](const Instance& instance) { return instance.arrived <= time; });
  return static_cast<std::size_t>(later - instances.begin());
}

// The one that held at `time` stays.
void LsdbHistory::Line::forget_before(Time time) {
  const std::size_t later = after(time);
  if (later < 2) return;
  instances.erase(instances.begin(), instances.begin() + static_cast<std::ptrdiff_t>(later) - 1);
  const std::uint32_t gone = instances.front().contents - forgotten;
  contents.erase(contents.begin(), contents.begin() + gone);
  forgotten += gone;
  if (instances.capacity() > 2 * instances.size() + 16) instances.shrink_to_fit();
}

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
  lines_.resize(now_.known());
  Line& line = lines_[lsa.value()];
  if (change == LsdbChange::kNone && !line.instances.empty()) return change;
  const StoredLsa& stored = now_.entries_[lsa.value()].lsa;
  line.push_back(stored);
  if (change == LsdbChange::kChanged) note_change(heard.time);
  if (const auto dies = stored.dies()) deaths_.emplace(*dies, lsa);
  return change;
}

// One that was refreshed in the meantime dies later, and is noted then.
void LsdbHistory::advance(Time until) {
  died_.clear();
  while (!deaths_.empty() && deaths_.top().first <= until) {
    const auto [time, lsa] = deaths_.top();
    deaths_.pop();
    if (now_.entries_[lsa.value()].lsa.dies() != time) continue;
    note_change(time);
    died_.push_back(now_.entries_[lsa.value()].key);
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
    const Line& line = lines_[slot];
    const std::size_t after = line.after(time);
    if (after > 0) lsdb.entries_.push_back({now_.entries_[slot].key, line.stored(line.instances[after - 1])});
  }
  lsdb.grow_index();
  for (const HeardLsa& heard : described_) {
    if (heard.time <= time) lsdb.describe(heard);
  }
  return lsdb;
}

std::vector<StoredLsa> LsdbHistory::instances(const LsdbKey& key) const {
  std::vector<StoredLsa> all;
  const auto* found = now_.entry(key);
  if (found == nullptr) return all;
  const Line& line = lines_[static_cast<std::size_t>(found - now_.entries_.data())];
  for (const Instance& instance : line.instances) all.push_back(line.stored(instance));
  return all;
}

namespace {

// So long after an LSA was gone no copy of it is under way (RFC 2328's MaxAge), and whoever asks for a time
// before `time` is not answered any more.
bool long_gone(const StoredLsa& stored, Time time) {
  const Time gone = stored.instance.flushed() ? stored.arrived : stored.dies().value_or(Time::max());
  return gone < time - std::chrono::seconds(ospf::kMaxAgeSeconds);
}

}  // namespace

void LsdbHistory::forget_before(Time time) {
  std::vector<bool> gone(lines_.size());
  std::size_t gone_count = 0;
  for (std::size_t lsa = 0; lsa < lines_.size(); ++lsa) {
    lines_[lsa].forget_before(time);
    gone[lsa] = long_gone(now_.entries_[lsa].lsa, time);
    gone_count += gone[lsa] ? 1 : 0;
  }
  if (gone_count > 0) drop(gone);
  std::erase_if(described_, [&](const HeardLsa& heard) {
    const Duration lifetime = std::chrono::seconds(heard.instance.left_s);
    return heard.time + lifetime < time;
  });
  std::erase_if(changes_, [&](Time change) { return change < time; });
}

void LsdbHistory::drop(const std::vector<bool>& gone) {
  std::vector<LsaId> moved(lines_.size());
  std::size_t kept = 0;
  for (std::size_t lsa = 0; lsa < lines_.size(); ++lsa) {
    if (gone[lsa]) continue;
    moved[lsa] = LsaId{kept};
    if (kept != lsa) {
      lines_[kept] = std::move(lines_[lsa]);
      now_.entries_[kept] = std::move(now_.entries_[lsa]);
    }
    ++kept;
  }
  lines_.resize(kept);
  now_.entries_.resize(kept);
  now_.order_.clear();
  now_.grow_index();
  decltype(deaths_) deaths;
  for (; !deaths_.empty(); deaths_.pop()) {
    const auto [time, lsa] = deaths_.top();
    if (moved[lsa.value()].valid()) deaths.emplace(time, moved[lsa.value()]);
  }
  deaths_ = std::move(deaths);
}

std::size_t LsdbHistory::instance_count() const {
  std::size_t count = 0;
  for (const Line& line : lines_) count += line.instances.size();
  return count;
}

std::size_t LsdbHistory::memory() const {
  std::size_t bytes = deaths_.size() * sizeof(Death) + changes_.capacity() * sizeof(Time);
  for (const Line& line : lines_) {
    bytes += sizeof(Line) + line.instances.capacity() * sizeof(Instance);
    for (const LsaBytes& contents : line.contents) bytes += sizeof(LsaBytes) + contents.size();
  }
  return bytes;
}

}  // namespace anemone
