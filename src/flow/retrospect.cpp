#include "flow/retrospect.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "flow/event_archive.h"
#include "io/text_file.h"

namespace anemone {
namespace {

// The slices within which micro-flows of a subject may be added up without a difference; 0 = they may not.
Duration summed_slice(const FlowDefinition& definition) {
  const bool idle = definition.idle.count() > 0 && definition.idle < definition.slice;
  const bool active = definition.active.count() > 0 && definition.active < definition.slice;
  return idle || active ? 0s : definition.slice;
}

// Adds up events of one file by subject, one slice at a time. Events come almost in the order of time: those
// of a slice that is over already pass as they are.
class SubjectSums {
 public:
  SubjectSums(Duration slice, DefinedFlows& flows, std::vector<Flow>& out)
      : slice_(slice), flows_(flows), out_(out) {}

  void add(const EventFileReader& file, std::span<const ArchivedEvent> events) {
    if (sums_.size() < file.subjects().size()) sums_.resize(file.subjects().size(), kUntouched);
    for (const ArchivedEvent& event : events) {
      if (event.time >= end_) begin_slice(file, event.time);
      if (event.time < end_ - slice_ || !fits(event)) {
        batch_.push_back(file.micro_flow(event));
        if (batch_.size() >= kBatch) flush();
      } else {
        add(event);
      }
    }
  }

  void finish(const EventFileReader& file) {
    for (const std::uint32_t subject : touched_) {
      batch_.push_back(file.micro_flow(sums_[subject]));
      sums_[subject].subject = kNoSubject;
      if (batch_.size() >= kBatch) flush();
    }
    touched_.clear();
    flush();
    end_ = Time::min();
  }

 private:
  static constexpr std::size_t kBatch = 1024;
  static constexpr std::uint32_t kNoSubject = UINT32_MAX;
  static constexpr ArchivedEvent kUntouched{.subject = kNoSubject};

  // Packets are counted in 32 bits.
  bool fits(const ArchivedEvent& event) const {
    const ArchivedEvent& sum = sums_[event.subject];
    return sum.subject == kNoSubject || sum.packets <= UINT32_MAX - event.packets;
  }

  void begin_slice(const EventFileReader& file, Time time) {
    if (end_ != Time::min()) finish(file);
    end_ = slice_start(time, slice_) + slice_;
  }

  void add(const ArchivedEvent& event) {
    ArchivedEvent& sum = sums_[event.subject];
    if (sum.subject == kNoSubject) {
      touched_.push_back(event.subject);
      sum = event;
      return;
    }
    const Time start = std::min(sum.time, event.time);
    const Time end = std::max(sum.time + Duration{sum.lasted_us}, event.time + Duration{event.lasted_us});
    sum.time = start;
    sum.lasted_us = static_cast<std::uint32_t>(std::min<std::int64_t>((end - start).count(), UINT32_MAX));
    sum.packets += event.packets;
    sum.bytes += event.bytes;
    sum.retransmits += event.retransmits;
    sum.tcp_flags |= event.tcp_flags;
    sum.accuracy |= event.accuracy;
    if (event.srtt_us > 0) sum.srtt_us = event.srtt_us;
  }

  void flush() {
    flows_.add(batch_, out_);
    batch_.clear();
  }

  Duration slice_;
  DefinedFlows& flows_;
  std::vector<Flow>& out_;
  Time end_ = Time::min();  // of the slice
  std::vector<ArchivedEvent> sums_;
  std::vector<std::uint32_t> touched_;
  std::vector<MicroFlow> batch_;
};

class Looker {
 public:
  Looker(DefinedFlows& flows, const TimeRange& wanted, RecordNames& names,
         const std::function<void(std::span<const Flow>)>& take)
      : flows_(flows),
        wanted_(wanted),
        names_(names),
        take_(take),
        slice_(summed_slice(flows.definition())) {}

