#include <cstddef>
#include <cstdint>
#include <string_view>

#include "agent/agent_work.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto work = anemone::parse_agent_work(text);
  if (work && work->definitions.size() > anemone::kDefinitionsMax) __builtin_trap();
  static_cast<void>(anemone::parse_server_clock(text));
  return 0;
}
