#include "flow/flow_table.h"

#include <algorithm>
#include <array>

namespace anemone {
namespace {

constexpr std::size_t kFirstSlots = 8192;

void prefetch(const void* address) { __builtin_prefetch(address, 1); }

std::uint32_t hash_of(const FlowSubject& subject) {
  constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;
  const Origin& origin = subject.origin;
  std::uint64_t h = std::hash<FlowKey>{}(subject.key);
  h = (h ^ (std::uint64_t{origin.owner.value()} << 32 | origin.pid)) * kMix;
  h ^= h >> 29;
  h = (h ^ (std::uint64_t{origin.application.value()} << 32 | origin.interface)) * kMix;
  h ^= h >> 29;
  h ^= std::uint64_t{origin.tunnel.value()} << 16 | std::uint64_t{subject.tos} << 8;
  h = (h ^ static_cast<std::uint64_t>(subject.key.direction)) * kMix;
  return static_cast<std::uint32_t>(h >> 32);
}

}  // namespace

FlowTable::FlowTable(FlowLimits limits, const FlowDefinition& definition, OwnerTable* owners)
    : limits_(limits),
      mask_(definition, owners),
      whole_(definition.is_whole_key()),
      tos_matters_(definition.key.has(KeyField::kTos)),
      slots_(kFirstSlots) {
  limits_.flows = std::clamp<std::size_t>(limits_.flows, 1, kNone - 1);
}

void FlowTable::add(std::span<const Event> events, std::vector<Flow>& out) {
  while (!events.empty()) {
    const std::size_t count = std::min(events.size(), kBatch);
    add_batch(events.first(count), out);
    events = events.subspan(count);
  }
}

// Three walks over the batch: hashes, and the slots are on their way; slots, and the flows are on their
// way; flows. A guess that a walk before made wrong (an insertion moved it) costs time, nothing else.
void FlowTable::add_batch(std::span<const Event> events, std::vector<Flow>& out) {
  std::array<std::uint32_t, kBatch> hashes{};
  std::array<FlowKey, kBatch> cut;
  const bool whole = whole_;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!whole) cut[i] = mask_.key_of(events[i].key);
    const std::size_t hash = std::hash<FlowKey>{}(whole ? events[i].key : cut[i]);
    hashes[i] = static_cast<std::uint32_t>(hash >> 32);
    prefetch(&slots_[hashes[i] & mask]);
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Slot slot = slots_[hashes[i] & mask];
    if (slot.flow == kNone) continue;
    const auto* flow = reinterpret_cast<const char*>(&at(slot.flow));
    prefetch(flow);
    prefetch(flow + 64);
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    add_one(events[i], whole ? events[i].key : cut[i], hashes[i], out);
  }
}

void FlowTable::add_one(const Event& event, const FlowKey& key, std::uint32_t hash, std::vector<Flow>& out) {
  const std::uint32_t index = find(key, hash);
  if (index == kNone) return insert(event, key, hash, out);
  Entry& entry = at(index);
  if (!goes_on(entry, event.time)) {
    entry.flow.reason = reason(entry, event.time);
    out.push_back(entry.flow);
    unlink(index);
    link_newest(index);
    return begin(entry, event, key);
  }
  Flow& flow = entry.flow;
  flow.start = std::min(flow.start, event.time);
  flow.end = std::max(flow.end, event.time);
  flow.packets += event.packets;
  flow.bytes += event.bytes;
  flow.tcp_flags |= event.tcp_flags;
}

std::uint32_t FlowTable::find(const FlowKey& key, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot slot = slots_[i];
    if (slot.flow == kNone) return kNone;
    if (slot.tag == hash && at(slot.flow).flow.key == key) return slot.flow;
  }
}

bool FlowTable::goes_on(const Entry& entry, Time time) const {
  if (time >= entry.cut) return false;
  if (limits_.idle.count() > 0 && time - entry.flow.end > limits_.idle) return false;
  if (time >= entry.flow.start || limits_.slice.count() == 0) return true;
  return slice_start(time, limits_.slice) == slice_start(entry.flow.start, limits_.slice);
}

