// Text of any content is read or refused, and read the same in pieces as at once.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "counter/counter_text.h"

namespace {

struct Read {
  std::vector<anemone::CounterSample> samples;
  std::vector<anemone::CounterProblem> problems;
  anemone::CounterText text;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Read whole;
  whole.text.read(text, whole.samples, whole.problems);
  whole.text.end(whole.samples, whole.problems);
  Read pieces;
  const std::size_t step = size > 0 ? data[0] % 61 + 1 : 1;
  for (std::size_t at = 0; at < size; at += step) {
    pieces.text.read(text.substr(at, step), pieces.samples, pieces.problems);
  }
  pieces.text.end(pieces.samples, pieces.problems);
  if (whole.samples.size() != pieces.samples.size() || whole.problems.size() != pieces.problems.size()) {
    std::abort();
  }
  anemone::LinkCounters counters(
      {.counters_max = 8, .readings_max = 64, .gap_max = std::chrono::seconds(400)});
  for (std::size_t i = 0; i < whole.samples.size(); ++i) {
    const anemone::CounterReading& one = whole.samples[i].reading;
    const anemone::CounterReading& other = pieces.samples[i].reading;
    if (whole.samples[i].name != pieces.samples[i].name || one.time != other.time ||
        one.bytes != other.bytes) {
      std::abort();
    }
    counters.add(whole.samples[i]);
  }
  if (counters.list().size() > 8) std::abort();
  return 0;
}
