#include "agent/agent_config.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

AgentConfig good() {
  AgentConfig config;
  config.name = "web1.example";
  return config;
}

std::string refusal(const AgentConfig& config) {
  const auto checked = check(config);
  return checked ? "" : checked.error().message;
}

}  // namespace

TEST_CASE("the defaults are in order once the host has a name") { CHECK(refusal(good()).empty()); }

TEST_CASE("what cannot work is refused with the option's name") {
  AgentConfig config = good();
  config.name = "web 1";
  CHECK(refusal(config).starts_with("--name"));
  config = good();
  config.server = "anemone:8443";
  CHECK(refusal(config).starts_with("--server"));
  config = good();
  config.archive = config.spool;
  CHECK(refusal(config).starts_with("--archive"));
  config = good();
  config.source = SourceChoice::kPackets;
  config.cgroup = "/sys/fs/cgroup/x";
  CHECK(refusal(config).starts_with("--cgroup"));
  config = good();
  config.budget.cpu_share = 0;
  CHECK(refusal(config).starts_with("--cpu"));
}

TEST_CASE("what changes while it runs is told from what needs a restart") {
  AgentConfig wanted = good();
  wanted.define = "key src dst";
  wanted.rules = "rules";
  wanted.budget.cpu_share = 0.5;
  CHECK(differences_that_need_a_restart(good(), wanted).empty());
  wanted.spool = "elsewhere";
  wanted.cgroup = "/sys/fs/cgroup/x";
  CHECK(differences_that_need_a_restart(good(), wanted) == std::vector<std::string>{"--cgroup", "--spool"});
}
