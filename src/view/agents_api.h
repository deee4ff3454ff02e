// What agents and people ask of the server about agents: files and answers taken in, tasks handed out, states
// listed, questions asked (docs/formats/agent-api.md).
//
// What comes from outside is read and bounded here; the parts of src/server see values only.
#pragma once

#include <string>
#include <vector>

#include "io/clock.h"
#include "server/agent_tasks.h"
#include "server/agents.h"
#include "server/intake.h"
#include "view/api.h"

namespace anemone {

struct AgentParts {
  Agents& agents;
  Intake& intake;
  AgentTasks& tasks;
  const Clock& clock;
};

// The parts must outlive the endpoints.
std::vector<ApiEndpoint> agent_endpoints(AgentParts parts);

// For /metrics.
std::string agent_metrics_text(const AgentParts& parts);

}  // namespace anemone
