#include "lsdb/lsdb.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace anemone {
namespace {

constexpr std::uint32_t kEmpty = 0xffff'ffff;
// ISO 10589 ZeroAgeLifetime: so long a purged LSP is remembered before its originator may begin anew.
constexpr Duration kIsisZeroAge = 60s;

struct HeaderBytes {  // not part of what an LSA says: refreshed with every instance
  std::size_t lifetime, sequence, checksum;
};
constexpr HeaderBytes kOspfHeader{0, 12, 16};
constexpr HeaderBytes kIsisHeader{10, 20, 24};

const HeaderBytes& header_of(Protocol protocol) {
  return protocol == Protocol::kIsis ? kIsisHeader : kOspfHeader;
}

std::uint64_t hash(const LsdbKey& key) {
  std::uint64_t h = key.id * 0x9e3779b97f4a7c15U;
  h = (h ^ key.router.value ^ std::uint64_t{key.type} << 32) * 0xbf58476d1ce4e5b9U;
  h = (h ^ (h >> 29) ^ key.area.value ^ std::uint64_t{key.area.domain} << 40) * 0x94d049bb133111ebU;
  return h ^ (h >> 32);
}

bool same_range(Bytes a, Bytes b, std::size_t from, std::size_t to) {
  return std::equal(a.begin() + static_cast<std::ptrdiff_t>(from),
                    a.begin() + static_cast<std::ptrdiff_t>(to),
                    b.begin() + static_cast<std::ptrdiff_t>(from));
}

// RFC 2328 13.2: equal but for lifetime, sequence number and checksum.
bool same_contents(Protocol protocol, Bytes a, Bytes b) {
  const HeaderBytes& header = header_of(protocol);
  if (a.size() != b.size() || a.size() < header.checksum + 2) return false;
  return same_range(a, b, header.lifetime + 2, header.sequence) &&
         same_range(a, b, header.checksum + 2, a.size()) && same_range(a, b, 0, header.lifetime);
}

// A flushed LSA is remembered so that a copy still under way cannot bring it back. Its originator may
// begin anew at the first sequence number, though: what was made after the flush is newer.
bool made_after_flush(Protocol protocol, const StoredLsa& flushed, const HeardLsa& heard) {
  const Time gone = flushed.dies().value_or(flushed.arrived);
  if (protocol == Protocol::kIsis) return heard.time > gone + kIsisZeroAge;
  if (heard.instance.left_s == LsaInstance::kForever) return heard.time > gone;
  const int age_s = ospf::kMaxAgeSeconds - std::min(heard.instance.left_s, ospf::kMaxAgeSeconds);
  return heard.time - std::chrono::seconds(age_s) > flushed.arrived;
}

}  // namespace

std::uint16_t StoredLsa::left_s(Time now) const {
  if (instance.left_s == LsaInstance::kForever || instance.flushed()) return instance.left_s;
  const auto passed_s = std::chrono::duration_cast<std::chrono::seconds>(now - arrived).count();
  return static_cast<std::uint16_t>(
      std::clamp<std::int64_t>(instance.left_s - passed_s, 0, LsaInstance::kForever - 1));
}

std::uint16_t StoredLsa::age_s(Time now) const {
  return static_cast<std::uint16_t>(ospf::kMaxAgeSeconds - std::min(left_s(now), ospf::kMaxAgeSeconds));
}

std::optional<Time> StoredLsa::dies() const {
  if (instance.left_s == LsaInstance::kForever || instance.flushed()) return std::nullopt;
  return arrived + std::chrono::seconds(instance.left_s);
}

std::vector<std::uint8_t> whole_lsa(Protocol protocol, const StoredLsa& stored) {
  const Bytes bytes = stored.bytes;
  std::vector<std::uint8_t> whole(bytes.begin(), bytes.end());
  const HeaderBytes& header = header_of(protocol);
  if (whole.size() < header.checksum + 2) return whole;
  auto put = [&](std::size_t at, std::uint32_t value, int width) {
    for (int i = width; i-- > 0; value >>= 8U) whole[at + static_cast<std::size_t>(i)] = value & 0xffU;
  };
  const std::uint16_t left_s = stored.instance.left_s;
  if (protocol == Protocol::kIsis) {
    put(header.lifetime, left_s, 2);
  } else if (left_s != LsaInstance::kForever) {  // of one that does not age, the first instance's age
    put(header.lifetime, ospf::kMaxAgeSeconds - std::min(left_s, ospf::kMaxAgeSeconds), 2);
  }
  put(header.sequence, static_cast<std::uint32_t>(stored.instance.sequence), 4);
  put(header.checksum, stored.instance.checksum, 2);
  return whole;
}

