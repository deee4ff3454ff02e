// A FlowRecord is a finished slice of a flow as one observer saw it (RFC 7011's Flow Record).
//
// Records are cut at multiples of the slice on the wall clock, so that a bin of several slices is an
// exact sum: no record crosses the boundary of its slice. Bytes are IP lengths, header included.
#pragma once

#include <cstdint>

#include "base/index.h"
#include "base/time.h"
#include "capture/micro_flow.h"
#include "capture/record_names.h"
#include "flow/flow.h"

namespace anemone {

// Who saw it: an agent, an exporter, a recorded host. Names are kept by whoever hands out the ids.
using ObserverId = Index<struct ObserverTag>;

struct FlowRecord {
  Time start{};  // of the first packet in the slice
  Time end{};    // of the last
  FlowKey key;
  ObserverId observer;
  std::uint8_t tcp_flags = 0;  // all that were seen, or-ed
  std::uint8_t tos = 0;        // of the first packet
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  Origin origin{};                 // numbers of the RecordNames that came with the record
  NatId nat{};                     // what the observer translates it to; not valid: it does not
  std::uint32_t srtt_us = 0;       // TCP's smoothed round-trip time; 0 = not known
  std::uint32_t retransmits = 0;   // TCP segments sent again
  std::uint8_t accuracy = kExact;  // Accuracy, or-ed
  FlowEnd reason = FlowEnd::kUnknown;

  bool operator==(const FlowRecord&) const = default;
};

}  // namespace anemone
