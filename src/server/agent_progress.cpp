#include "server/agent_progress.h"

#include <algorithm>

namespace anemone {

void AgentProgress::reported(const std::string& agent, Time until) {
  Time& known = until_[agent];
  known = std::max(known, until);
}

Time AgentProgress::reported_until(const std::string& agent) const {
  const auto found = until_.find(agent);
  return found == until_.end() ? Time{} : found->second;
}

bool AgentProgress::is_awaited(const std::string& agent, Time now) const {
  return reported_until(agent) >= now - config_.patience;
}

Standing AgentProgress::at(Time now) {
  std::erase_if(until_, [&](const auto& agent) { return agent.second < now - config_.forget; });
  Standing standing;
  if (until_.empty() && watermark_ == Time{}) return standing;
  // Where everybody is behind, the newest report is what is known.
  Time least = Time::max();
  Time newest{};
  for (const auto& [agent, until] : until_) {
    newest = std::max(newest, until);
    if (until >= now - config_.patience) least = std::min(least, until);
  }
  watermark_ = std::max(watermark_, std::min({least == Time::max() ? newest : least, now}));
  standing.watermark = watermark_;
  for (const auto& [agent, until] : until_) {
    if (until < watermark_) standing.late.push_back({agent, until});
  }
  return standing;
}

}  // namespace anemone
