// A MicroFlow is what the kernel counted of one flow since it was last asked, and what only the host knows
// of it: whose it is, through which interface, in which tunnel.
//
// The finest grain there is: whatever is asked later is a sum of these (flow/flow_table.h).
#pragma once

#include <cstdint>

#include "capture/event.h"
#include "host/owner.h"

namespace anemone {

using TunnelId = Index<struct TunnelTag>;  // what carries it; a row of capture/record_names.h

// Where traffic comes from inside the host. Everything unknown in what comes from a capture file.
struct Origin {
  OwnerId owner;
  std::uint32_t pid = 0;
  ApplicationId application;
  std::uint32_t interface = 0;  // the kernel's index; 0 = not known
  TunnelId tunnel;              // not valid: not in a tunnel, as far as this host knows

  constexpr auto operator<=>(const Origin&) const = default;
};

// How far a count or a name can be trusted; or-ed.
enum Accuracy : std::uint8_t {
  kExact = 0,
  kOwnerGuessed = 1,  // looked up after the fact, not told by the socket (AF_PACKET)
  kShed = 2,          // the agent was over its budget: parts of the key are missing
};

struct MicroFlow {
  Event event;                    // time: of the first packet
  std::uint32_t lasted_us = 0;    // until the last packet
  std::uint32_t srtt_us = 0;      // TCP's smoothed round-trip time at the last packet; 0 = not known
  std::uint32_t retransmits = 0;  // TCP segments sent again
  std::uint8_t accuracy = kExact;
  Origin origin{};
  std::uint64_t socket = 0;  // the kernel's cookie; 0 = none

  Time end() const { return event.time + Duration{lasted_us}; }
};

}  // namespace anemone
