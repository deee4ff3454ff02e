// Counters told in JSON of any content are read or refused; what was read can be told again.
#include <cstdint>
#include <cstdlib>

#include "view/counters_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto read = anemone::parse_counter_samples(text);
  if (!read) return 0;
  anemone::LinkCounters counters(
      {.counters_max = 8, .readings_max = 64, .gap_max = std::chrono::seconds(400)});
  for (const anemone::CounterSample& sample : read->samples) {
    if (sample.name.empty()) std::abort();
    counters.add(sample);
  }
  anemone::CountersAnswer answer;
  for (auto& counter : counters.list()) answer.list.push_back({counter, ""});
  answer.counts = counters.counts();
  (void)anemone::counters_json(answer);
  (void)anemone::counters_taken_json({answer.counts, read->refused, {}});
  return 0;
}
