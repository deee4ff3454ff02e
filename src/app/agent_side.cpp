#include "app/agent_side.h"

#include <sys/resource.h>

#include <algorithm>

namespace anemone {
namespace {

// Each agent has two connections: as many files open as the system lets us.
void allow_open_files(rlim_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  (void)::setrlimit(RLIMIT_NOFILE, &limit);  // with fewer, connections wait
}

}  // namespace

Result<std::unique_ptr<AgentSide>> AgentSide::open(const std::string& folder, Store& store,
                                                   const Clock& clock, LiveTraffic* live) {
  std::unique_ptr<AgentSide> side(new AgentSide(store, clock, live));
  auto tasks = AgentTasks::open(folder + "/definitions.json", side->agents_, clock, side->changes_);
  if (!tasks) return tasks.error();
  side->tasks_ = std::move(*tasks);
  return side;
}

void AgentSide::prepare(HttpServerConfig& config) {
  config.large_under = "/api/v1/agents/";
  config.large_at_once = 16;
  config.connections_max = std::max<std::size_t>(config.connections_max, 8192);
  allow_open_files(config.connections_max + 1024);
  config.workers = 16;  // most of them wait for the store, or for answers to a question
}

void AgentSide::join(HttpServer& http, Api& api) {
  http.add_stream("/api/v1/agents/work", changes_, Right::kReport);
  api.add(agent_endpoints(parts()));
}

std::string AgentSide::metrics_text() { return agent_metrics_text(parts()); }

}  // namespace anemone
