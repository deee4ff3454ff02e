// A FlowFilter is a filter (filter/filter.h) made ready to be asked of micro-flows, flows and flow records:
// nanoseconds each, as a chain of comparisons of numbers. Names are resolved once for each owner, application
// and tunnel and kept.
//
// What only a store with routing can know is refused with the column. A test of a name that nobody knows does
// not hold. One thread at a time: answers about names are kept on the way.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/record_names.h"
#include "filter/filter.h"
#include "flow/flow.h"
#include "flow/flow_definition.h"

namespace anemone {

// What the filter is asked of: views of a micro-flow's or a flow's parts.
struct FlowFacts {
  const FlowKey& key;
  const Origin& origin;
  std::uint64_t packets;
  std::uint64_t bytes;
  std::uint64_t lasted_us;
  std::uint32_t srtt_us;
  std::uint32_t retransmits;
  std::uint8_t tcp_flags;
  std::uint8_t tos;
};

inline FlowFacts facts_of(const MicroFlow& micro_flow) {
  const Event& event = micro_flow.event;
  return {event.key,          micro_flow.origin,      event.packets,   event.bytes, micro_flow.lasted_us,
          micro_flow.srtt_us, micro_flow.retransmits, event.tcp_flags, event.tos};
}

// Of a Flow or a FlowRecord.
template <class F>
FlowFacts facts_of(const F& flow) {
  return {flow.key,
          flow.origin,
          flow.packets,
          flow.bytes,
          static_cast<std::uint64_t>((flow.end - flow.start).count()),
          flow.srtt_us,
          flow.retransmits,
          flow.tcp_flags,
          flow.tos};
}

// Numbers of interfaces by name, where they are known.
using InterfaceNumbers = std::map<std::string, std::uint32_t>;

class FlowFilter {
 public:
  // `names` must outlive the filter, and may grow.
  static Result<FlowFilter> make(const Filter& filter, const RecordNames& names,
                                 const InterfaceNumbers& interfaces = {});

  bool matches(const FlowFacts& facts);
  template <class F>
  bool matches(const F& flow) {
    return matches(facts_of(flow));
  }
  bool is_everything() const { return start_ == kYes; }

 private:
  friend class FlowFilterMaker;

  // Where to go on after a test: another one, or an answer.
  using Step = std::int32_t;
  static constexpr Step kYes = -1;
  static constexpr Step kNo = -2;

  struct Network {
    std::uint64_t high_mask, high, low_mask, low;
    bool has(const IpAddress& address) const {
      return (address.high() & high_mask) == high && (address.low() & low_mask) == low;
    }
  };

  struct Test {
    FilterField field{};
    FilterEnd end{};
    bool outer = false;      // of the tunnel's addresses
    bool in_tunnel = false;  // only whether there is a tunnel
    std::vector<Network> networks;
    std::vector<FilterRange> ranges;
    std::vector<std::string> globs;
    std::vector<std::uint8_t> verdicts;  // by id: 0 not asked yet, 1 no, 2 yes
    Step yes = kYes;
    Step no = kNo;
  };

  bool holds(Test& test, const FlowFacts& facts) const;
  bool name_holds(Test& test, const FlowFacts& facts) const;
  template <class Id, class Name>
  static bool known(Test& test, Id id, std::size_t ids, const Name& name);

  const RecordNames* names_ = nullptr;
  std::vector<Test> tests_;
  Step start_ = kYes;
};

// A filter of a definition in two: what is asked of micro-flows before they are added up, and what is asked
// of flows (packets, bytes, duration, round-trip time, retransmits, flags). Parts between "and" go each to
// its place; an error when one mixes both and the flow no longer has what it asks for.
struct FilterStages {
  Filter before;
  Filter after;
};
Result<FilterStages> stages_of(const FlowDefinition& definition);

}  // namespace anemone