FlowEnd FlowTable::reason(const Entry& entry, Time time) const {
  const bool idle = limits_.idle.count() > 0 && time - entry.flow.end > limits_.idle;
  return idle && time < entry.cut ? FlowEnd::kIdle : FlowEnd::kActive;
}

bool FlowTable::due(const Entry& entry, Time now) const {
  return now >= entry.flow.start && !goes_on(entry, now);
}

void FlowTable::begin(Entry& entry, const Event& event, const FlowKey& key) const {
  entry.flow = {.key = key,
                .start = event.time,
                .end = event.time,
                .packets = event.packets,
                .bytes = event.bytes,
                .origin = {},
                .tcp_flags = event.tcp_flags,
                .tos = event.tos};
  entry.cut = cut_of(event.time);
}

Time FlowTable::cut_of(Time start) const {
  Time cut = Time::max();
  if (limits_.slice.count() > 0) cut = slice_start(start, limits_.slice) + limits_.slice;
  if (limits_.active.count() > 0) cut = std::min(cut, start + limits_.active);
  return cut;
}

void FlowTable::insert(const Event& event, const FlowKey& key, std::uint32_t hash, std::vector<Flow>& out) {
  begin(at(claim(hash, out)), event, key);
}

// A place for a flow that begins, found under `hash` from now on; its flow is the caller's to fill in.
std::uint32_t FlowTable::claim(std::uint32_t hash, std::vector<Flow>& out) {
  if (size_ >= limits_.flows) {
    ++pushed_out_;
    leave(oldest_, FlowEnd::kNoRoom, out);
  }
  if ((size_ + 1) * 4 > slots_.size() * 3) grow();
  std::uint32_t index = free_;
  if (index == kNone) {
    index = entries_++;
    if (index % kPiece == 0) pieces_.push_back(std::make_unique<Entry[]>(kPiece));
  } else {
    free_ = at(index).newer;
  }
  at(index).hash = hash;
  link_newest(index);
  put_slot(hash, index);
  ++size_;
  return index;
}

void FlowTable::add(std::span<const MicroFlow> micro_flows, std::vector<Flow>& out) {
  while (!micro_flows.empty()) {
    const std::size_t count = std::min(micro_flows.size(), kBatch);
    add_batch(micro_flows.first(count), out);
    micro_flows = micro_flows.subspan(count);
  }
}

// The same three walks.
void FlowTable::add_batch(std::span<const MicroFlow> micro_flows, std::vector<Flow>& out) {
  std::array<std::uint32_t, kBatch> hashes{};
  std::array<FlowSubject, kBatch> subjects;
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = 0; i < micro_flows.size(); ++i) {
    subjects[i] = mask_.subject_of(micro_flows[i]);
    hashes[i] = hash_of(subjects[i]);
    prefetch(&slots_[hashes[i] & mask]);
  }
  for (std::size_t i = 0; i < micro_flows.size(); ++i) {
    const Slot slot = slots_[hashes[i] & mask];
    if (slot.flow == kNone) continue;
    const auto* flow = reinterpret_cast<const char*>(&at(slot.flow));
    prefetch(flow);
    prefetch(flow + 64);
  }
  for (std::size_t i = 0; i < micro_flows.size(); ++i) add_one(micro_flows[i], subjects[i], hashes[i], out);
}

void FlowTable::add_one(const MicroFlow& micro_flow, const FlowSubject& subject, std::uint32_t hash,
                        std::vector<Flow>& out) {
  const std::uint32_t index = find(subject, hash);
  if (index == kNone) return begin(at(claim(hash, out)), micro_flow, subject);
  Entry& entry = at(index);
  const Event& event = micro_flow.event;
  if (!goes_on(entry, event.time)) {
    entry.flow.reason = reason(entry, event.time);
    out.push_back(entry.flow);
    unlink(index);
    link_newest(index);
    return begin(entry, micro_flow, subject);
  }
  Flow& flow = entry.flow;
  flow.start = std::min(flow.start, event.time);
  flow.end = std::max(flow.end, std::min(micro_flow.end(), entry.cut - Duration{1}));
  flow.packets += event.packets;
  flow.bytes += event.bytes;
  flow.tcp_flags |= event.tcp_flags;
  flow.retransmits += micro_flow.retransmits;
  flow.accuracy |= micro_flow.accuracy;
  if (micro_flow.srtt_us > 0) flow.srtt_us = micro_flow.srtt_us;
}

