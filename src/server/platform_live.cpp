// The Platform where agents report: the bin that is open, those that are not complete yet, and those that
// late records correct.

#include <algorithm>
#include <mutex>
#include <utility>

#include "server/platform.h"

namespace anemone {
namespace {

// Whoever follows the routing protocol lets time pass several times a second.
constexpr Duration kRoutingFollowed = 10s;
constexpr Duration kQuiet = 2s;  // late records come in bursts
constexpr Duration kCloseFrom = 24h;
constexpr std::size_t kCloseAtOnce = 60;
constexpr std::int64_t kFillMax = 100'000;  // bins

}  // namespace

Time Platform::complete_until() const {
  const Time heard = watermark();
  if (agents_ == nullptr) return heard;
  const Time reported = agents_->standing().watermark.value_or(Time{});
  // Where nobody hears routing (any more), what is known of it does not hold records up.
  if (heard + kRoutingFollowed < agents_->now()) return reported;
  return std::min(reported, heard - RoutingHistory::kSettle);
}

std::uint64_t Platform::changes() const {
  const std::shared_lock lock(mutex_);
  return heard_ + (agents_ == nullptr ? 0 : agents_->changes() + agents_->hosts().version()) +
         (counters_ == nullptr ? 0 : counters_->version());
}

// The bin around an instant; the open one when none is asked for.
Result<Bin> Platform::live_bin_of(const std::optional<Time>& at) const {
  const Time open = slice_start(agents_->now(), config_.bin);
  const Time from = at ? slice_start(*at, config_.bin) : open;
  const Time first = first_bin();
  if (from > open || from < first || first == Time{}) {
    if (first == Time{}) return Error{"nothing has been reported or heard yet"};
    return Error{"there is no data for " + print_time(at.value_or(from)) + "; there is from " +
                 print_time(first) + " to " + print_time(open + config_.bin)};
  }
  return Bin{from, from + config_.bin, from + config_.bin <= complete_until()};
}

std::optional<BinStamp> Platform::stamp_of(const Bin& bin) const {
  if (agents_ == nullptr) return bin.complete ? std::optional(BinStamp{}) : std::nullopt;
  BinStamp stamp;
  stamp.hosts = agents_->hosts().version();
  if (bin.complete) {
    stamp.records = agents_->version(bin.from);
    return stamp;
  }
  stamp.records = agents_->changes();
  stamp.second = micros(agents_->now()) / 1'000'000;
  const std::shared_lock lock(mutex_);
  stamp.routing = heard_;
  return stamp;
}

// Where agents report, the bin that is open has the routes of this moment: what is sent now takes them.
// Without any routing nothing has a place, and what is sent is told all the same.
std::vector<Epoch> Platform::epochs_of(const Bin& bin) const {
  const std::shared_lock lock(mutex_);
  if (agents_ == nullptr) return history_.between(bin.from, bin.to);
  std::vector<Epoch> epochs;
  if (bin.to > agents_->now()) {
    if (auto present = history_.at(Time::max())) epochs.push_back({bin.from, std::move(present)});
  } else {
    epochs = history_.between(bin.from, bin.to);
  }
  if (epochs.empty()) epochs.push_back({bin.from, std::make_shared<const Topology>()});
  return epochs;
}

bool Platform::is_stable(const Bin& bin) const {
  const std::shared_lock lock(mutex_);
  return history_.is_stable(bin.from, bin.to);
}

Result<std::vector<Bin>> Platform::close_bins() {
  std::vector<Bin> closed;
  if (agents_ == nullptr || !agents_->first_bin()) return closed;
  const Time until = slice_start(complete_until(), config_.bin);
  Time next;
  {
    const std::unique_lock lock(mutex_);
    if (closed_until_ == Time{}) {
      closed_until_ = slice_start(std::max(*agents_->first_bin(), until - kCloseFrom), config_.bin);
    }
    next = closed_until_;
  }
  for (; next < until && closed.size() < kCloseAtOnce; next += config_.bin) {
    const Bin bin{next, next + config_.bin};
    agents_->forget_corrections(next);
    if (auto kept = keep_loads(bin); !kept) return kept.error();
    closed.push_back(bin);
  }
  for (const Time from : agents_->take_corrected(next, kQuiet)) {
    if (auto kept = keep_loads({from, from + config_.bin}); !kept) return kept.error();
  }
  return closed;
}

// Works a bin out and keeps what its links carried; links without load are left out.
Result<void> Platform::keep_loads(const Bin& bin) {
  auto worked_out = traffic(bin, 1);
  if (!worked_out) return worked_out.error();
  const auto before = store_.progress(kLoadSource);
  Batch batch;
  batch.source = kLoadSource;
  batch.id = before ? before->id + 1 : 1;
  {
    const std::shared_lock lock(mutex_);
    batch.at = std::max(closed_until_, bin.to);
  }
  for (const LinkAnswer& link : (*worked_out)->links) {
    if (link.load_bps <= 0) continue;
    auto id = store_.link(link.id);
    if (!id) return id.error();
    const double length = seconds(config_.bin);
    batch.loads.push_back({bin.from, *id, link.load_bps * length, link.load_pps * length});
  }
  if (auto kept = store_.append(batch); !kept) return kept.error();
  const std::unique_lock lock(mutex_);
  closed_until_ = batch.at;
  summaries_[bin.from] = summary_of(**worked_out);
  return {};
}

// Of the bins whose loads are kept.
Result<std::vector<LinkPoint>> Platform::kept_series_of(const std::string& link) const {
  std::vector<LinkPoint> points;
  std::map<Time, std::size_t> places;
  for (const auto& [start, end] : bins_between(first_bin(), complete_until())) {
    places[start] = points.size();
    points.push_back({start, 0, std::nullopt});
  }
  const std::vector<std::string> links = store_.links();
  const auto known = std::ranges::find(links, link);
  if (points.empty() || known == links.end()) return points;
  const StoredLinkId id{static_cast<std::size_t>(known - links.begin())};
  auto loads = store_.loads_between(points.front().from, points.back().from + Duration{1}, id);
  if (!loads) return loads.error();
  for (const StoredLoad& load : *loads) {
    const auto place = places.find(load.bin);
    if (place != places.end()) points[place->second].load_bps = load.bits / seconds(config_.bin);
  }
  return points;
}

// Bins in which nothing was carried have no loads in the store, and are bins all the same.
Result<void> Platform::fill_summaries() {
  const auto first = agents_->first_bin();
  if (!first || closed_until_ == Time{}) return {};
  Time from = std::max(*first, closed_until_ - config_.bin * kFillMax);
  for (; from < closed_until_; from += config_.bin) {
    const auto [summary, is_new] = summaries_.try_emplace(from);
    if (!is_new) continue;
    summary->second.from = from;
    summary->second.stable = history_.is_stable(from, from + config_.bin);
  }
  return {};
}

}  // namespace anemone
