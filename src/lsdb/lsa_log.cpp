#include "lsdb/lsa_log.h"

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

namespace anemone {
namespace {

bool earlier(const HeardLsa& a, const HeardLsa& b) { return a.time < b.time; }

// LSAs that will die of age unless something newer comes, the next one first.
using Deaths =
    std::priority_queue<std::pair<Time, LsdbKey>, std::vector<std::pair<Time, LsdbKey>>, std::greater<>>;

// Notes the deaths up to `until`. One that was refreshed in the meantime dies later, and is noted then.
void note_deaths(Deaths& deaths, Time until, Lsdb& lsdb, std::vector<Time>& changes) {
  while (!deaths.empty() && deaths.top().first <= until) {
    const auto [time, key] = deaths.top();
    deaths.pop();
    lsdb.advance(time - Duration{1});
    const StoredLsa* stored = lsdb.find(key);
    if (stored != nullptr && stored->dies() == time) changes.push_back(time);
    lsdb.advance(time);
  }
}

}  // namespace

void LsaLog::sort() { std::stable_sort(entries.begin(), entries.end(), earlier); }

std::optional<HeardLsa> heard_lsa(Time time, std::uint16_t vantage, AreaId area, Bytes bytes) {
  ByteReader in(bytes);
  ospf::LsaView lsa;
  if (ospf::read_lsa(in, lsa) != ospf::Refusal::kNone || in.left() > 0) return std::nullopt;
  return HeardLsa{time, vantage,    false,
                  area, lsa.header, std::make_shared<std::vector<std::uint8_t>>(bytes.begin(), bytes.end())};
}

LsdbHistory::LsdbHistory(const LsaLog& log) : log_(log) {
  Lsdb lsdb;
  Deaths deaths;
  for (std::size_t i = 0; i < log.entries.size(); ++i) {
    if (i % kEntriesPerCheckpoint == 0) checkpoints_.push_back({i, lsdb});
    const HeardLsa& heard = log.entries[i];
    note_deaths(deaths, heard.time, lsdb, changes_);
    const LsdbChange change = lsdb.install(heard);
    if (heard.described || change == LsdbChange::kNone) continue;
    if (change == LsdbChange::kChanged) changes_.push_back(heard.time);
    const LsdbKey key = lsdb_key(heard.area, heard.header.key);
    if (const StoredLsa* stored = lsdb.find(key); stored && stored->dies()) {
      deaths.emplace(*stored->dies(), key);
    }
  }
  note_deaths(deaths, Time::max(), lsdb, changes_);
  changes_.erase(std::unique(changes_.begin(), changes_.end()), changes_.end());
}

Lsdb LsdbHistory::at(Time time) const {
  const auto& entries = log_.entries;
  const auto end = static_cast<std::size_t>(
      std::partition_point(entries.begin(), entries.end(),
                           [&](const HeardLsa& heard) { return heard.time <= time; }) -
      entries.begin());
  Lsdb lsdb;
  std::size_t next = 0;
  if (end > 0) {
    const Checkpoint& checkpoint = checkpoints_[(end - 1) / kEntriesPerCheckpoint];
    lsdb = checkpoint.lsdb;
    next = checkpoint.entries;
  }
  for (; next < end; ++next) lsdb.install(entries[next]);
  lsdb.advance(time);
  return lsdb;
}

}  // namespace anemone
