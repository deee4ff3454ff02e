#include "agent/late_readings.h"

#include <algorithm>

namespace anemone {
namespace {

constexpr Duration kPunctual = 20ms;

// How many of a micro-flow's packets, evenly apart, had passed before `cut`; at least the first, and not the
// last. REQUIRES: event.time < cut <= end, and two packets or more.
std::uint32_t packets_before(const MicroFlow& micro_flow, Time cut) {
  const auto gaps = static_cast<std::int64_t>(micro_flow.event.packets) - 1;
  const std::int64_t passed = (cut - micro_flow.event.time).count() * gaps;
  return static_cast<std::uint32_t>(
      std::clamp(1 + (passed - 1) / micro_flow.lasted_us, std::int64_t{1}, gaps));
}

// Keeps what was before `cut`, and answers the rest.
MicroFlow part(MicroFlow& whole, Time cut) {
  MicroFlow rest = whole;
  const std::uint32_t before = packets_before(whole, cut);
  const std::uint32_t packets = whole.event.packets;
  const auto bytes = static_cast<std::uint64_t>(static_cast<double>(whole.event.bytes) * before / packets);
  whole.event.packets = before;
  whole.event.bytes = bytes;
  whole.lasted_us = static_cast<std::uint32_t>((cut - Duration{1} - whole.event.time).count());
  rest.event.time = cut;
  rest.event.packets = packets - before;
  rest.event.bytes -= bytes;
  rest.lasted_us -= whole.lasted_us + 1;
  rest.retransmits = 0;
  return rest;
}

}  // namespace

void part_at_slices(std::vector<MicroFlow>& micro_flows, Duration slice) {
  for (std::size_t i = 0; i < micro_flows.size(); ++i) {  // the parts that are appended, too
    const Time cut = slice_start(micro_flows[i].event.time, slice) + slice;
    if (micro_flows[i].event.packets < 2 || micro_flows[i].end() < cut + kPunctual) continue;
    const MicroFlow rest = part(micro_flows[i], cut);
    micro_flows.push_back(rest);
  }
}

}  // namespace anemone
