// A FrameCounter counts what a PacketRing shows: frames become events, events micro-flows, and each new one
// is asked for its owner once.
//
// Which way a packet goes and which of its ends is here, the kernel says of the frame. What is not for a
// socket of this host is told by its addresses and protocol: forwarded, or the kernel's own. One thread at a
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <unordered_set>
#include <vector>

#include "capture/fragment_table.h"
#include "capture/micro_flow_table.h"
#include "capture/packet_ring.h"
#include "host/socket_owners.h"

namespace anemone {

// Since the source was opened. frames = packets' frames + not_ip + malformed + cut + not_ours.
struct PacketSourceCounts {
  std::uint64_t frames = 0;        // as the kernel shows them: several packets on the wire may be one
  std::uint64_t packets = 0;       // on the wire, accounted to micro-flows
  std::uint64_t bytes = 0;         // their IP lengths
  std::uint64_t micro_flows = 0;   // handed on, each once a drain
  std::uint64_t live = 0;          // micro-flows that are kept now
  std::uint64_t overflowed = 0;    // packets that were handed on by themselves because no micro-flow was left
  std::uint64_t lost_packets = 0;  // and these found no room either
  std::uint64_t lost_bytes = 0;
  std::uint64_t dropped = 0;    // frames that the kernel had no room for
  std::uint64_t not_ip = 0;     // ARP and the like
  std::uint64_t malformed = 0;  // IP headers that contradict themselves
  std::uint64_t cut = 0;        // whose headers are longer than what is kept
  std::uint64_t not_ours = 0;   // to other hosts, or seen above as well (a VLAN's)
  std::uint64_t fragments_orphaned = 0;
  std::uint64_t owners_asked = 0;
  std::uint64_t owners_not_asked = 0;  // new micro-flows beyond what may be asked in a second

  PacketSourceCounts& operator+=(const PacketSourceCounts& other);
};

// What a counter has to know of its host.
struct HostView {
  std::unordered_set<IpAddress> addresses;
  std::vector<std::uint32_t> below_vlans;   // interfaces whose tagged frames are seen on a VLAN's as well
  std::vector<std::uint16_t> tunnel_ports;  // of UDP, to which the kernel itself sends: VXLAN, Geneve
  std::uint32_t loopback = 0;
};

struct FrameCounterConfig {
  std::size_t flows_max = 131'072;
  std::size_t events_max = 65'536;           // between two drains: packets that are handed on by themselves
  std::uint32_t owners_per_second = 20'000;  // to be asked for
};

class FrameCounter {
 public:
  // Fills in process and socket; false when there is no such socket.
  using AskOwner = std::function<bool(const SocketEnds& ends, CountedFlow& flow)>;

  FrameCounter(FrameCounterConfig config, AskOwner ask);

  void count(const RingFrame& frame);

  // Calls `each` for what was counted since the last call. Those without a process are asked for once more.
  void take(Time now, const std::function<void(CountedFlow&)>& each);

  void set_view(HostView view) { view_ = std::move(view); }
  void set_single_packets(bool on) { single_packets_ = on; }
  void set_coarse(bool on) { coarse_ = on; }
  const PacketSourceCounts& counts() const { return counts_; }

 private:
  bool read(const RingFrame& frame, Event& event);
  bool is_seen_above(const RingFrame& frame) const;
  void add(Event event, const RingFrame& frame);
  void hand_on_alone(const CountedFlow& flow);
  void find_owner(CountedFlow& flow);
  bool passes_through(const CountedFlow& flow) const;
  bool is_tunnel_of_kernel(const FlowKey& key) const;

  FrameCounterConfig config_;
  AskOwner ask_;
  HostView view_;
  MicroFlowTable flows_;
  std::vector<CountedFlow> alone_;
  std::map<std::uint64_t, FragmentTable> fragments_;  // by interface and direction
  std::vector<Event> orphans_;
  PacketSourceCounts counts_;
  Time asked_since_{};
  std::uint32_t asked_ = 0;
  bool single_packets_ = false;
  bool coarse_ = false;
};

// The two ends as a socket of this host would have them.
SocketEnds ends_of(const FlowKey& key);

}  // namespace anemone
