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
  for (MicroFlow& micro_flow : micro_flows) {
    micro_flow.origin.application = application_of(micro_flow);
    count(micro_flow);
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