LsaInstance Lsdb::now(const StoredLsa& stored) const {
  return {stored.instance.sequence, stored.instance.checksum, stored.left_s(time_)};
}

Lsdb::Installed Lsdb::install_at(const HeardLsa& heard) {
  time_ = std::max(time_, heard.time);
  if (heard.described) {
    describe(heard);
    return {};
  }
  const Protocol protocol = protocol_of(heard.key.area.domain);
  StoredLsa fresh{heard.time, heard.instance, heard.vantage, heard.bytes};
  std::uint32_t* slot = slot_of(heard.key);
  if (*slot == kEmpty) {
    *slot = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back({heard.key, std::move(fresh)});
    forget_described(heard.key);
    return {heard.instance.flushed() ? LsdbChange::kNone : LsdbChange::kChanged, LsaId{entries_.size() - 1}};
  }
  const LsaId id{*slot};
  StoredLsa& ours = entries_[*slot].lsa;
  const bool was_alive = alive(ours);
  const bool restarted = !was_alive && made_after_flush(protocol, ours, heard);
  if (!restarted && compare_instances(protocol, heard.instance, now(ours)) <= 0)
    return {LsdbChange::kNone, id};
  const bool dies_at_once = heard.instance.flushed();
  const bool same = same_contents(protocol, ours.bytes, heard.bytes);
  if (same) fresh.bytes = ours.bytes;
  ours = std::move(fresh);
  forget_described(heard.key);
  const bool refreshed = was_alive ? same && !dies_at_once : dies_at_once;
  return {refreshed ? LsdbChange::kRefreshed : LsdbChange::kChanged, id};
}

void Lsdb::describe(const HeardLsa& heard) {
  described_.insert_or_assign(heard.key, StoredLsa{heard.time, heard.instance, heard.vantage, {}});
  forget_described(heard.key);
}

// Forgets a description of what we have by now.
void Lsdb::forget_described(const LsdbKey& key) {
  if (described_.empty()) return;
  const auto described = described_.find(key);
  if (described != described_.end() && !newer_than_ours(key, described->second)) described_.erase(described);
}

bool Lsdb::newer_than_ours(const LsdbKey& key, const StoredLsa& described) const {
  const Entry* ours = entry(key);
  return ours == nullptr ||
         compare_instances(protocol_of(key.area.domain), now(described), now(ours->lsa)) > 0;
}

std::uint32_t* Lsdb::slot_of(const LsdbKey& key) {
  if (index_.size() < 2 * (entries_.size() + 1)) grow_index();
  const std::size_t mask = index_.size() - 1;
  std::size_t at = hash(key) & mask;
  while (index_[at] != kEmpty && entries_[index_[at]].key != key) at = (at + 1) & mask;
  return &index_[at];
}

void Lsdb::grow_index() {
  index_.assign(std::bit_ceil(std::max<std::size_t>(64, 4 * entries_.size())), kEmpty);
  const std::size_t mask = index_.size() - 1;
  for (std::uint32_t slot = 0; slot < entries_.size(); ++slot) {
    std::size_t at = hash(entries_[slot].key) & mask;
    while (index_[at] != kEmpty) at = (at + 1) & mask;
    index_[at] = slot;
  }
}

const Lsdb::Entry* Lsdb::entry(const LsdbKey& key) const {
  if (index_.empty()) return nullptr;
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = hash(key) & mask; index_[at] != kEmpty; at = (at + 1) & mask) {
    if (entries_[index_[at]].key == key) return &entries_[index_[at]];
  }
  return nullptr;
}

const StoredLsa* Lsdb::find(const LsdbKey& key) const {
  const Entry* found = entry(key);
  return found != nullptr && alive(found->lsa) ? &found->lsa : nullptr;
}

// Few LSAs are new at a time: they are sorted by themselves and merged in.
std::span<const std::uint32_t> Lsdb::order() const {
  const std::size_t sorted = order_.size();
  if (sorted == entries_.size()) return order_;
  order_.resize(entries_.size());
  const auto fresh = order_.begin() + static_cast<std::ptrdiff_t>(sorted);
  std::iota(fresh, order_.end(), static_cast<std::uint32_t>(sorted));
  const auto by_key = [&](std::uint32_t a, std::uint32_t b) { return entries_[a].key < entries_[b].key; };
  std::sort(fresh, order_.end(), by_key);
  std::inplace_merge(order_.begin(), fresh, order_.end(), by_key);
  return order_;
}

std::vector<LsdbKey> Lsdb::described_but_unheard() const {
  std::vector<LsdbKey> missing;
  for (const auto& [key, described] : described_) {
    if (alive(described) && newer_than_ours(key, described)) missing.push_back(key);
  }
  return missing;
}

}  // namespace anemone
