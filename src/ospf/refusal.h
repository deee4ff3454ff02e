// Refusal: why an OSPF packet, or an LSA in one, was not taken. One reason each, counted, never logged
// line by line: a network is full of bad packets and none of them is an event.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace anemone::ospf {

enum class Refusal : std::uint8_t {
  kNone,            // nothing wrong
  kCutShort,        // fewer bytes than the packet says it has
  kBadVersion,      // not OSPF version 2
  kBadType,         // a packet type other than 1 to 5
  kBadLength,       // a length that cannot be, or that does not fit what it counts
  kBadChecksum,     // the packet's own checksum (authentication types 0 and 1)
  kBadAuth,         // an authentication type that RFC 2328 does not know
  kBadLsaLength,    // an LSA whose length cannot be: the rest of its packet is lost with it
  kBadLsaChecksum,  // Fletcher's sum over the LSA does not come out
  kBadLsaBody,      // the body does not hold what its type says
  kNotIpv4,         // OSPF over something else than whole IPv4 packets
  kFragment,        // a packet in fragments, of which not all were heard
  kNotAuthentic,    // keys were given, and none of them verifies it (AuthCounts tell why)
};
constexpr std::size_t kRefusals = static_cast<std::size_t>(Refusal::kNotAuthentic) + 1;

// "bad_checksum": the word in counters and messages.
const char* print_refusal(Refusal refusal);

// How often each reason was met.
struct RefusalCounts {
  std::array<std::uint64_t, kRefusals> of{};

  void add(Refusal refusal) { ++of[static_cast<std::size_t>(refusal)]; }
  std::uint64_t operator[](Refusal refusal) const { return of[static_cast<std::size_t>(refusal)]; }
  std::uint64_t total() const;
};

}  // namespace anemone::ospf
