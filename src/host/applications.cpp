#include "host/applications.h"

#include <algorithm>
#include <string>
#include <utility>

#include "host/well_known_port.h"

namespace anemone {
namespace {

const std::string& name_in(const Owner& owner, OwnerField field) {
  switch (field) {
    case OwnerField::kProcess:
      return owner.process;
    case OwnerField::kExecutable:
      return owner.executable;
    case OwnerField::kUser:
      return owner.user;
    case OwnerField::kUnit:
      return owner.unit;
    case OwnerField::kContainer:
      break;
  }
  return owner.container;
}

bool holds_for(const ApplicationRule& rule, const Owner& owner) {
  return std::all_of(rule.owner.begin(), rule.owner.end(), [&](const ApplicationRule::OwnerPattern& pattern) {
    const std::string& name = name_in(owner, pattern.field);
    return !name.empty() && std::any_of(pattern.globs.begin(), pattern.globs.end(),
                                        [&](const std::string& glob) { return fits_glob(glob, name); });
  });
}

bool any_port(const std::vector<PortRange>& ranges, std::uint16_t port) {
  return std::any_of(ranges.begin(), ranges.end(), [&](PortRange range) { return range.contains(port); });
}

bool holds_for(const ApplicationRule& rule, const HostFlow& flow) {
  if (!rule.protocols.empty() &&
      std::find(rule.protocols.begin(), rule.protocols.end(), flow.protocol) == rule.protocols.end()) {
    return false;
  }
  if (!rule.ports.empty() && !any_port(rule.ports, flow.local_port) &&
      !any_port(rule.ports, flow.remote_port)) {
    return false;
  }
  if (!rule.local_ports.empty() && !any_port(rule.local_ports, flow.local_port)) return false;
  if (!rule.remote_ports.empty() && !any_port(rule.remote_ports, flow.remote_port)) return false;
  return rule.peers.empty() || std::any_of(rule.peers.begin(), rule.peers.end(),
                                           [&](const Prefix& prefix) { return prefix.contains(flow.peer); });
}

}  // namespace

Applications::Applications(const OwnerTable& owners, NameTable<ApplicationId>& names, ApplicationRules rules)
    : owners_(owners), names_(names), rules_(std::move(rules)) {}

void Applications::compile(OwnerId id, Compiled& compiled) {
  compiled.done = true;
  const Owner& owner = owners_[id];
  for (const ApplicationRule& rule : rules_.rules) {
    if (!holds_for(rule, owner)) continue;
    Step step{.rule = &rule, .name = {}};
    if (rule.naming == ApplicationRule::Naming::kText) step.name = names_.intern(rule.name);
    if (rule.naming == ApplicationRule::Naming::kOwner) {
      const std::string& name = name_in(owner, rule.name_from);
      if (name.empty()) continue;
      step.name = names_.intern(name);
    }
    compiled.steps.push_back(step);
    if (rule.by_owner_only() && step.name.valid()) break;  // nothing after it is ever asked
  }
}

ApplicationId Applications::application_of(OwnerId owner, const HostFlow& flow) {
  if (owner.value() >= by_owner_.size())
    by_owner_.resize(std::max<std::size_t>(owners_.size(), owner.value() + 1));
  Compiled& compiled = by_owner_[owner.value()];
  if (!compiled.done) compile(owner, compiled);
  for (const Step& step : compiled.steps) {
    if (!holds_for(*step.rule, flow)) continue;
    if (step.name.valid()) return step.name;
    const auto name = well_known_port(flow.protocol, {flow.local_port, flow.remote_port});
    if (!name.empty()) return names_.intern(name);
  }
  return {};
}

}  // namespace anemone
