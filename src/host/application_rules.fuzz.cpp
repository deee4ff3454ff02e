#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "host/application_rules.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rules = anemone::parse_application_rules(text);
  if (!rules && rules.error().message.find("line ") != 0) abort();
  if (rules) {
    for (const auto& rule : rules->rules) {
      for (const auto& pattern : rule.owner) {
        for (const auto& glob : pattern.globs) anemone::fits_glob(glob, text);
      }
    }
  }
  return 0;
}
