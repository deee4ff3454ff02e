// CaptureCounts: what came of every frame. Nothing is left out without a count.
//
//   frames = packets + not_ip + malformed + (truncated ones without an IP header: headers_cut)
#pragma once

#include <cstdint>

namespace anemone {

struct CaptureCounts {
  std::uint64_t frames = 0;
  std::uint64_t wire_bytes = 0;  // of all frames, as long as they were on the wire
  std::uint64_t packets = 0;     // IP packets; a fragment is a packet
  std::uint64_t bytes = 0;       // their IP lengths, header included
  std::uint64_t not_ip = 0;      // frames of other protocols, or of a link type that is not looked into
  std::uint64_t malformed = 0;   // IP headers that contradict themselves or their frame
  std::uint64_t truncated =
      0;  // frames of which the capture kept too little to tell the flow: headers_cut + ports_cut
  std::uint64_t headers_cut = 0;         // of these, not even the IP header: not accounted to any flow
  std::uint64_t ports_cut = 0;           // of these, all but the ports: accounted with ports 0
  std::uint64_t fragments = 0;           // IP packets that are fragments
  std::uint64_t fragments_orphaned = 0;  // of these, whose first fragment was never seen: ports 0

  CaptureCounts& operator+=(const CaptureCounts& other) {
    frames += other.frames;
    wire_bytes += other.wire_bytes;
    packets += other.packets;
    bytes += other.bytes;
    not_ip += other.not_ip;
    malformed += other.malformed;
    truncated += other.truncated;
    headers_cut += other.headers_cut;
    ports_cut += other.ports_cut;
    fragments += other.fragments;
    fragments_orphaned += other.fragments_orphaned;
    return *this;
  }
};

}  // namespace anemone
