#include "flow/flow_filter.h"

#include <algorithm>
#include <utility>

#include "filter/filter_text.h"

namespace anemone {
namespace {

bool in_ranges(const std::vector<FilterRange>& ranges, std::uint64_t value) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const FilterRange& range) { return range.contains(value); });
}

bool flags_hold(const std::vector<FilterRange>& masks, std::uint8_t flags) {
  return std::any_of(masks.begin(), masks.end(),
                     [&](const FilterRange& mask) { return (flags & mask.low) == mask.low; });
}

// Whether `holds` says so of one end, or of either.
template <class Value, class Holds>
bool end_holds(FilterEnd end, const Value& src, const Value& dst, const Holds& holds) {
  if (end != FilterEnd::kDst && holds(src)) return true;
  return end != FilterEnd::kSrc && holds(dst);
}

bool is_of_totals(FilterField field) {
  switch (field) {
    case FilterField::kPackets:
    case FilterField::kBytes:
    case FilterField::kDuration:
    case FilterField::kRtt:
    case FilterField::kRetransmits:
    case FilterField::kFlags:
      return true;
    default:
      return false;
  }
}

// The field of a key that answers a test; nothing where none does.
std::vector<KeyField> fields_for(const FilterTest& test) {
  const bool src = test.end != FilterEnd::kDst;
  const bool dst = test.end != FilterEnd::kSrc;
  std::vector<KeyField> fields;
  if (test.layer != FilterLayer::kAny) fields.push_back(KeyField::kTunnel);
  if (test.layer == FilterLayer::kOuter) return fields;
  const auto ends = [&](KeyField of_src, KeyField of_dst) {
    if (src) fields.push_back(of_src);
    if (dst) fields.push_back(of_dst);
  };
  switch (test.field) {
    case FilterField::kAddress:
      ends(KeyField::kSrc, KeyField::kDst);
      break;
    case FilterField::kPort:
      ends(KeyField::kSrcPort, KeyField::kDstPort);
      break;
    case FilterField::kProtocol:
      fields.push_back(KeyField::kProtocol);
      break;
    case FilterField::kTos:
      fields.push_back(KeyField::kTos);
      break;
    case FilterField::kDirection:
      fields.push_back(KeyField::kDirection);
      break;
    case FilterField::kInterface:
      fields.push_back(KeyField::kInterface);
      break;
    case FilterField::kPid:
      fields.push_back(KeyField::kPid);
      break;
    case FilterField::kProcess:
      fields.push_back(KeyField::kProcess);
      break;
    case FilterField::kExecutable:
      fields.push_back(KeyField::kExecutable);
      break;
    case FilterField::kUser:
      fields.push_back(KeyField::kUser);
      break;
    case FilterField::kUnit:
      fields.push_back(KeyField::kUnit);
      break;
    case FilterField::kContainer:
      fields.push_back(KeyField::kContainer);
      break;
    case FilterField::kApplication:
      fields.push_back(KeyField::kApplication);
      break;
    case FilterField::kTunnel:
      fields.push_back(KeyField::kTunnel);
      break;
    default:
      break;
  }
  return fields;
}

bool is_cut(const FlowDefinition& definition, KeyField field) {
  if (!definition.key.has(field)) return true;
  if (field == KeyField::kSrc) return definition.src != KeyBits{};
  return field == KeyField::kDst && definition.dst != KeyBits{};
}

}  // namespace

// Builds the chain from its end, so that each test knows where to go on.
class FlowFilterMaker {
 public:
  FlowFilterMaker(FlowFilter& filter, const InterfaceNumbers& interfaces)
      : filter_(filter), interfaces_(interfaces) {}

  using Step = FlowFilter::Step;

