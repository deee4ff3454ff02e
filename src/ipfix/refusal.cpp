#include "ipfix/refusal.h"

namespace anemone::ipfix {

const char* print_refusal(Refusal refusal) {
  constexpr std::array<const char*, kRefusals> kWords = {
      "none",         "cut_short",          "bad_version",      "bad_length",  "bad_set",   "bad_set_id",
      "bad_template", "too_many_templates", "too_many_streams", "no_template", "bad_record"};
  return kWords[static_cast<std::size_t>(refusal)];
}

std::uint64_t RefusalCounts::total() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 1; i < kRefusals; ++i) sum += of[i];
  return sum;
}

}  // namespace anemone::ipfix