std::uint32_t FlowTable::find(const FlowSubject& subject, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot slot = slots_[i];
    if (slot.flow == kNone) return kNone;
    if (slot.tag != hash) continue;
    const Flow& flow = at(slot.flow).flow;
    if (flow.key == subject.key && flow.origin == subject.origin &&
        (!tos_matters_ || flow.tos == subject.tos)) {
      return slot.flow;
    }
  }
}

void FlowTable::begin(Entry& entry, const MicroFlow& micro_flow, const FlowSubject& subject) const {
  begin(entry, micro_flow.event, subject.key);
  entry.flow.end = std::min(micro_flow.end(), entry.cut - Duration{1});
  entry.flow.origin = subject.origin;
  entry.flow.srtt_us = micro_flow.srtt_us;
  entry.flow.retransmits = micro_flow.retransmits;
  entry.flow.accuracy = micro_flow.accuracy;
}

void FlowTable::leave(std::uint32_t index, FlowEnd reason, std::vector<Flow>& out) {
  Entry& entry = at(index);
  entry.flow.reason = reason;
  out.push_back(entry.flow);
  erase_slot(index);
  unlink(index);
  entry.newer = free_;
  free_ = index;
  --size_;
}

void FlowTable::link_newest(std::uint32_t index) {
  at(index).older = newest_;
  at(index).newer = kNone;
  (newest_ == kNone ? oldest_ : at(newest_).newer) = index;
  newest_ = index;
}

void FlowTable::unlink(std::uint32_t index) {
  const Entry& entry = at(index);
  (entry.older == kNone ? oldest_ : at(entry.older).newer) = entry.newer;
  (entry.newer == kNone ? newest_ : at(entry.newer).older) = entry.older;
}

void FlowTable::put_slot(std::uint32_t hash, std::uint32_t index) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t i = hash & mask;
  while (slots_[i].flow != kNone) i = (i + 1) & mask;
  slots_[i] = {hash, index};
}

// Takes the flow's slot out and moves up those behind it that would no longer be found (Knuth's
// algorithm R for linear probing): no tombstones, so that a table in use for weeks does not fill up.
void FlowTable::erase_slot(std::uint32_t index) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = at(index).hash & mask;
  while (slots_[hole].flow != index) hole = (hole + 1) & mask;
  for (std::size_t i = (hole + 1) & mask; slots_[i].flow != kNone; i = (i + 1) & mask) {
    const std::size_t home = slots_[i].tag & mask;
    if (((i - home) & mask) < ((i - hole) & mask)) continue;
    slots_[hole] = slots_[i];
    hole = i;
  }
  slots_[hole] = {};
}

void FlowTable::grow() {
  slots_.assign(slots_.size() * 2, {});
  for (std::uint32_t i = oldest_; i != kNone; i = at(i).newer) put_slot(at(i).hash, i);
}

void FlowTable::expire(Time now, std::vector<Flow>& out) { expire(now, out, kNone, {}); }

void FlowTable::expire(Time now, std::vector<Flow>& out, std::size_t many, const TakeSome& take) {
  for (std::uint32_t i = oldest_; i != kNone;) {
    const std::uint32_t newer = at(i).newer;
    if (due(at(i), now)) {
      leave(i, reason(at(i), now), out);
      if (out.size() >= many) take(out);
    }
    i = newer;
  }
}

void FlowTable::finish(std::vector<Flow>& out) {
  out.reserve(out.size() + size_);
  while (finish_some(size_, out)) {
  }
}

bool FlowTable::finish_some(std::size_t count, std::vector<Flow>& out) {
  if (size_ == 0) {
    slots_.assign(kFirstSlots, {});
    pieces_.clear();
    entries_ = 0;
    free_ = oldest_ = newest_ = kNone;
    return false;
  }
  for (; count > 0 && size_ > 0; --count, --size_) {
    at(oldest_).flow.reason = FlowEnd::kForced;
    out.push_back(at(oldest_).flow);
    oldest_ = at(oldest_).newer;
  }
  return true;
}

}  // namespace anemone
