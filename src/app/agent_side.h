// The AgentSide is what `serve --agents` has for agents: files taken in, tasks handed out, states kept.
//
//   agents -> HTTP -> intake -> store (-> LiveTraffic);  people -> HTTP -> tasks -> event stream -> agents
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "io/clock.h"
#include "io/event_stream.h"
#include "io/http_server.h"
#include "view/agents_api.h"

namespace anemone {

class AgentSide {
 public:
  // `store`, `clock` and `live` must outlive it; `folder` is the store's. `live`: where the records join
  // routes; null where they do not.
  static Result<std::unique_ptr<AgentSide>> open(const std::string& folder, Store& store, const Clock& clock,
                                                 LiveTraffic* live);

  // What agents need of the HTTP server: room for their files and their connections.
  static void prepare(HttpServerConfig& config);
  // REQUIRES: neither has been asked anything yet.
  void join(HttpServer& http, Api& api);
  std::string metrics_text();

 private:
  AgentParts parts() { return {agents_, intake_, *tasks_, clock_}; }
  AgentSide(Store& store, const Clock& clock, LiveTraffic* live)
      : agents_(clock), intake_({}, store, clock, live), clock_(clock) {}

  EventStream changes_;
  Agents agents_;
  Intake intake_;
  const Clock& clock_;
  std::unique_ptr<AgentTasks> tasks_;
};

}  // namespace anemone
