// What agents and people say in JSON, of any content, is read or refused; what was read can be told again.
#include <cstdint>

#include "view/agents_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const anemone::Time now = anemone::time_from_micros(1'795'305'600'000'000);
  if (auto status = anemone::parse_agent_status(text, now)) {
    anemone::AgentState agent;
    agent.status = *status;
    (void)anemone::agents_json({agent});
  }
  (void)anemone::parse_definition_text(text);
  (void)anemone::parse_query_wish(text, now);
  return 0;
}
