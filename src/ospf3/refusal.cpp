#include "ospf3/refusal.h"

namespace anemone::ospf3 {

const char* print_refusal(Refusal refusal) {
  constexpr std::array<const char*, kRefusals> kWords = {
      "none",           "cut_short",        "bad_version",  "bad_type",      "bad_length", "bad_checksum",
      "bad_lsa_length", "bad_lsa_checksum", "bad_lsa_body", "bad_lsa_scope", "encrypted"};
  return kWords[static_cast<std::size_t>(refusal)];
}

std::uint64_t RefusalCounts::total() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i < kRefusals; ++i) sum += of[i];
  return sum;
}

}  // namespace anemone::ospf3
