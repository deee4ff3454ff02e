#include "agent/agent_config.h"

#include <algorithm>
#include <string_view>

#include "record/uploader.h"

namespace anemone {
namespace {

constexpr std::uint64_t kLeastQuota = 1 << 20;

bool begins_with_one_of(const std::string& text, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

Result<void> check_outlets(const AgentConfig& config) {
  if (!config.server.empty() && !begins_with_one_of(config.server, {"https://", "http://"}))
    return Error{"--server: want https://HOST:PORT, got '" + config.server + "'"};
  if (config.server.empty() && !config.token.empty())
    return Error{"--token goes with --server, which was not given"};
  return {};
}

}  // namespace

Result<void> check(const AgentConfig& config) {
  if (!is_agent_name(config.name))
    return Error{"--name: want 1 to 64 of A-Z a-z 0-9 . _ -, got '" + config.name + "'"};
  if (config.spool.empty()) return Error{"--spool: want a folder"};
  if (config.spool_bytes < kLeastQuota) return Error{"--spool-quota: want at least 1M"};
  if (!config.archive.empty() && config.archive_bytes < kLeastQuota)
    return Error{"--archive-quota: want at least 1M"};
  if (config.archive == config.spool) return Error{"--archive and --spool: want two folders"};
  if (!(config.budget.cpu_share > 0)) return Error{"--cpu: want more than 0 percent of a core"};
  if (config.budget.memory_bytes < (16 << 20)) return Error{"--memory: want at least 16M"};
  if (config.micro_flows_max < 64) return Error{"--micro-flows: want at least 64"};
  if (config.flows_max < 64) return Error{"--flows: want at least 64"};
  if (config.source == SourceChoice::kPackets && !config.cgroup.empty())
    return Error{"--cgroup goes with eBPF; --source packets hears whole interfaces"};
  return check_outlets(config);
}

std::vector<std::string> differences_that_need_a_restart(const AgentConfig& now, const AgentConfig& wanted) {
  std::vector<std::string> names;
  const auto differs = [&](const char* option, bool is) {
    if (is) names.emplace_back(option);
  };
  differs("--name", now.name != wanted.name);
  differs("--source", now.source != wanted.source);
  differs("--cgroup", now.cgroup != wanted.cgroup);
  differs("--interface", now.source == SourceChoice::kPackets && now.interfaces != wanted.interfaces);
  differs("--spool", now.spool != wanted.spool || now.spool_bytes != wanted.spool_bytes);
  differs("--archive", now.archive != wanted.archive || now.archive_bytes != wanted.archive_bytes);
  differs("--server",
          now.server != wanted.server || now.token != wanted.token || now.authority != wanted.authority);
  differs("--collector", now.collectors != wanted.collectors);
  differs("--micro-flows", now.micro_flows_max != wanted.micro_flows_max);
  differs("--flows", now.flows_max != wanted.flows_max);
  differs("--metrics-port", now.metrics_port != wanted.metrics_port);
  return names;
}

}  // namespace anemone
