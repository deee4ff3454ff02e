// The Platform's other rail: what is heard of the routing protocol as it happens.

#include <algorithm>
#include <mutex>
#include <utility>

#include "lsdb/unseen.h"
#include "server/evidence.h"
#include "server/platform.h"

namespace anemone {
namespace {

constexpr Duration kIsisRefreshTime = 20min;  // ISO 10589: 15 minutes, and lifetimes end at 20

Time must_have_come(const LsdbKey& lsa, Time listening_since) {
  const bool isis = protocol_of(lsa.area.domain) == Protocol::kIsis;
  return listening_since + (isis ? kIsisRefreshTime : kLsRefreshTime);
}

}  // namespace

Result<void> Platform::restore_routing() {
  auto rows = store_.lsas_until(watermark_);
  if (!rows) return rows.error();
  auto marks = store_.marks_until(watermark_);
  if (!marks) return marks.error();
  LsaLog log;
  log.vantages = store_.vantages();
  for (const LsaRow& row : *rows) {
    auto lsa =
        heard_lsa(row.arrival, static_cast<std::uint16_t>(row.vantage.value()), row.key.area, row.bytes);
    if (lsa) log.entries.push_back(std::move(*lsa));
  }
  for (const MarkRow& mark : *marks) {
    log.marks.push_back({mark.time, static_cast<std::uint16_t>(mark.vantage.value()), mark.kind, mark.count});
  }
  if (!config_.live) {
    history_.add(log.entries, watermark_);
  } else {
    for (const HeardLsa& heard : log.entries) history_.take(heard);
    history_.advance(watermark_);
  }
  watch_.add(log);
  count_unseen();
  return {};
}

std::string Platform::routing_progress() const {
  const auto progress = store_.progress(kRoutingSource);
  return progress ? progress->text : "";
}

// The batch, and the same log with the store's numbers for vantage points.
Result<Batch> Platform::batch_of(const RoutingInput& input, LsaLog& log) {
  std::vector<VantageId> ids;
  for (const std::string& name : input.log.vantages) {
    auto id = store_.vantage(name);
    if (!id) return id.error();
    if (id->value() > 0xffff) return Error{"too many vantage points"};
    ids.push_back(*id);
  }
  log = input.log;
  Batch batch;
  batch.source = kRoutingSource;
  batch.id = static_cast<std::uint64_t>(micros(input.to));
  batch.at = input.to;
  batch.progress = input.progress;
  for (HeardLsa& heard : log.entries) {
    const VantageId id = ids[heard.vantage];
    heard.vantage = static_cast<std::uint16_t>(id.value());
    if (!heard.described) {
      batch.lsas.push_back({heard.time, id, heard.key, heard.instance.sequence, heard.bytes});
    }
  }
  for (const VantageMark& mark : log.marks) {
    batch.marks.push_back({mark.time, ids[mark.vantage], mark.kind, mark.count});
  }
  return batch;
}

Result<std::vector<RoutingEvent>> Platform::accept(const RoutingInput& input) {
  LsaLog log;
  const bool any = !input.log.entries.empty() || !input.log.marks.empty();
  if (any) {
    auto batch = batch_of(input, log);
    if (!batch) return batch.error();
    if (auto kept = store_.append(*batch); !kept) return kept.error();
  }
  const std::unique_lock lock(mutex_);
  const std::lock_guard reading(lsdb_mutex_);
  if (any && first_bin_ == Time{}) {
    const Time first = std::min(log.entries.empty() ? input.to : log.entries.front().time,
                                log.marks.empty() ? input.to : log.marks.front().time);
    first_bin_ = slice_start(first, config_.bin);
  }
  for (const HeardLsa& heard : log.entries) history_.take(heard);
  history_.advance(input.to);
  watch_.add(input.log);
  lsas_ += log.entries.size();
  watermark_ = input.to;
  if (any) ++heard_;
  if (any) count_unseen();
  std::vector<RoutingEvent> news = history_.events(told_ + Duration{1}, Time::max());
  if (!news.empty()) told_ = news.back().time;
  return news;
}

// REQUIRES: the locks are held.
void Platform::count_unseen() {
  const Lsdb& lsdb = history_.lsdb();
  routing_.live = config_.live;
  routing_.database = 0;
  lsdb.each([&](const LsdbKey&, const StoredLsa&) { ++routing_.database; });
  const auto missing = unseen(lsdb, watermark_);
  routing_.unseen = missing.size();
  routing_.unseen_due.reset();
  for (const UnseenAnswer& lsa : missing) {
    if (lsa.due) routing_.unseen_due = std::max(routing_.unseen_due.value_or(*lsa.due), *lsa.due);
  }
}

std::vector<UnseenAnswer> Platform::unseen(const Lsdb& lsdb, Time at) const {
  std::vector<UnseenAnswer> answers;
  for (const LsdbKey& lsa : unseen_lsas(lsdb)) {
    std::optional<Time> due;
    if (const auto since = watch_.listening_since(lsa, at)) due = must_have_come(lsa, *since);
    answers.push_back(
        {print_area(lsa.area), print_lsa_type(lsa), print_lsa_id(lsa), print_address(lsa.router), due});
  }
  return answers;
}

void Platform::set_routing_problems(std::vector<std::string> problems) {
  const std::unique_lock lock(mutex_);
  routing_.problems = std::move(problems);
}

void Platform::set_late(std::map<std::string, std::pair<std::uint64_t, Duration>> late) {
  const std::unique_lock lock(mutex_);
  late_ = std::move(late);
}

VantagesAnswer Platform::vantages(std::optional<Time> at) const {
  const std::shared_lock lock(mutex_);
  const Time time = at.value_or(watermark_);
  return {time, vantages_at(time)};
}

EventsAnswer Platform::events_of(std::optional<Time> from, std::optional<Time> to, std::size_t count) const {
  const std::shared_lock lock(mutex_);
  EventsAnswer answer;
  answer.from = from.value_or(first_bin_);
  answer.to = to.value_or(watermark_ + Duration{1});
  answer.events = history_.events(answer.from, answer.to);
  answer.total = answer.events.size();
  if (answer.total > count) {
    answer.events.erase(answer.events.begin(), answer.events.end() - static_cast<std::ptrdiff_t>(count));
  }
  return answer;
}

InstantAnswer Platform::instant(Time time) const {
  const std::vector<std::string> names = store_.vantages();
  const std::shared_lock lock(mutex_);
  const std::lock_guard reading(lsdb_mutex_);
  InstantAnswer answer{time, time + RoutingHistory::kSettle, {}, {}};
  answer.events = history_.events(time, time + Duration{1});
  answer.evidence =
      evidence_between(history_.lsas().at(time - Duration{1}), history_.lsas().at(answer.to), names);
  return answer;
}

std::vector<VantageAnswer> Platform::vantages_at(Time at) const {
  std::vector<VantageAnswer> answers = watch_.at(at);
  for (VantageAnswer& vantage : answers) {
    const auto late = late_.find(vantage.name);
    if (late == late_.end()) continue;
    vantage.late = late->second.first;
    vantage.latest = late->second.second;
  }
  return answers;
}

// The bin around an instant, complete or not: only the network of that time is answered about.
Result<Bin> Platform::bin_without_traffic(const std::optional<Time>& at) const {
  if (watermark_ == Time{}) return Error{"no routing has been heard yet"};
  const Time time = at.value_or(watermark_ - Duration{1});
  if (time < first_bin_ || time > watermark_) {
    return Error{"nothing is known of " + print_time(time) + "; routing was heard from " +
                 print_time(first_bin_) + " to " + print_time(watermark_)};
  }
  const Time from = slice_start(time, config_.bin);
  return Bin{from, from + config_.bin, from + config_.bin <= watermark_};
}

}  // namespace anemone
