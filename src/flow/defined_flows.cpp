#include "flow/defined_flows.h"

#include <algorithm>
#include <utility>

namespace anemone {

Result<DefinedFlows> DefinedFlows::make(const FlowDefinition& definition, RecordNames& names,
                                        std::size_t flows_max, const InterfaceNumbers& interfaces) {
  auto stages = stages_of(definition);
  if (!stages) return stages.error();
  auto before = FlowFilter::make(stages->before, names, interfaces);
  if (!before) return before.error();
  auto after = FlowFilter::make(stages->after, names, interfaces);
  if (!after) return after.error();
  return DefinedFlows(definition, std::move(*before), std::move(*after), names, flows_max);
}

DefinedFlows::DefinedFlows(const FlowDefinition& definition, FlowFilter before, FlowFilter after,
                           RecordNames& names, std::size_t flows_max)
    : definition_(definition),
      before_(std::move(before)),
      after_(std::move(after)),
      table_(std::make_unique<FlowTable>(FlowLimits::of(definition, flows_max), definition, &names.owners)) {}

void DefinedFlows::add(std::span<const MicroFlow> micro_flows, std::vector<Flow>& out) {
  const std::size_t first = out.size();
  if (!before_.is_everything()) {
    wanted_.clear();
    for (const MicroFlow& micro_flow : micro_flows) {
      if (before_.matches(micro_flow)) wanted_.push_back(micro_flow);
    }
    micro_flows = wanted_;
  }
  for (const MicroFlow& micro_flow : micro_flows) {
    packets_ += micro_flow.event.packets;
    bytes_ += micro_flow.event.bytes;
  }
  table_->add(micro_flows, out);
  keep_wanted(first, out);
}

void DefinedFlows::expire(Time now, std::vector<Flow>& out) {
  const std::size_t first = out.size();
  table_->expire(now, out);
  keep_wanted(first, out);
}

void DefinedFlows::expire(Time now, std::vector<Flow>& out, std::size_t many,
                          const FlowTable::TakeSome& take) {
  std::size_t first = out.size();
  table_->expire(now, out, many, [&](std::vector<Flow>& some) {
    keep_wanted(first, some);
    take(some);
    first = some.size();
  });
  keep_wanted(first, out);
}

bool DefinedFlows::finish_some(std::size_t count, std::vector<Flow>& out) {
  const std::size_t first = out.size();
  const bool some = table_->finish_some(count, out);
  keep_wanted(first, out);
  return some;
}

void DefinedFlows::finish(std::vector<Flow>& out) {
  const std::size_t first = out.size();
  table_->finish(out);
  keep_wanted(first, out);
}

void DefinedFlows::keep_wanted(std::size_t first, std::vector<Flow>& out) {
  if (after_.is_everything()) return;
  const auto begin = out.begin() + static_cast<std::ptrdiff_t>(first);
  out.erase(std::remove_if(begin, out.end(), [&](const Flow& flow) { return !after_.matches(flow); }),
            out.end());
}

}  // namespace anemone
