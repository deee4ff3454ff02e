// Refusal: why a message, a set in it or a template was not taken. One reason each, counted, never logged
// line by line. What is right in the same message is kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace anemone::ipfix {

enum class Refusal : std::uint8_t {
  kNone,
  kCutShort,          // fewer bytes than the message says it has, or than a header
  kBadVersion,        // not NetFlow v5, v9 or IPFIX
  kBadLength,         // a message length that cannot be, or a count that its bytes do not hold
  kBadSet,            // a set shorter than its header, or past the message: the rest is lost with it
  kBadSetId,          // a set id that means nothing (4 to 255; 2, 3 in v9)
  kBadTemplate,       // a template cut short, of no bytes, or with an id below 256
  kTooManyTemplates,  // beyond a limit: of the exporter, or of all
  kTooManyStreams,    // exporters and domains beyond the limit
  kNoTemplate,        // data whose template has not come (yet)
  kBadRecord,         // a record that overruns its set
};
constexpr std::size_t kRefusals = static_cast<std::size_t>(Refusal::kBadRecord) + 1;

// "bad_set": the word in counters and messages.
const char* print_refusal(Refusal refusal);

// How often each reason was met.
struct RefusalCounts {
  std::array<std::uint64_t, kRefusals> of{};

  void add(Refusal refusal) { ++of[static_cast<std::size_t>(refusal)]; }
  std::uint64_t operator[](Refusal refusal) const { return of[static_cast<std::size_t>(refusal)]; }
  std::uint64_t total() const;
};

}  // namespace anemone::ipfix