  Result<void> look_at(const std::string& path, std::size_t bytes_max) {
    auto text = read_text_file(path, bytes_max);
    if (!text) return text.error();
    EventFileReader file({reinterpret_cast<const std::uint8_t*>(text->data()), text->size()}, names_);
    SubjectSums sums(slice_, flows_, cut_);
    std::vector<ArchivedEvent> events;
    while (const auto counted = file.next(wanted_, events)) {
      cover(*counted);
      seen_.micro_flows += events.size();
      if (slice_.count() > 0) {
        sums.add(file, events);
      } else {
        add_each(file, events);
      }
      hand_over();
    }
    if (slice_.count() > 0) sums.finish(file);
    if (covered_) flows_.expire(seen_.covered.to - 1s, cut_);
    hand_over();
    ++seen_.files;
    seen_.files_torn += file.torn() > 0;
    return {};
  }

  Retrospect finish() {
    flows_.finish(cut_);
    hand_over();
    seen_.packets = flows_.packets();
    seen_.bytes = flows_.bytes();
    seen_.pushed_out = flows_.pushed_out();
    if (!covered_) seen_.covered = {wanted_.from, wanted_.from};
    return seen_;
  }

 private:
  void add_each(const EventFileReader& file, const std::vector<ArchivedEvent>& events) {
    batch_.clear();
    for (const ArchivedEvent& event : events) batch_.push_back(file.micro_flow(event));
    flows_.add(batch_, cut_);
  }

  void hand_over() {
    if (!cut_.empty()) take_(cut_);
    cut_.clear();
  }

  void cover(const TimeRange& counted) {
    const Time from = std::max(counted.from, wanted_.from);
    const Time to = std::min(counted.to, wanted_.to);
    if (from >= to) return;
    if (!covered_) seen_.covered = {from, from};
    covered_ = true;
    if (from > seen_.covered.to) seen_.gaps += from - seen_.covered.to;
    seen_.covered.to = std::max(seen_.covered.to, to);
  }

  DefinedFlows& flows_;
  TimeRange wanted_;
  RecordNames& names_;
  const std::function<void(std::span<const Flow>)>& take_;
  Duration slice_;
  Retrospect seen_;
  bool covered_ = false;
  std::vector<Flow> cut_;
  std::vector<MicroFlow> batch_;
};

}  // namespace

Result<Retrospect> look_back(const std::string& folder, const FlowDefinition& definition,
                             const TimeRange& wanted, RecordNames& names,
                             const std::function<void(std::span<const Flow>)>& take,
                             const InterfaceNumbers& interfaces, const RetrospectLimits& limits) {
  auto flows = DefinedFlows::make(definition, names, limits.flows_max, interfaces);
  if (!flows) return flows.error();
  Looker looker(*flows, wanted, names, take);
  const auto files = event_files(folder);
  for (std::size_t i = 0; i < files.size(); ++i) {
    // A file ends where the next begins; micro-flows may be told a little after they began.
    constexpr Duration kLate = 60s;
    const bool before = i + 1 < files.size() && files[i + 1].from + kLate < wanted.from;
    const bool after = files[i].from > wanted.to + kLate;
    if (before || after) continue;
    auto looked = looker.look_at(files[i].path, limits.file_bytes_max);
    // The writer may have dropped it meanwhile: then it is a gap.
    if (!looked && std::filesystem::exists(files[i].path)) {
      return looked.error().in("an event file");
    }
  }
  return looker.finish();
}

TimeRange held_range(const std::string& folder) {
  TimeRange held;
  const auto files = event_files(folder);
  if (files.empty()) return held;
  const auto blocks = [&](const std::string& path, const auto& take) {
    const auto text = read_text_file(path, RetrospectLimits{}.file_bytes_max);
    if (!text) return;
    RecordNames names;
    EventFileReader file({reinterpret_cast<const std::uint8_t*>(text->data()), text->size()}, names);
    std::vector<ArchivedEvent> events;
    while (const auto counted = file.next({}, events)) take(*counted);
  };
  held = {files.front().from, files.front().from};
  blocks(files.back().path, [&](const TimeRange& counted) { held.to = std::max(held.to, counted.to); });
  return held;
}

}  // namespace anemone
