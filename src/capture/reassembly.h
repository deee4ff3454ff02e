// Reassembly puts the fragments of a datagram together, for protocols whose packets are read whole: a router
// with many links says so in one LSA, and its update may be longer than the link's MTU.
//
// As RFC 815 has it, strictly: a datagram whose fragments overlap, or that would be longer than 64 KiB, is
// dropped (RFC 5722). Bounded: kDatagrams at once, kPatience each; the one longest unheard of gives way. What
// is given up is counted.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "packet/ip.h"

namespace anemone {

class Reassembly {
 public:
  static constexpr Duration kPatience = 30s;
  static constexpr std::size_t kDatagrams = 64;

  // Takes a fragment. When it is the last that was missing, `whole` becomes the datagram's packet, whose
  // payload is valid until the next call, and the answer is true. REQUIRES: fragment.fragment.
  bool add(Time time, const IpPacket& fragment, IpPacket& whole);

  // Datagrams that were given up: never completed, overlapping, too long.
  std::uint64_t dropped() const { return dropped_; }
  // Datagrams that still wait.
  std::uint64_t waiting() const { return datagrams_.size(); }

 private:
  struct Piece {
    std::uint32_t from;
    std::uint32_t to;
  };
  struct Datagram {
    IpPacket first;  // of the fragment that came first; the payload is not used
    Time heard{};
    std::vector<Piece> pieces;  // sorted, none overlaps
    std::uint32_t length = 0;   // known from the last fragment
    std::vector<std::uint8_t> bytes;
  };

  std::size_t find(Time time, const IpPacket& fragment);
  void drop(std::size_t at);
  static bool insert(Datagram& datagram, const IpPacket& fragment);
  static bool complete(const Datagram& datagram);

  std::vector<Datagram> datagrams_;
  std::vector<std::uint8_t> given_;
  std::uint64_t dropped_ = 0;
};

}  // namespace anemone
