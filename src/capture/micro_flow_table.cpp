#include "capture/micro_flow_table.h"

#include <algorithm>

namespace anemone {
namespace {

constexpr std::size_t kSlotsMin = 1024;

}  // namespace

MicroFlowTable::MicroFlowTable(std::size_t flows_max, Duration idle)
    : flows_max_(flows_max), idle_(idle), slots_(kSlotsMin, kNone) {}

std::size_t MicroFlowTable::hash_of(const FlowKey& key, std::uint32_t interface) {
  const std::uint64_t more = std::uint64_t{interface} << 8 | static_cast<std::uint8_t>(key.direction);
  return std::hash<FlowKey>{}(key) ^ more * 0x9e3779b97f4a7c15;
}

// Where the flow is, or where it would stand.
std::size_t MicroFlowTable::slot_of(const FlowKey& key, std::uint32_t interface) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash_of(key, interface) & mask;
  while (slots_[slot] != kNone) {
    const CountedFlow& flow = flows_[slots_[slot]];
    if (flow.interface == interface && flow.event.key == key) break;
    slot = (slot + 1) & mask;
  }
  return slot;
}

void MicroFlowTable::rebuild(std::size_t slots) {
  slots_.assign(slots, kNone);
  for (std::size_t i = 0; i < flows_.size(); ++i) {
    slots_[slot_of(flows_[i].event.key, flows_[i].interface)] = static_cast<std::uint32_t>(i);
  }
}

CountedFlow* MicroFlowTable::add(const Event& event, std::uint32_t interface) {
  std::size_t slot = slot_of(event.key, interface);
  if (slots_[slot] == kNone) {
    if (flows_.size() >= flows_max_) return nullptr;
    if ((flows_.size() + 1) * 2 > slots_.size()) {
      rebuild(slots_.size() * 2);
      slot = slot_of(event.key, interface);
    }
    slots_[slot] = static_cast<std::uint32_t>(flows_.size());
    CountedFlow& flow = flows_.emplace_back();
    flow.event = event;
    flow.last = event.time;
    flow.interface = interface;
    return &flow;
  }
  CountedFlow& flow = flows_[slots_[slot]];
  if (flow.event.packets == 0) {
    flow.event = event;
  } else {
    flow.event.packets += event.packets;
    flow.event.bytes += event.bytes;
    flow.event.tcp_flags |= event.tcp_flags;
    flow.event.time = std::min(flow.event.time, event.time);
  }
  flow.last = std::max(flow.last, event.time);
  return &flow;
}

void MicroFlowTable::take(Time now, const std::function<void(CountedFlow&)>& each) {
  for (CountedFlow& flow : flows_) {
    if (flow.event.packets == 0) continue;
    each(flow);
    flow.event.packets = 0;
    flow.event.bytes = 0;
    flow.event.tcp_flags = 0;
  }
  const auto gone = std::remove_if(flows_.begin(), flows_.end(),
                                   [&](const CountedFlow& flow) { return now - flow.last > idle_; });
  if (gone == flows_.end()) return;
  flows_.erase(gone, flows_.end());
  std::size_t slots = kSlotsMin;
  while (slots < flows_.size() * 2 + 2) slots *= 2;
  rebuild(slots);
}

}  // namespace anemone
