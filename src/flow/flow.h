// A Flow is what a FlowTable remembers of the events under one key, until it is cut or ends.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "capture/micro_flow.h"

namespace anemone {

// Why a flow left the table (RFC 5102's flowEndReason; a cut at a slice boundary is an active timeout).
enum class FlowEnd : std::uint8_t {
  kUnknown = 0,  // read from elsewhere, where nobody said
  kIdle = 1,     // nothing came for the idle time
  kActive = 2,   // it lasted for the active time, or crossed a slice boundary; it goes on as a new flow
  kEnded = 3,    // the connection was seen to end; said by other exporters
  kForced = 4,   // the end of input
  kNoRoom = 5,   // pushed out of a full table
};

struct Flow {
  FlowKey key;
  Time start{};  // of the first event
  Time end{};    // of the last
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  Origin origin{};
  std::uint32_t srtt_us = 0;      // of the last event that knew it
  std::uint32_t retransmits = 0;  // the sum
  std::uint8_t tcp_flags = 0;     // all that were seen, or-ed
  std::uint8_t tos = 0;           // of the first event
  FlowEnd reason = FlowEnd::kForced;
  std::uint8_t accuracy = kExact;  // of all events, or-ed
};

}  // namespace anemone
