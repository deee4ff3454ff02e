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

// REQUIRES: the event and what has been counted begin less than an hour apart.
void count(const Event& event, Time event_end, PackedFlow& flow) {
  const Time end = std::max(flow.end(), event_end);
  flow.start = std::min(flow.start, event.time);
  flow.lasted_us = static_cast<std::uint32_t>((end - flow.start).count());
  flow.packets += event.packets;
  flow.bytes += event.bytes;
  flow.tcp_flags |= event.tcp_flags;
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
    prefetch(&at(slot.flow));
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    add_one(events[i], whole ? events[i].key : cut[i], hashes[i], out);
  }
}

void FlowTable::add_one(const Event& event, const FlowKey& key, std::uint32_t hash, std::vector<Flow>& out) {
  const std::uint32_t index = find(key, hash);
  if (index == kNone) return begin(at(claim(key, {}, hash, out)).flow, event);
  Entry& entry = at(index);
  PackedFlow& flow = entry.flow;
  if (!goes_on(flow, event.time, event.packets)) {
    end(entry, reason(flow, event.time), out);
    unlink(index);
    link_newest(index);
    return begin(flow, event);
  }
  count(event, event.time, flow);
}

std::uint32_t FlowTable::find(const FlowKey& key, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const Slot slot = slots_[i];
    if (slot.flow == kNone) return kNone;
    if (slot.tag == hash && packing_.has_key(at(slot.flow).flow, key)) return slot.flow;
  }
}

// Most that are asked about are in the same slice, and to divide costs more than to compare.
bool FlowTable::same_slice(Time a, Time b) {
  if (b < slice_from_ || b >= slice_to_) {
    slice_from_ = slice_start(b, limits_.slice);
    slice_to_ = slice_from_ + limits_.slice;
  }
  return a >= slice_from_ && a < slice_to_;
}

bool FlowTable::goes_on(const PackedFlow& flow, Time time, std::uint32_t packets) {
  if (time - flow.start >= kPackedLongest || flow.end() - time >= kPackedLongest) return false;
  if (!flow.has_room_for(packets)) return false;
  if (limits_.active.count() > 0 && time >= flow.start + limits_.active) return false;
  if (limits_.idle.count() > 0 && time - flow.end() > limits_.idle) return false;
  return limits_.slice.count() == 0 || same_slice(flow.start, time);
}

FlowEnd FlowTable::reason(const PackedFlow& flow, Time time) {
  const bool idle = limits_.idle.count() > 0 && time - flow.end() > limits_.idle;
  const bool too_long = limits_.active.count() > 0 && time >= flow.start + limits_.active;
  const bool crosses = limits_.slice.count() > 0 && !same_slice(flow.start, time);
  return idle && !too_long && !crosses ? FlowEnd::kIdle : FlowEnd::kActive;
}

bool FlowTable::due(const PackedFlow& flow, Time now) { return now >= flow.start && !goes_on(flow, now, 0); }

// Events from here on belong to another flow.
Time FlowTable::cut_of(Time start) {
  Time cut = start + kPackedLongest;
  if (limits_.slice.count() > 0) {
    same_slice(start, start);
    cut = std::min(cut, slice_to_);
  }
  if (limits_.active.count() > 0) cut = std::min(cut, start + limits_.active);
  return cut;
}

// Its entry is kept, for the next flow under the same key.
void FlowTable::end(Entry& entry, FlowEnd reason, std::vector<Flow>& out) const {
  out.push_back(packing_.unpack(entry.flow, reason));
}

void FlowTable::begin(PackedFlow& flow, const Event& event) {
  flow.start = event.time;
  flow.lasted_us = 0;
  flow.packets = event.packets;
  flow.bytes = event.bytes;
  flow.tcp_flags = event.tcp_flags;
  flow.tos = event.tos;
  flow.srtt_us = flow.retransmits = 0;
  flow.accuracy = kExact;
}

