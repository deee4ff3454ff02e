// AgentProgress says up to when the agents have reported: the watermark of everything that is made of their
// records, and who is behind it.
//
// An agent has reported up to the end of the last slice that it handed over. The watermark is the time up to
// which all agents that are alive have; one that is behind by more than `patience` no longer holds it, and is
// told as late until it has caught up, or has been silent for `forget` and is taken to be gone. The watermark
// never goes back: who comes back with old records corrects what was answered, and is late meanwhile.
//
// Pure: the caller says what time it is. One thread at a time.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace anemone {

struct AgentProgressConfig {
  Duration patience = 45s;
  Duration forget = 24h;
};

struct LateAgent {
  std::string agent;
  Time since{};  // all before was reported
};

struct Standing {
  std::optional<Time> watermark;  // none while no agent has ever reported
  std::vector<LateAgent> late;    // by name
};

class AgentProgress {
 public:
  explicit AgentProgress(AgentProgressConfig config = {}) : config_(config) {}

  // Everything that happened at `agent` before `until` has come.
  void reported(const std::string& agent, Time until);

  // No time before the first report.
  Time reported_until(const std::string& agent) const;
  // Whether what it sent last may stand for what it has not sent yet.
  bool is_awaited(const std::string& agent, Time now) const;
  Standing at(Time now);

 private:
  AgentProgressConfig config_;
  std::map<std::string, Time> until_;
  Time watermark_{};
};

}  // namespace anemone
