#include "app/change_options.h"

#include <utility>

#include "io/text_file.h"
#include "scenario/change_topology.h"
#include "scenario/scenario_text.h"

namespace anemone {
namespace {

constexpr std::size_t kScenarioBytesMax = 1 << 20;

}  // namespace

Result<Scenario> read_scenario(const std::string& path) {
  const auto text = read_text_file(path, kScenarioBytesMax);
  if (!text) return text.error();
  auto scenario = parse_scenario(*text);
  if (!scenario) return scenario.error().in(path);
  scenario->name = path;
  return scenario;
}

void ChangeOptions::declare(Arguments& arguments) {
  arguments.files("--scenario", files, "files of changes to carry out first, one after the other");
  arguments.option("--change", texts,
                   "changes as text, after those of files: 'fail link a b; set cost a c 5'");
}

Result<Scenario> ChangeOptions::read() const {
  Scenario all;
  for (const std::string& path : files) {
    const auto scenario = read_scenario(path);
    if (!scenario) return scenario.error();
    all = std::move(all) + *scenario;
  }
  for (const std::string& text : texts) {
    const auto scenario = parse_scenario(text);
    if (!scenario) return scenario.error().in("--change");
    all = std::move(all) + *scenario;
  }
  return all;
}

Result<Topology> ChangeOptions::carry_out(Topology topology) const {
  const auto scenario = read();
  if (!scenario) return scenario.error();
  if (scenario->changes.empty()) return topology;
  auto changed = topology_under(topology, *scenario, {});
  if (!changed) return changed.error();
  return std::move(changed->topology);
}

}  // namespace anemone
