// What is said about agents, as JSON, and what they and people say, read from it.
//
// Shapes: docs/formats/agent-api.md. What is odd is refused with what it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/agent_tasks.h"
#include "server/agents.h"

namespace anemone {

std::string agents_json(const std::vector<AgentState>& agents);
std::string tasks_json(const TaskList& tasks);
std::string definitions_json(const TaskList& tasks);
std::string query_json(const QueryAnswer& answer);

// `now` is the server's clock, which the agent's is held against.
Result<AgentStatus> parse_agent_status(std::string_view json, Time now);
Result<std::string> parse_definition_text(std::string_view json);
Result<QueryWish> parse_query_wish(std::string_view json, Time now);

}  // namespace anemone
