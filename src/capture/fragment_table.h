// A FragmentTable gives every fragment the ports of its datagram, which only the first fragment carries.
//
// Fragments that overtake their first are held as counts and join it when it comes; when it does not
// come in time, or room is needed, they are released with ports 0 and counted. Nothing is reassembled.
//
// Bounded: kSets sets of kWays datagrams; in a full set the datagram longest unheard of gives way.
#pragma once

#include <cstdint>
#include <vector>

#include "capture/event.h"
#include "packet/ip.h"

namespace anemone {

class FragmentTable {
 public:
  static constexpr Duration kPatience = 30s;  // how long a datagram is waited for

  // Completes `event`, made from the fragment `packet`, with its datagram's key. False when it is held
  // back until the first fragment comes. Appends to `orphans` what gives up waiting.
  bool place(const IpPacket& packet, Event& event, std::vector<Event>& orphans);

  // Appends all that still waits.
  void release(std::vector<Event>& orphans);

 private:
  static constexpr std::size_t kSets = 1024;
  static constexpr std::size_t kWays = 4;

  struct Datagram {
    IpAddress src;
    IpAddress dst;
    std::uint32_t id = 0;
    std::uint8_t protocol = 0;  // IPv4 tells datagrams apart by it as well
    bool used = false;
    bool first_seen = false;
    FlowKey key;                   // with ports, once first_seen
    Time heard{};                  // last
    std::uint32_t bytes_seen = 0;  // of the datagram's payload
    std::uint32_t bytes_all = 0;   // known from the last fragment
    Event held;                    // packets == 0: nothing is
  };

  Datagram& find(const IpPacket& packet, Time now, std::vector<Event>& orphans);
  static void orphan(Datagram& datagram, std::vector<Event>& orphans);

  std::vector<Datagram> datagrams_;  // kSets * kWays, made at the first fragment
};

}  // namespace anemone
