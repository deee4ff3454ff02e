// Interface counters as JSON: what people and collectors tell, and what is said of it.
//
// Shapes: docs/formats/counters.md. A sample that is not understood is left out and named, the others count.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/answers.h"

namespace anemone {

struct RefusedSample {
  std::size_t sample = 0;  // its place in the list, from 0
  std::string field;
  std::string what;
};

struct CounterSamples {
  std::vector<CounterSample> samples;
  std::vector<RefusedSample> refused;
};

// {"samples": [{"link" | "router","interface"[,"direction"], "time", "bytes"[, "packets"]}]}; an error when
// it is not that as a whole.
Result<CounterSamples> parse_counter_samples(std::string_view json);

struct CountersTaken {
  CounterCounts counts;
  std::vector<RefusedSample> refused;
  std::vector<std::string> unknown;  // of no link that is known now
};
std::string counters_taken_json(const CountersTaken& taken);

std::string counters_json(const CountersAnswer& answer);

}  // namespace anemone
