// A TunnelReader gives what a capture file holds as micro-flows of the packets inside tunnels, each with the
// tunnel that it was in; alone, or beside those of the outermost packets.
//
// A packet in no tunnel is its own innermost one, and so is what carries no IP: key exchange, ARP, an
// encrypted tunnel's packet. The tunnel of a packet in several is named by the innermost header (its
// technology and id) and by the outermost addresses, since that flow is what loads links.
//
// Fragments have the key of their datagram, as everywhere. A tunnel's own fragments are put together for what
// they carry; in kInner they are given in its place only when that fails. Bounded by FragmentTable,
// Reassembly and `tunnels_max`: tunnels beyond are counted, and their packets have none. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "capture/capture_file.h"
#include "capture/fragment_table.h"
#include "capture/micro_flow.h"
#include "capture/reassembly.h"
#include "packet/tunnel.h"

namespace anemone {

struct TunnelSeen {
  TunnelKind kind = TunnelKind::kNone;
  std::uint32_t id = 0;
  IpAddress src;  // of the outermost header
  IpAddress dst;

  auto operator<=>(const TunnelSeen&) const = default;
};

// What one technology carried. Packets in several tunnels count for each.
struct TunnelCount {
  std::uint64_t packets = 0;        // with its header
  std::uint64_t bytes = 0;          // their IP lengths, all headers of the tunnel included
  std::uint64_t inner_packets = 0;  // IP packets that could be read in them
  std::uint64_t inner_bytes = 0;

  TunnelCount& operator+=(const TunnelCount& other) {
    packets += other.packets;
    bytes += other.bytes;
    inner_packets += other.inner_packets;
    inner_bytes += other.inner_bytes;
    return *this;
  }
};

enum class Look : std::uint8_t {
  kInner,  // only innermost packets
  kBoth,   // all outermost packets, and after it the innermost of each that is in a tunnel
};

class TunnelReader {
 public:
  explicit TunnelReader(Look look, std::size_t tunnels_max = 65'536)
      : look_(look), tunnels_max_(tunnels_max) {}

  // Appends the micro-flows of the next packets of `file`; false at its end, after which the next may be
  // read.
  bool read(CaptureFile& file, std::vector<MicroFlow>& out);

  const TunnelSeen& operator[](TunnelId id) const { return tunnels_[id]; }
  std::size_t size() const { return tunnels_.size(); }
  std::uint64_t tunnels_refused() const { return refused_; }

  const TunnelCount& count(TunnelKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }
  // What CaptureFile::next() does not count: `fragments` and `fragments_orphaned`.
  const CaptureCounts& fragment_counts() const { return fragment_counts_; }
  // Datagrams of tunnels in fragments of which some never came: what they carried is not known.
  std::uint64_t incomplete() const { return reassembly_.dropped() + reassembly_.waiting(); }

 private:
  static constexpr std::size_t kPendingMax = 4096;

  // The event of an outer fragment, until it is known whether its datagram carries a packet.
  struct Pending {
    IpAddress src;
    IpAddress dst;
    std::uint32_t id;
    Event event;
  };

  void add(Time time, const IpPacket& packet, std::vector<MicroFlow>& out);
  void add_fragment(Time time, const IpPacket& packet, std::vector<MicroFlow>& out);
  bool add_inner(Time time, const IpPacket& outer, std::vector<MicroFlow>& out);
  void count(const InnermostPacket& innermost);
  void wait(const IpPacket& packet, const Event& event, std::vector<MicroFlow>& out);
  void settle(const IpPacket& packet, bool carried, std::vector<MicroFlow>& out);
  void give_orphans(std::vector<MicroFlow>& out);
  void finish(std::vector<MicroFlow>& out);
  TunnelId intern(const TunnelSeen& tunnel);

  Look look_;
  std::size_t tunnels_max_;
  FragmentTable fragments_;        // of outermost packets
  FragmentTable inner_fragments_;  // of what was in tunnels
  Reassembly reassembly_;
  std::deque<Pending> pending_;
  std::vector<Event> orphans_;
  std::map<FlowKey, TunnelId> orphans_in_;  // where inner fragments that are held back were; without ports
  PerIndex<TunnelId, TunnelSeen> tunnels_;
  std::map<TunnelSeen, TunnelId> numbers_;
  TunnelSeen last_;  // and its number: packets come in trains
  TunnelId last_id_;
  std::uint64_t refused_ = 0;
  std::array<TunnelCount, kTunnelKinds> counts_{};
  CaptureCounts fragment_counts_;
  InnermostPacket innermost_;
  IpPacket whole_;
};

}  // namespace anemone
