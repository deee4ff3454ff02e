#include "isis/refusal.h"

namespace anemone::isis {

const char* print_refusal(Refusal refusal) {
  constexpr std::array<const char*, kRefusals> kWords = {
      "none",       "not_isis",   "cut_short",      "bad_version",  "bad_id_length", "bad_type",
      "bad_header", "bad_length", "bad_tlv_length", "bad_tlv_body", "bad_checksum",  "other_instance"};
  return kWords[static_cast<std::size_t>(refusal)];
}

std::uint64_t RefusalCounts::total() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i < kRefusals; ++i) sum += of[i];
  return sum;
}

}  // namespace anemone::isis
