#include "agent/labels.h"

#include <utility>

#include "io/text_file.h"

namespace anemone {
namespace {

constexpr std::size_t kRulesMax = 1 << 20;

// As the host sees it: whichever way a packet goes, one end is its own.
HostFlow host_flow(const FlowKey& key) {
  const bool in = key.direction == Direction::kIn;
  return {.protocol = key.protocol,
          .local_port = in ? key.dst_port : key.src_port,
          .remote_port = in ? key.src_port : key.dst_port,
          .peer = in ? key.src : key.dst};
}

}  // namespace

Labels::Labels(ApplicationRules rules) : owner_names_(names_.owners) { set_rules(std::move(rules)); }

void Labels::set_rules(ApplicationRules rules) {
  applications_ = std::make_unique<Applications>(names_.owners, names_.applications, std::move(rules));
}

void Labels::label(std::span<MicroFlow> micro_flows) {
  if (ends_to_learn_) learn_ends(micro_flows);
  for (MicroFlow& micro_flow : micro_flows) {
    micro_flow.origin.application = application_of(micro_flow);
    const auto tunnel = tunnels_.find(micro_flow.origin.interface);
    if (tunnel != tunnels_.end()) micro_flow.origin.tunnel = tunnel->second.id;
    count(micro_flow);
  }
}

void Labels::set_interfaces(const std::vector<HostInterface>& interfaces) {
  std::unordered_map<std::uint32_t, TunnelInterface> tunnels;
  ends_to_learn_ = false;
  for (const HostInterface& interface : interfaces) {
    if (!interface.is_tunnel()) continue;
    TunnelInterface one;
    one.tunnel = {interface.technology, interface.name, interface.local, interface.remote, interface.id};
    one.holder = interface.holder.pid;
    const auto known = tunnels_.find(interface.index);
    if (known != tunnels_.end() && known->second.learnt && known->second.holder == one.holder &&
        known->second.tunnel.interface == interface.name) {
      one = known->second;
      one.several = false;
    }
    one.id = names_.tunnels.intern(one.tunnel);
    ends_to_learn_ = ends_to_learn_ || one.holder != 0;
    tunnels.emplace(interface.index, one);
  }
  tunnels_ = std::move(tunnels);
}

// What the process that holds a tunnel sends elsewhere is the tunnel's outer flow, if it sends to one peer
// only.
void Labels::learn_ends(std::span<const MicroFlow> micro_flows) {
  for (auto& [index, one] : tunnels_) {
    if (one.holder == 0) continue;
    for (const MicroFlow& micro_flow : micro_flows) {
      const FlowKey& key = micro_flow.event.key;
      if (micro_flow.origin.pid != one.holder || micro_flow.origin.interface == index ||
          key.direction != Direction::kOut)
        continue;
      one.several = one.several || (one.learnt && one.tunnel.dst != key.dst);
      one.learnt = !one.several;
      one.tunnel.src = one.several ? IpAddress{} : key.src;
      one.tunnel.dst = one.several ? IpAddress{} : key.dst;
    }
    one.id = names_.tunnels.intern(one.tunnel);
  }
}

ApplicationId Labels::application_of(const MicroFlow& micro_flow) {
  const OwnerId owner = micro_flow.origin.owner.valid() ? micro_flow.origin.owner : kUnknownOwner;
  return applications_->application_of(owner, host_flow(micro_flow.event.key));
}

void Labels::count(const MicroFlow& micro_flow) {
  const std::uint64_t bytes = micro_flow.event.bytes;
  const OwnerId owner = micro_flow.origin.owner;
  counts_.bytes += bytes;
  if (!owner.valid() || owner == kUnknownOwner) {
    counts_.no_process += bytes;
  } else if (owner.value() > kOtherOwner.value() && names_.owners[owner].executable.empty()) {
    counts_.no_executable += bytes;
  }
  if (!micro_flow.origin.application.valid()) counts_.no_application += bytes;
}

Result<ApplicationRules> read_application_rules(const std::string& path) {
  std::string text;
  if (!path.empty()) {
    auto own = read_text_file(path, kRulesMax);
    if (!own) return own.error();
    // On their own first, so that an error names a line of theirs.
    if (auto rules = parse_application_rules(*own); !rules) return rules.error().in(path);
    text = std::move(*own) + "\n";
  }
  return parse_application_rules(text + std::string(built_in_application_rules()));
}

}  // namespace anemone
