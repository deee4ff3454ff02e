// AgentWork is what the server wants of an agent: flow definitions to run, questions about the past
// (docs/formats/agent-api.md).
//
// Plain values, and the reader of the server's JSON, which is not believed: sizes are bounded, and what is
// odd is refused with what it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace anemone {

struct NamedDefinition {
  std::string name;
  std::string define;  // docs/flow-definitions.md

  auto operator<=>(const NamedDefinition&) const = default;
};

struct Question {
  std::string id;
  std::string define;
  Time from{};
  Time to{};
};

struct AgentWork {
  std::uint64_t version = 0;
  std::vector<NamedDefinition> definitions;
  std::vector<Question> questions;
};

inline constexpr std::size_t kDefinitionsMax = 2;  // at once
inline constexpr std::size_t kQuestionsMax = 64;

Result<AgentWork> parse_agent_work(std::string_view json);

// How an agent is, as it tells the server.
struct AgentReport {
  std::uint64_t version = 0;             // of the work in force
  std::vector<std::string> definitions;  // in force, by name
  Time clock{};
  std::string source;  // "ebpf" or "packets"
  std::vector<std::pair<std::string, std::uint64_t>> counters;
  std::vector<std::string> problems;
};
std::string print_agent_report(const AgentReport& report);  // as JSON

// The server's clock from its answer to a report.
Result<Time> parse_server_clock(std::string_view json);

}  // namespace anemone
