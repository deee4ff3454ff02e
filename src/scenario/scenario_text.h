// Scenarios as text: one line a change, made to be typed (docs/formats/scenario.md has the grammar and worked
// examples).
//
//   fail link core1 core2
//   set cost core1 core3 100
//   move process exim4 to site zurich
//   scale +40% where dst net 10.0.0.0/8
//
// Lines end at a newline or a semicolon; # begins a comment. What print_scenario() prints, parse_scenario()
// reads as the same scenario.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "scenario/scenario.h"

namespace anemone {

struct ScenarioLimits {
  std::size_t length = 1 << 20;  // bytes of text
  std::size_t changes = 100'000;
};

// The error says where and what would have been right: "line 2, column 6: expected ...". Lines and columns
// count from 1, columns in bytes.
Result<Scenario> parse_scenario(std::string_view text, const ScenarioLimits& limits = {});

std::string print_scenario(const Scenario& scenario);
std::string print_change(const Change& change);  // without the newline
std::string print_thing(const Thing& thing);

}  // namespace anemone
