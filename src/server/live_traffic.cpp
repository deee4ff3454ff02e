#include "server/live_traffic.h"

#include <algorithm>

#include "base/text.h"
#include "server/join_names.h"

namespace anemone {
namespace {

constexpr std::size_t kVersionsMax = 100'000;
constexpr Time kLastTime = time_from_micros(253'402'300'800'000'000);  // the store's: the year 9999

// "agent:NAME:STREAM"; empty where it is not an agent's.
std::string agent_of(const std::string& source) {
  constexpr std::string_view kPrefix = "agent:";
  const std::size_t end = source.rfind(':');
  if (!source.starts_with(kPrefix) || end <= kPrefix.size()) return "";
  return source.substr(kPrefix.size(), end - kPrefix.size());
}

// Which records of an observer stand for a bin, and how far they are moved in time.
struct Stand {
  Time from = Time::max();
  Time to = Time::max();
  Duration moved{};
};

}  // namespace

std::string print_reported(Time until) { return "until=" + std::to_string(micros(until)); }

std::optional<Time> parse_reported(std::string_view text) {
  constexpr std::string_view kPrefix = "until=";
  if (!text.starts_with(kPrefix)) return std::nullopt;
  const auto until = parse_u64(text.substr(kPrefix.size()));
  if (!until || *until > static_cast<std::uint64_t>(micros(kLastTime))) return std::nullopt;
  return time_from_micros(static_cast<std::int64_t>(*until));
}

LiveTraffic::LiveTraffic(LiveTrafficConfig config, const Store& store, HostBook& hosts, const Clock& clock)
    : config_(config), store_(store), hosts_(hosts), clock_(clock), progress_(config.progress) {}

Result<void> LiveTraffic::restore() {
  std::map<std::string, ObserverId> observers;
  const std::vector<std::string> names = store_.observers();
  for (std::size_t i = 0; i < names.size(); ++i) observers.emplace(names[i], ObserverId{i});
  for (const auto& [source, progress] : store_.sources()) {
    const std::string agent = agent_of(source);
    const auto observer = observers.find(agent);
    if (agent.empty() || observer == observers.end()) continue;
    agents_[observer->second] = agent;
    hosts_.know(observer->second, agent);
    if (const auto until = parse_reported(progress.text)) progress_.reported(agent, *until);
  }
  auto facts = store_.host_facts();
  if (!facts) return facts.error();
  for (HostRow& row : *facts) {
    if (agents_.contains(row.observer)) hosts_.learn(row.observer, std::move(row.facts));
  }
  if (agents_.empty()) return {};

  const Time now = clock_.now();
  kept_from_ = slice_start(now, config_.bin) - config_.bin * static_cast<std::int64_t>(config_.bins_kept);
  RecordNames all;
  auto records = store_.flows_between(kept_from_, kLastTime, {}, &all);
  if (!records) return records.error();
  for (std::size_t first = 0, end = 0; first < records->size(); first = end) {
    const ObserverId observer = (*records)[first].observer;
    while (end < records->size() && (*records)[end].observer == observer) ++end;
    const auto agent = agents_.find(observer);
    if (agent == agents_.end()) continue;
    add({agent->second, observer, Time{}, std::span(*records).subspan(first, end - first), &all, {}});
  }
  counts_ = {.records_in_memory = counts_.records_in_memory};
  make_room(now);
  auto span = store_.record_span();
  if (!span) return span.error();
  if (*span) {
    first_bin_ = slice_start((*span)->from, config_.bin);
    last_record_ = (*span)->to;
  }
  return {};
}

void LiveTraffic::take(const KeptFile& file) {
  hosts_.know(file.observer, file.agent);
  for (const HostRow& place : file.places) hosts_.learn(place.observer, place.facts);
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  agents_.try_emplace(file.observer, file.agent);
  progress_.reported(file.agent, file.until);
  add(file);
  ++counts_.files;
  make_room(now);
}

void LiveTraffic::reported(const std::string& agent, Time until) {
  const std::lock_guard lock(mutex_);
  if (until <= progress_.reported_until(agent)) return;
  progress_.reported(agent, until);
  ++changes_;
}

void LiveTraffic::add(const KeptFile& file) {
  const Time now = clock_.now();
  const Time watermark = progress_.at(now).watermark.value_or(Time{});
  LiveBin* bin = nullptr;
  Time begin = Time::max();
  ++changes_;
  std::optional<JoinedNames> joined;
  for (const FlowRecord& record : file.records) {
    const Time start = slice_start(record.start, config_.bin);
    if (start != begin) {
      begin = start;
      note(begin, now);
      bin = is_kept(begin) ? &bins_[begin] : nullptr;
      joined.reset();
      if (bin != nullptr) {
        bin->version = changes_;
        joined.emplace(bin->names);
        joined->begin(file.names);
      }
    }
    if (begin + config_.bin <= watermark) ++counts_.late_records;
    last_record_ = std::max(last_record_.value_or(Time{}), record.end);
    if (bin == nullptr) continue;
    bin->records.push_back(record);
    joined->translate(bin->records.back());
    ++counts_.records_in_memory;
  }
  counts_.records += file.records.size();
}

// Something came for a bin.
void LiveTraffic::note(Time bin, Time now) {
  versions_[bin] = changes_;
  if (versions_.size() > kVersionsMax) versions_.erase(versions_.begin());
  corrected_[bin] = now;
  first_bin_ = std::min(first_bin_.value_or(bin), bin);
}

void LiveTraffic::make_room(Time now) {
  const Time oldest =
      slice_start(now, config_.bin) - config_.bin * static_cast<std::int64_t>(config_.bins_kept);
  while (!bins_.empty()) {
    const auto first = bins_.begin();
    const bool crowded = counts_.records_in_memory > config_.records_kept;
    if (first->first >= oldest && !crowded) break;
    if (first->first >= oldest) ++counts_.bins_let_go;
    counts_.records_in_memory -= first->second.records.size();
    kept_from_ = std::max(kept_from_, first->first + config_.bin);
    bins_.erase(first);
  }
  kept_from_ = std::max(kept_from_, oldest);
}

Standing LiveTraffic::standing() const {
  const std::lock_guard lock(mutex_);
  return progress_.at(clock_.now());
}

Time LiveTraffic::reported_until(const std::string& agent) const {
  const std::lock_guard lock(mutex_);
  return progress_.reported_until(agent);
}

Time LiveTraffic::newest_report() const {
  const std::lock_guard lock(mutex_);
  Time newest{};
  for (const auto& [observer, agent] : agents_) newest = std::max(newest, progress_.reported_until(agent));
  return newest;
}

std::optional<Time> LiveTraffic::first_bin() const {
  const std::lock_guard lock(mutex_);
  return first_bin_;
}

std::optional<Time> LiveTraffic::last_record() const {
  const std::lock_guard lock(mutex_);
  return last_record_;
}

std::uint64_t LiveTraffic::version(Time bin) const {
  const std::lock_guard lock(mutex_);
  const auto found = versions_.find(bin);
  return found == versions_.end() ? 0 : found->second;
}

std::uint64_t LiveTraffic::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

BinRecords LiveTraffic::snapshot(const LiveBin& bin) const {
  if (bin.snapshot_version == bin.version) return bin.snapshot;
  bin.snapshot.records = std::make_shared<const std::vector<FlowRecord>>(bin.records);
  bin.snapshot.names = std::make_shared<const RecordNames>(bin.names);
  bin.snapshot.carried_from = bin.records.size();
  bin.snapshot_version = bin.version;
  return bin.snapshot;
}

Result<BinRecords> LiveTraffic::records(const Bin& bin) const {
  BinRecords found;
  bool kept = false;
  {
    const std::lock_guard lock(mutex_);
    kept = is_kept(bin.from);
    const auto in_memory = bins_.find(bin.from);
    if (!bin.complete) {
      found = expected(bin, clock_.now());
    } else if (kept && in_memory != bins_.end()) {
      found = snapshot(in_memory->second);
    } else if (kept) {
      found = {std::make_shared<const std::vector<FlowRecord>>(),
               std::make_shared<const RecordNames>(),
               {},
               true,
               0};
    }
  }
  if (bin.complete && !kept) {
    auto stored = read(bin);
    if (!stored) return stored.error();
    found = std::move(*stored);
  }
  found.silent_is_absent = true;
  found.hosts = hosts_.at(bin.to - Duration{1});
  return found;
}

Result<BinRecords> LiveTraffic::read(const Bin& bin) const {
  auto names = std::make_shared<RecordNames>();
  auto records = store_.flows_between(bin.from, bin.to, {}, names.get());
  if (!records) return records.error();
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(*records, [&](const FlowRecord& record) { return !agents_.contains(record.observer); });
  }
  const std::size_t count = records->size();
  return BinRecords{std::make_shared<const std::vector<FlowRecord>>(std::move(*records)),
                    std::move(names),
                    {},
                    true,
                    count};
}

// The records of a bin that is not whole: who has reported up to its end, or is given up, with what came;
// everybody else with the last `bin` that was reported.
BinRecords LiveTraffic::expected(const Bin& bin, Time now) const {
  const Duration length = bin.to - bin.from;
  std::vector<Stand> stands;
  Time first = bin.from;
  for (const auto& [observer, agent] : agents_) {
    if (stands.size() <= observer.value()) stands.resize(observer.value() + 1);
    Stand& stand = stands[observer.value()];
    const Time until = progress_.reported_until(agent);
    stand = {bin.from, bin.to, Duration{}};
    if (until >= bin.to || !progress_.is_awaited(agent, now)) continue;
    stand = {until - length, until, bin.to - until};
    first = std::min(first, stand.from);
  }
  auto records = std::make_shared<std::vector<FlowRecord>>();
  auto names = std::make_shared<RecordNames>();
  std::vector<FlowRecord> carried;
  JoinedNames joined(*names);
  for (auto live = bins_.lower_bound(slice_start(first, config_.bin)); live != bins_.end(); ++live) {
    if (live->first >= bin.to) break;
    joined.begin(&live->second.names);
    for (const FlowRecord& record : live->second.records) {
      const Stand& stand = stands[record.observer.value()];
      if (record.start < stand.from || record.start >= stand.to) continue;
      FlowRecord& copy = (record.start < bin.from ? carried : *records).emplace_back(record);
      copy.start += stand.moved;
      copy.end += stand.moved;
      joined.translate(copy);
    }
  }
  const std::size_t measured = records->size();
  records->insert(records->end(), carried.begin(), carried.end());
  return {std::move(records), std::move(names), {}, true, measured};
}

void LiveTraffic::forget_corrections(Time bin) {
  const std::lock_guard lock(mutex_);
  corrected_.erase(bin);
}

std::vector<Time> LiveTraffic::take_corrected(Time end, Duration quiet) {
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  std::vector<Time> bins;
  for (auto at = corrected_.begin(); at != corrected_.end() && at->first + config_.bin <= end;) {
    if (at->second + quiet > now) {
      ++at;
      continue;
    }
    bins.push_back(at->first);
    at = corrected_.erase(at);
  }
  return bins;
}

LiveTrafficCounts LiveTraffic::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace anemone
