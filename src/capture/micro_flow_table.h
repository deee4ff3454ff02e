// A MicroFlowTable counts packets under their micro-flow, as the kernel's map does where there is eBPF: for
// packets that we have to count ourselves.
//
// take() hands on what was counted since the last time and keeps the flow, so that its owner is not asked for
// again; a flow that was silent for `idle` leaves. One open-addressing array of numbers, and one of flows;
// nothing is allocated per packet. Bounded by `flows_max`: a flow beyond is refused. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "capture/event.h"
#include "host/owner.h"
#include "host/process_seen.h"

namespace anemone {

// A micro-flow as it is counted here.
struct CountedFlow {
  Event event;  // time: of the first packet since the last take()
  Time last{};
  std::uint32_t interface = 0;
  std::uint32_t retransmits = 0;  // of the socket, as far as they were handed on
  bool closed = false;            // TCP said goodbye: what comes may be another's
  bool coarse = false;            // its ports were left out
  bool to_all = false;            // it came as broadcast or multicast
  OwnerId owner;                  // valid: it has no process, but this
  ProcessSeen process;            // else
  std::uint64_t socket = 0;
};

class MicroFlowTable {
 public:
  explicit MicroFlowTable(std::size_t flows_max = 131'072, Duration idle = 60s);

  // Counts it; null when it would be a new flow and there is no room. The pointer is valid until the next
  // call.
  CountedFlow* add(const Event& event, std::uint32_t interface);

  // Calls `each` for all flows that counted something, sets these to zero, and forgets the idle.
  void take(Time now, const std::function<void(CountedFlow&)>& each);

  std::size_t size() const { return flows_.size(); }

 private:
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  static std::size_t hash_of(const FlowKey& key, std::uint32_t interface);
  std::size_t slot_of(const FlowKey& key, std::uint32_t interface) const;
  void rebuild(std::size_t slots);

  std::size_t flows_max_;
  Duration idle_;
  std::vector<CountedFlow> flows_;
  std::vector<std::uint32_t> slots_;  // a power of two; at most half used
};

}  // namespace anemone
