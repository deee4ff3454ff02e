// Refusal: why an IS-IS PDU was not taken. One reason each, counted, never logged line by line: a network is
// full of bad packets and none of them is an event.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace anemone::isis {

enum class Refusal : std::uint8_t {
  kNone,           // nothing wrong
  kNotIsis,        // another ISO protocol (ES-IS, CLNP): the discriminator is not 0x83
  kCutShort,       // fewer bytes than the PDU says it has
  kBadVersion,     // not version 1
  kBadIdLength,    // system ids of other than 6 bytes: nobody ever used them with IP
  kBadType,        // a PDU type that ISO 10589 does not know
  kBadHeader,      // a header length other than its type's
  kBadLength,      // a PDU length below its header's
  kBadTlvLength,   // a TLV that reaches beyond the PDU
  kBadTlvBody,     // a TLV that does not hold what its type says
  kBadChecksum,    // of an LSP: Fletcher's sum does not come out
  kOtherInstance,  // of another instance on the same wire (RFC 8202): its LSPs are not the network's
};
constexpr std::size_t kRefusals = static_cast<std::size_t>(Refusal::kOtherInstance) + 1;

// "bad_checksum": the word in counters and messages.
const char* print_refusal(Refusal refusal);

// How often each reason was met.
struct RefusalCounts {
  std::array<std::uint64_t, kRefusals> of{};

  void add(Refusal refusal) { ++of[static_cast<std::size_t>(refusal)]; }
  std::uint64_t operator[](Refusal refusal) const { return of[static_cast<std::size_t>(refusal)]; }
  std::uint64_t total() const;
};

}  // namespace anemone::isis
