#include "server/agents.h"

#include <algorithm>

namespace anemone {

AgentState* Agents::find(const std::string& name) {
  auto found = agents_.find(name);
  if (found == agents_.end()) {
    if (agents_.size() >= agents_max_) {
      ++refused_;
      return nullptr;
    }
    found = agents_.emplace(name, AgentState{}).first;
    found->second.name = name;
  }
  found->second.last_seen = clock_.now();
  return &found->second;
}

bool Agents::seen(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return find(name) != nullptr;
}

void Agents::reported(const std::string& name, AgentStatus status) {
  if (status.counters.size() > kCountersMax) status.counters.resize(kCountersMax);
  if (status.problems.size() > kProblemsMax) status.problems.resize(kProblemsMax);
  const std::lock_guard lock(mutex_);
  if (AgentState* agent = find(name)) agent->status = std::move(status);
}

void Agents::sent_file(const std::string& name, std::uint64_t records) {
  const std::lock_guard lock(mutex_);
  AgentState* agent = find(name);
  if (agent == nullptr) return;
  ++agent->files;
  agent->records += records;
}

void Agents::sent_bad_file(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (AgentState* agent = find(name)) ++agent->bad_files;
}

std::vector<AgentState> Agents::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<AgentState> all;
  for (const auto& [name, agent] : agents_) all.push_back(agent);
  return all;
}

std::vector<std::string> Agents::heard_within(Duration age) const {
  const Time since = clock_.now() - age;
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, agent] : agents_) {
    if (agent.last_seen >= since) names.push_back(name);
  }
  return names;
}

std::uint64_t Agents::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

}  // namespace anemone
