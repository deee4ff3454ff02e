// Refusal: why an OSPFv3 packet, or an LSA in one, was not taken. One reason each, counted, never logged
// line by line: a network is full of bad packets and none of them is an event.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace anemone::ospf3 {

enum class Refusal : std::uint8_t {
  kNone,            // nothing wrong
  kCutShort,        // fewer bytes than the packet says it has
  kBadVersion,      // not OSPF version 3
  kBadType,         // a packet type other than 1 to 5
  kBadLength,       // a length that cannot be, or that does not fit what it counts
  kBadChecksum,     // the packet's own checksum, with the addresses that it travelled between
  kBadLsaLength,    // an LSA whose length cannot be: the rest of its packet is lost with it
  kBadLsaChecksum,  // Fletcher's sum over the LSA does not come out
  kBadLsaBody,      // the body does not hold what its type says
  kBadLsaScope,     // the flooding scope that RFC 5340 reserves
  kEncrypted,       // ESP between neighbours (RFC 4552): somebody's OSPF, but not for us to read
};
constexpr std::size_t kRefusals = static_cast<std::size_t>(Refusal::kEncrypted) + 1;

// "bad_checksum": the word in counters and messages.
const char* print_refusal(Refusal refusal);

// How often each reason was met.
struct RefusalCounts {
  std::array<std::uint64_t, kRefusals> of{};

  void add(Refusal refusal) { ++of[static_cast<std::size_t>(refusal)]; }
  std::uint64_t operator[](Refusal refusal) const { return of[static_cast<std::size_t>(refusal)]; }
  std::uint64_t total() const;
};

}  // namespace anemone::ospf3
