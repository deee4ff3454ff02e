#include "lsdb/lsdb.h"

#include <algorithm>

namespace anemone {
namespace {

using ospf::LsaHeader;

LsaHeader aged(const StoredLsa& stored, Time now) {
  LsaHeader header = stored.header;
  header.age_s = stored.age_s(now);
  return header;
}

bool same_contents(const StoredLsa& a, const HeardLsa& b) {
  if (a.header.options != b.header.options || a.header.length != b.header.length) return false;
  const Bytes old_body = a.body();
  const Bytes new_body = Bytes(*b.bytes).subspan(ospf::kLsaHeaderSize);
  return std::equal(old_body.begin(), old_body.end(), new_body.begin(), new_body.end());
}

// A flushed LSA is remembered so that a copy still under way cannot bring it back. Its originator may
// begin anew at the first sequence number, though: what was made after the flush is newer.
bool made_after_flush(const StoredLsa& flushed, const HeardLsa& heard) {
  return heard.time - std::chrono::seconds(heard.header.age_s) > flushed.arrived;
}

}  // namespace

LsdbKey lsdb_key(AreaId area, const ospf::LsaKey& lsa) {
  const bool as_wide = lsa.type == ospf::LsaType::kExternal || lsa.type == ospf::LsaType::kOpaqueAs;
  return {as_wide, as_wide ? AreaId{} : area, lsa};
}

std::uint16_t StoredLsa::age_s(Time now) const {
  if (header.do_not_age) return header.age_s;
  const auto passed_s = std::chrono::duration_cast<std::chrono::seconds>(now - arrived).count();
  return static_cast<std::uint16_t>(
      std::clamp<std::int64_t>(header.age_s + passed_s, 0, ospf::kMaxAgeSeconds));
}

std::optional<Time> StoredLsa::dies() const {
  if (header.do_not_age || header.age_s >= ospf::kMaxAgeSeconds) return std::nullopt;
  return arrived + std::chrono::seconds(ospf::kMaxAgeSeconds - header.age_s);
}

LsdbChange Lsdb::install(const HeardLsa& heard) {
  time_ = std::max(time_, heard.time);
  const LsdbKey key = lsdb_key(heard.area, heard.header.key);
  StoredLsa fresh{heard.time, heard.header, heard.bytes};
  if (heard.described) {
    described_.insert_or_assign(key, std::move(fresh));
    return LsdbChange::kNone;
  }
  auto [at, is_new] = lsas_.try_emplace(key, fresh);
  const bool dies_at_once = heard.header.age_s >= ospf::kMaxAgeSeconds;
  if (is_new) return dies_at_once ? LsdbChange::kNone : LsdbChange::kChanged;

  StoredLsa& ours = at->second;
  const bool was_alive = alive(ours);
  const bool restarted = !was_alive && made_after_flush(ours, heard);
  if (!restarted && ospf::compare_instances(heard.header, aged(ours, heard.time)) <= 0) {
    return LsdbChange::kNone;
  }
  const bool refreshed = was_alive && !dies_at_once && same_contents(ours, heard);
  ours = std::move(fresh);
  if (refreshed || (!was_alive && dies_at_once)) return LsdbChange::kRefreshed;
  return LsdbChange::kChanged;
}

const StoredLsa* Lsdb::find(const LsdbKey& key) const {
  auto found = lsas_.find(key);
  return found != lsas_.end() && alive(found->second) ? &found->second : nullptr;
}

std::vector<LsdbKey> Lsdb::described_but_unheard() const {
  std::vector<LsdbKey> missing;
  for (const auto& [key, described] : described_) {
    if (!alive(described)) continue;
    auto ours = lsas_.find(key);
    if (ours == lsas_.end() ||
        ospf::compare_instances(aged(described, time_), aged(ours->second, time_)) > 0) {
      missing.push_back(key);
    }
  }
  return missing;
}

}  // namespace anemone
