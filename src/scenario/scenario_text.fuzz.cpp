#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scenario/scenario_text.h"

// What is printed of a scenario must be read again as the same one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto scenario = anemone::parse_scenario(text);
  if (!scenario) return 0;
  const auto again = anemone::parse_scenario(anemone::print_scenario(*scenario));
  if (!again || !(*again == *scenario)) std::abort();
  return 0;
}
