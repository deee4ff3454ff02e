#include "agent/running_definitions.h"

#include <algorithm>
#include <utility>

#include "record/from_flow.h"

namespace anemone {
namespace {

constexpr Duration kBatchWithoutSlices = 10s;
constexpr std::size_t kPart = 2048;  // flows that are made records of together

// Records go in batches even where the definition does not cut flows.
Duration batch_length(const FlowDefinition& definition) {
  return definition.slice > Duration{0} ? definition.slice : kBatchWithoutSlices;
}

}  // namespace

Result<std::unique_ptr<RunningDefinitions>> RunningDefinitions::make(const std::string& own,
                                                                     RecordNames& names,
                                                                     std::size_t flows_max,
                                                                     InterfaceNumbers interfaces) {
  std::unique_ptr<RunningDefinitions> all(new RunningDefinitions(names, flows_max, std::move(interfaces)));
  if (auto set = all->set_own(own); !set) return set.error();
  all->take_up({}, {});
  return all;
}

void RunningDefinitions::want(std::vector<NamedDefinition> definitions) {
  const std::lock_guard lock(mutex_);
  wanted_ = std::move(definitions);
}

Result<void> RunningDefinitions::set_own(const std::string& define) {
  const auto flows = make_flows(define);
  if (!flows) return flows.error();
  own_ = define;
  const bool own_is_in_force = running_.empty() || running_[0].as_wanted.name == kOwnDefinition;
  if (own_is_in_force) want({});
  return {};
}

Result<DefinedFlows> RunningDefinitions::make_flows(const std::string& define) const {
  const auto definition = parse_flow_definition(define);
  if (!definition) return definition.error();
  return DefinedFlows::make(*definition, names_, flows_max_, interfaces_);
}

// A late reading brings the next slice before anybody said that this one is over: all its flows may be due
// here.
void RunningDefinitions::add(std::span<const MicroFlow> micro_flows, const Take& take) {
  for (; micro_flows.size() > kPart; micro_flows = micro_flows.subspan(kPart))
    add(micro_flows.first(kPart), take);
  for (Running& running : running_) {
    running.flows.add(micro_flows, running.due);
    const Time until = running.slice + batch_length(running.flows.definition());
    if (running.due.size() >= kPart && running.slice > Time{})
      hand_on_part(running, close_at(running, until), take);
  }
}

void RunningDefinitions::advance(Time now, const Take& take) {
  for (Running& running : running_) {
    const Time slice = slice_start(now, batch_length(running.flows.definition()));
    if (slice > running.slice) {
      const Close close = close_at(running, slice);
      running.flows.expire(now, running.due, kPart,
                           [&](std::vector<Flow>&) { hand_on_part(running, close, take); });
      hand_on_rest(running, close, take);
    } else {
      running.flows.expire(now, running.due);
    }
    running.slice = std::max(running.slice, slice);
  }
  take_up(now, take);
}

void RunningDefinitions::finish(Time now, const Take& take) {
  for (Running& running : running_) finish(running, now, take);
}

void RunningDefinitions::finish(Running& running, Time now, const Take& take) {
  const Close all{now, Time::max()};
  while (running.flows.finish_some(kPart, running.due)) {
    if (running.flows.size() > 0) hand_on_part(running, all, take);
  }
  hand_on_rest(running, all, take);
}

// Without slices a flow may be in the table from long before.
RunningDefinitions::Close RunningDefinitions::close_at(const Running& running, Time until) {
  const bool slices = running.flows.definition().slice > Duration{0};
  return {until, slices ? until : Time::max()};
}

RecordBatch RunningDefinitions::batch_of(const Running& running, const Close& close, bool goes_on) {
  RecordBatch batch{running.number, running.as_wanted.name, close.until, {}, goes_on, {}};
  batch.records.reserve(running.due.size());
  for (const Flow& flow : running.due) {
    if (flow.start < close.before) batch.records.push_back(record_of(flow, ObserverId{}));
  }
  return batch;
}

void RunningDefinitions::hand_on_part(Running& running, const Close& close, const Take& take) {
  RecordBatch batch = batch_of(running, close, true);
  if (batch.records.empty()) return;
  take(std::move(batch));
  running.begun = true;
  std::erase_if(running.due, [&](const Flow& flow) { return flow.start < close.before; });
}

void RunningDefinitions::hand_on_rest(Running& running, const Close& close, const Take& take) {
  RecordBatch batch = batch_of(running, close, false);
  batch.handed_on_before = close.before;
  if (!batch.records.empty() || running.begun) take(std::move(batch));
  running.handed_on_before = close.before;
  running.begun = false;
  std::erase_if(running.due, [&](const Flow& flow) { return flow.start < close.before; });
  running.due.shrink_to_fit();
}

// The first definition's records are the traffic, the second's the same once more
// (docs/formats/agent-api.md): when the first goes, the second is cut short and goes on as the first.
void RunningDefinitions::number_anew(Time now, const Take& take) {
  for (std::size_t i = 0; i < running_.size(); ++i) {
    const auto number = static_cast<std::uint32_t>(kFirstDefinition + i);
    if (running_[i].number == number) continue;
    if (running_[i].number != 0) finish(running_[i], now, take);
    running_[i].number = number;
  }
}

void RunningDefinitions::take_up(Time now, const Take& take) {
  std::vector<NamedDefinition> wanted;
  {
    const std::lock_guard lock(mutex_);
    if (!wanted_) return;
    wanted = *std::exchange(wanted_, std::nullopt);
  }
  if (wanted.empty()) wanted = {{kOwnDefinition, own_}};
  std::vector<std::string> problems;
  std::vector<Running> next;
  for (const NamedDefinition& one : wanted) {
    const auto same = std::find_if(running_.begin(), running_.end(),
                                   [&](const Running& running) { return running.as_wanted == one; });
    if (same != running_.end()) {
      next.push_back(std::move(*same));
      running_.erase(same);
      continue;
    }
    auto flows = make_flows(one.define);
    if (!flows) {
      problems.push_back("definition " + one.name + ": " + flows.error().message);
      continue;
    }
    next.push_back({one,
                    0,
                    std::move(*flows),
                    slice_start(now, batch_length(flows->definition())),
                    {},
                    false,
                    Time::max()});
  }
  if (next.empty()) {  // none of those can be: what was goes on
    const std::lock_guard lock(mutex_);
    problems_ = std::move(problems);
    return;
  }
  for (Running& gone : running_) {
    finish(gone, now, take);
    pushed_out_before_ += gone.flows.pushed_out();
  }
  running_ = std::move(next);
  number_anew(now, take);
  const std::lock_guard lock(mutex_);
  problems_ = std::move(problems);
  names_in_force_.clear();
  for (const Running& running : running_) names_in_force_.push_back(running.as_wanted.name);
}

std::vector<std::string> RunningDefinitions::names_in_force() const {
  const std::lock_guard lock(mutex_);
  return names_in_force_;
}

std::vector<std::string> RunningDefinitions::problems() const {
  const std::lock_guard lock(mutex_);
  return problems_;
}

std::size_t RunningDefinitions::flows() const {
  std::size_t flows = 0;
  for (const Running& running : running_) flows += running.flows.size();
  return flows;
}

std::uint64_t RunningDefinitions::pushed_out() const {
  std::uint64_t pushed_out = pushed_out_before_;
  for (const Running& running : running_) pushed_out += running.flows.pushed_out();
  return pushed_out;
}

}  // namespace anemone
