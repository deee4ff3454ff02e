// A Frame is one captured frame: when, where, how long it was, and what the capture kept of it.
//
// `bytes` is a view into whatever the frame was decoded from, and dies with it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/time.h"

namespace anemone {

// What a frame begins with, as the LINKTYPE_ list numbers it (www.tcpdump.org/linktypes.html). Those
// named here are looked into; any other number may occur.
enum class LinkType : std::uint16_t {
  kNull = 0,  // BSD loopback: the address family in the capturing machine's byte order
  kEthernet = 1,
  kPpp = 9,
  kRawBsd = 12,  // raw IP, as some BSDs number it
  kRawOpenBsd = 14,
  kPppHdlc = 50,
  kPppEther = 51,
  kRaw = 101,
  kCiscoHdlc = 104,
  kFrameRelay = 107,
  kLoop = 108,  // OpenBSD loopback: the address family in network byte order
  kLinuxCooked = 113,
  kJuniperEther = 178,  // Ethernet below what the router says about the frame
  kPpi = 192,           // a header that names the real link type
  kIpv4 = 228,
  kIpv6 = 229,
  kLinuxCooked2 = 276,
};

struct Frame {
  Time time{};
  Bytes bytes;
  std::uint32_t wire_length = 0;  // at least bytes.size()
  std::uint32_t interface = 0;    // in the order in which the file describes them, over all sections
  LinkType link = LinkType::kEthernet;
};

}  // namespace anemone