// A place for a flow that begins, found under `hash` from now on; what it counts is the caller's to fill in.
std::uint32_t FlowTable::claim(const FlowKey& key, const Origin& origin, std::uint32_t hash,
                               std::vector<Flow>& out) {
  if (size_ >= limits_.flows) {
    ++pushed_out_;
    leave(oldest_, FlowEnd::kNoRoom, out);
  }
  if ((size_ + 1) * 8 > slots_.size() * 7) grow();
  std::uint32_t index = free_;
  if (index == kNone) {
    index = entries_++;
    if (index % kPiece == 0) pieces_.push_back(std::make_unique<Entry[]>(kPiece));
  } else {
    free_ = at(index).newer;
  }
  at(index).flow = packing_.pack(key, origin);
  link_newest(index);
  put_slot(hash, index);
  ++size_;
  return index;
}

void FlowTable::add(std::span<const MicroFlow> micro_flows, std::vector<Flow>& out) {
  of_micro_flows_ = true;
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
    hashes[i] = anemone::hash_of(subjects[i]);
    prefetch(&slots_[hashes[i] & mask]);
  }
  for (std::size_t i = 0; i < micro_flows.size(); ++i) {
    const Slot slot = slots_[hashes[i] & mask];
    if (slot.flow == kNone) continue;
    prefetch(&at(slot.flow));
  }
  for (std::size_t i = 0; i < micro_flows.size(); ++i) add_one(micro_flows[i], subjects[i], hashes[i], out);
}

void FlowTable::add_one(const MicroFlow& micro_flow, const FlowSubject& subject, std::uint32_t hash,
                        std::vector<Flow>& out) {
  const Event& event = micro_flow.event;
  const std::uint32_t index = find(subject, hash);
  if (index == kNone) return begin(at(claim(subject.key, subject.origin, hash, out)).flow, micro_flow);
  Entry& entry = at(index);
  PackedFlow& flow = entry.flow;
  if (!goes_on(flow, event.time, event.packets)) {
    end(entry, reason(flow, event.time), out);
    unlink(index);
    link_newest(index);
    return begin(flow, micro_flow);
  }
  count(event, std::min(micro_flow.end(), cut_of(std::min(flow.start, event.time)) - Duration{1}), flow);
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
    const PackedFlow& flow = at(slot.flow).flow;
    if (packing_.has_key(flow, subject.key) && packing_.origin_of(flow) == subject.origin &&
        (!tos_matters_ || flow.tos == subject.tos)) {
      return slot.flow;
    }
  }
}

void FlowTable::begin(PackedFlow& flow, const MicroFlow& micro_flow) {
  begin(flow, micro_flow.event);
  const Time end = std::min(micro_flow.end(), cut_of(flow.start) - Duration{1});
  flow.lasted_us = static_cast<std::uint32_t>((end - flow.start).count());
  flow.srtt_us = micro_flow.srtt_us;
  flow.retransmits = micro_flow.retransmits;
  flow.accuracy = micro_flow.accuracy;
}

void FlowTable::leave(std::uint32_t index, FlowEnd reason, std::vector<Flow>& out) {
  Entry& entry = at(index);
  end(entry, reason, out);
  erase_slot(index);
  unlink(index);
  packing_.release(entry.flow);
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
  std::size_t hole = hash_of(at(index).flow) & mask;
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
  std::vector<Slot> before(slots_.size() * 2);
  before.swap(slots_);
  for (const Slot& slot : before) {
    if (slot.flow != kNone) put_slot(slot.tag, slot.flow);
  }
}

std::uint32_t FlowTable::hash_of(const PackedFlow& flow) const {
  const FlowKey key = packing_.key_of(flow);
  if (!of_micro_flows_) return static_cast<std::uint32_t>(std::hash<FlowKey>{}(key) >> 32);
  const std::uint8_t tos = tos_matters_ ? flow.tos : std::uint8_t{0};
  return anemone::hash_of({key, packing_.origin_of(flow), tos});
}

void FlowTable::expire(Time now, std::vector<Flow>& out) { expire(now, out, kNone, {}); }

void FlowTable::expire(Time now, std::vector<Flow>& out, std::size_t many, const TakeSome& take) {
  for (std::uint32_t i = oldest_; i != kNone;) {
    const std::uint32_t newer = at(i).newer;
    if (due(at(i).flow, now)) {
      leave(i, reason(at(i).flow, now), out);
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
    packing_.clear();
    return false;
  }
  for (; count > 0 && size_ > 0; --count, --size_) {
    end(at(oldest_), FlowEnd::kForced, out);
    oldest_ = at(oldest_).newer;
  }
  return true;
}

}  // namespace anemone