  Result<Step> add(const Filter& filter, Step yes, Step no) {
    switch (filter.kind) {
      case Filter::Kind::kEverything:
        return yes;
      case Filter::Kind::kNot:
        return add(filter.parts[0], no, yes);
      case Filter::Kind::kTest:
        return add(filter.test, yes, no);
      case Filter::Kind::kAnd:
      case Filter::Kind::kOr:
        break;
    }
    const bool all = filter.kind == Filter::Kind::kAnd;
    Step entry = all ? yes : no;
    for (auto part = filter.parts.rbegin(); part != filter.parts.rend(); ++part) {
      auto step = all ? add(*part, entry, no) : add(*part, yes, entry);
      if (!step) return step;
      entry = *step;
    }
    return entry;
  }

 private:
  Result<Step> add(const FilterTest& asked, Step yes, Step no) {
    if (asked.field >= FilterField::kObserver) return not_here(asked, "only a server's history knows that");
    if (asked.layer == FilterLayer::kOuter && asked.field != FilterField::kAddress) {
      return not_here(asked, "of a tunnel's outer flow only addresses are known");
    }
    FlowFilter::Test test;
    test.field = asked.field;
    test.end = asked.end;
    test.outer = asked.layer == FilterLayer::kOuter;
    test.ranges = asked.ranges;
    test.globs = asked.names;
    for (const Prefix& prefix : asked.prefixes) test.networks.push_back(network_of(prefix));
    if (asked.field == FilterField::kInterface) {
      if (auto named = name_interfaces(asked, test); !named) return named.error();
    }
    test.yes = yes;
    test.no = no;
    const Step step = put(std::move(test));
    if (asked.layer != FilterLayer::kInner) return step;
    FlowFilter::Test inner;
    inner.in_tunnel = true;
    inner.yes = step;
    inner.no = no;
    return put(std::move(inner));
  }

  Step put(FlowFilter::Test test) {
    filter_.tests_.push_back(std::move(test));
    return static_cast<Step>(filter_.tests_.size() - 1);
  }

  static FlowFilter::Network network_of(const Prefix& prefix) {
    const auto leading = [](int bits) {
      if (bits <= 0) return std::uint64_t{0};
      return bits >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} << (64 - bits);
    };
    const int bits = prefix.bits128();
    return {leading(bits), prefix.address().high(), leading(bits - 64), prefix.address().low()};
  }

  // Interfaces are numbers here: those whose name fits now.
  Result<void> name_interfaces(const FilterTest& asked, FlowFilter::Test& test) const {
    if (!asked.names.empty() && interfaces_.empty()) {
      return not_here(asked, "interfaces have numbers, no names");
    }
    for (const auto& [name, number] : interfaces_) {
      for (const std::string& glob : asked.names) {
        if (glob_matches(glob, name)) test.ranges.push_back({number, number});
      }
    }
    return {};
  }

  FlowFilter& filter_;
  const InterfaceNumbers& interfaces_;
};

Result<FlowFilter> FlowFilter::make(const Filter& filter, const RecordNames& names,
                                    const InterfaceNumbers& interfaces) {
  FlowFilter made;
  made.names_ = &names;
  auto start = FlowFilterMaker(made, interfaces).add(filter, kYes, kNo);
  if (!start) return start.error();
  made.start_ = *start;
  return made;
}

bool FlowFilter::matches(const FlowFacts& facts) {
  Step step = start_;
  while (step >= 0) {
    Test& test = tests_[static_cast<std::size_t>(step)];
    step = holds(test, facts) ? test.yes : test.no;
  }
  return step == kYes;
}

bool FlowFilter::holds(Test& test, const FlowFacts& facts) const {
  if (test.in_tunnel) return facts.origin.tunnel.valid();
  switch (test.field) {
    case FilterField::kAddress: {
      const auto in_networks = [&](const IpAddress& address) {
        return std::any_of(test.networks.begin(), test.networks.end(),
                           [&](const Network& network) { return network.has(address); });
      };
      if (!test.outer) return end_holds(test.end, facts.key.src, facts.key.dst, in_networks);
      if (!facts.origin.tunnel.valid()) return false;
      const Tunnel& tunnel = names_->tunnels[facts.origin.tunnel];
      return end_holds(test.end, tunnel.src, tunnel.dst, in_networks);
    }
    case FilterField::kPort:
      return end_holds(test.end, facts.key.src_port, facts.key.dst_port,
                       [&](std::uint16_t port) { return in_ranges(test.ranges, port); });
    case FilterField::kProtocol:
      return in_ranges(test.ranges, facts.key.protocol);
    case FilterField::kTos:
      return in_ranges(test.ranges, facts.tos);
    case FilterField::kFlags:
      return flags_hold(test.ranges, facts.tcp_flags);
    case FilterField::kPackets:
      return in_ranges(test.ranges, facts.packets);
    case FilterField::kBytes:
      return in_ranges(test.ranges, facts.bytes);
    case FilterField::kDuration:
      return in_ranges(test.ranges, facts.lasted_us);
    case FilterField::kRtt:
      return facts.srtt_us != 0 && in_ranges(test.ranges, facts.srtt_us);
    case FilterField::kRetransmits:
      return in_ranges(test.ranges, facts.retransmits);
    case FilterField::kDirection:
      return in_ranges(test.ranges, static_cast<std::uint8_t>(facts.key.direction));
    case FilterField::kInterface:
      return in_ranges(test.ranges, facts.origin.interface);
    case FilterField::kPid:
      return in_ranges(test.ranges, facts.origin.pid);
    default:
      return name_holds(test, facts);
  }
}

template <class Id, class Name>
bool FlowFilter::known(Test& test, Id id, std::size_t ids, const Name& name) {
  if (!id.valid() || id.value() >= ids) return false;
  if (test.verdicts.size() <= id.value()) test.verdicts.resize(ids);
  std::uint8_t& verdict = test.verdicts[id.value()];
  if (verdict == 0) {
    const bool fits = std::any_of(test.globs.begin(), test.globs.end(),
                                  [&](const std::string& glob) { return glob_matches(glob, name(id)); });
    verdict = fits ? 2 : 1;
  }
  return verdict == 2;
}

bool FlowFilter::name_holds(Test& test, const FlowFacts& facts) const {
  if (test.field == FilterField::kApplication) {
    return known(test, facts.origin.application, names_->applications.size(),
                 [&](ApplicationId id) -> const std::string& { return names_->applications[id]; });
  }
  if (test.field == FilterField::kTunnel) {
    return known(test, facts.origin.tunnel, names_->tunnels.size(),
                 [&](TunnelId id) -> const std::string& { return names_->tunnels[id].technology; });
  }
  return known(test, facts.origin.owner, names_->owners.size(), [&](OwnerId id) -> const std::string& {
    const Owner& owner = names_->owners[id];
    switch (test.field) {
      case FilterField::kProcess:
        return owner.process;
      case FilterField::kExecutable:
        return owner.executable;
      case FilterField::kUser:
        return owner.user;
      case FilterField::kUnit:
        return owner.unit;
      default:
        return owner.container;
    }
  });
}

Result<FilterStages> stages_of(const FlowDefinition& definition) {
  const Filter& where = definition.where;
  const std::vector<Filter> parts =
      where.kind == Filter::Kind::kAnd ? where.parts : std::vector<Filter>{where};
  std::vector<Filter> before;
  std::vector<Filter> after;
  for (const Filter& part : parts) {
    const auto tests = tests_of(part);
    const bool totals = std::any_of(tests.begin(), tests.end(),
                                    [](const FilterTest* test) { return is_of_totals(test->field); });
    (totals ? after : before).push_back(part);
    for (const FilterTest* test : tests) {
      for (const KeyField field : totals ? fields_for(*test) : std::vector<KeyField>{}) {
        if (!is_cut(definition, field)) continue;
        return not_here(*test,
                        "it stands in one 'or' or 'not' with a total, and the key does not keep all of " +
                            std::string(key_field_name(field)));
      }
    }
  }
  return FilterStages{all_of(std::move(before)), all_of(std::move(after))};
}

}  // namespace anemone
