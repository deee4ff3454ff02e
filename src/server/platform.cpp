#include "server/platform.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>
#include <utility>

#include "load/path.h"
#include "server/breakdown.h"
#include "server/mean_load.h"
#include "server/traffic_account.h"

namespace anemone {
namespace {

std::vector<std::string> names_of(const std::vector<InventoryListener>& listeners) {
  std::vector<std::string> names;
  names.reserve(listeners.size());
  for (const InventoryListener& listener : listeners) names.push_back(listener.name);
  return names;
}

// sum |measured - true| / sum true, over all links.
double total_error(const BinTraffic& measured, const BinTraffic& truth) {
  double error = 0;
  for (const LinkAnswer& link : truth.links) {
    const LinkAnswer* seen = measured.find(link.id);
    error += std::abs(link.load_bps - (seen == nullptr ? 0 : seen->load_bps));
  }
  return truth.total_bps > 0 ? error / truth.total_bps : 0;
}

// A host by its name is its address; everything else stays as it is written.
std::string end_of(const Hosts& hosts, const std::string& end) {
  for (const KnownHost& host : hosts.list()) {
    if (host.name == end && !host.addresses.empty()) return print_address(host.address());
  }
  return end;
}

}  // namespace

Platform::Platform(PlatformConfig config, const Inventory& inventory, Store& store, LiveTraffic* agents,
                   std::vector<ObserverId> observers)
    : config_(std::move(config)),
      inventory_(inventory),
      store_(store),
      agents_(agents),
      observers_(std::move(observers)),
      recorded_hosts_(std::make_shared<const Hosts>(hosts_of(inventory, observers_))),
      history_([&inventory](TopologyParts parts) { return annotate(std::move(parts), inventory); }) {}

Result<std::unique_ptr<Platform>> Platform::open(PlatformConfig config, const Inventory& inventory,
                                                 Store& store, LiveTraffic* agents) {
  std::vector<ObserverId> observers(inventory.hosts.size());
  for (std::size_t i = 0; i < observers.size() && !config.live; ++i) {
    auto id = store.observer(inventory.hosts[i].name);
    if (!id) return id.error();
    observers[i] = *id;
  }
  auto platform = std::unique_ptr<Platform>(
      new Platform(std::move(config), inventory, store, agents, std::move(observers)));
  for (const InventoryListener& listener : inventory.listeners) {
    auto id = store.vantage(listener.name);
    if (!id) return id.error();
    platform->vantages_.push_back(*id);
  }
  if (auto restored = platform->restore(); !restored) return restored.error();
  return platform;
}

Result<void> Platform::restore() {
  const auto progress = store_.progress(config_.live ? kRoutingSource : "main");
  if (!progress && agents_ == nullptr) return {};
  if (progress) watermark_ = told_ = progress->at;
  if (auto restored = restore_routing(); !restored) return restored.error();
  auto counts = store_.counts();
  if (!counts) return counts.error();
  records_ = counts->records;
  lsas_ = counts->lsas;
  return restore_summaries();
}

// What every bin carried in all, from the loads that were kept.
Result<void> Platform::restore_summaries() {
  auto span = store_.span();
  if (!span) return span.error();
  if (!*span) return {};
  first_bin_ = slice_start((*span)->from, config_.bin);
  if (const auto closed = store_.progress(kLoadSource); closed && agents_ != nullptr) {
    closed_until_ = closed->at;
  }
  auto loads = store_.loads_between(first_bin_, std::max(watermark_, closed_until_));
  if (!loads) return loads.error();
  const std::vector<std::string> names = store_.links();
  for (const StoredLoad& load : *loads) {
    SeriesBin& summary = summaries_[load.bin];
    if (summary.from != load.bin) {
      summary.from = load.bin;
      summary.stable = history_.is_stable(load.bin, load.bin + config_.bin);
    }
    const double bps = load.bits / seconds(config_.bin);
    summary.total_bps += bps;
    const double capacity = history_.capacity_of(names[load.link.value()]);
    if (capacity > 0) summary.max_utilisation = std::max(summary.max_utilisation, bps / capacity);
  }
  if (agents_ != nullptr) return fill_summaries();
  if (!summaries_.empty()) first_bin_ = summaries_.begin()->first;
  return restore_last_flow();
}

// The end of the last record, in the newest bin that has any.
Result<void> Platform::restore_last_flow() {
  for (auto bin = summaries_.rbegin(); bin != summaries_.rend() && !last_flow_; ++bin) {
    auto records = own_flows(bin->first, bin->first + config_.bin);
    if (!records) return records.error();
    for (const FlowRecord& record : *records) {
      last_flow_ = std::max(last_flow_.value_or(Time{}), record.end);
    }
  }
  return {};
}

// Records of the inventory's hosts: those that agents sent belong to no bin here.
Result<std::vector<FlowRecord>> Platform::own_flows(Time from, Time to) const {
  const auto& own = observers_;
  if (own.empty()) return std::vector<FlowRecord>();
  if (store_.observers().size() == own.size()) return store_.flows_between(from, to);
  return store_.flows_between(from, to, own);
}

Time Platform::first_bin() const {
  const std::shared_lock lock(mutex_);
  if (agents_ == nullptr || !agents_->first_bin()) return first_bin_;
  return first_bin_ == Time{} ? *agents_->first_bin() : std::min(first_bin_, *agents_->first_bin());
}

Time Platform::watermark() const {
  const std::shared_lock lock(mutex_);
  return watermark_;
}

Result<void> Platform::accept(BinInput input) {
  const Bin bin{input.to - config_.bin, input.to};
  std::vector<Epoch> epochs;
  {
    const std::unique_lock lock(mutex_);
    history_.add(input.lsas, input.to);
    watch_.add(LsaLog{names_of(inventory_.listeners), input.lsas, {}});
    epochs = history_.between(bin.from, bin.to);
  }
  const auto records = std::make_shared<const std::vector<FlowRecord>>(input.records);
  std::shared_ptr<const BinTraffic> worked_out;
  if (!epochs.empty()) {
    worked_out = std::make_shared<const BinTraffic>(
        work_out(bin, {records, nullptr, recorded_hosts_}, std::move(epochs), observers_.size()));
  }
  auto batch = batch_of(input, worked_out.get());
  if (!batch) return batch.error();
  if (auto kept = store_.append(*batch); !kept) return kept.error();

  if (worked_out) cache_.put(bin.from, observers_.size(), {}, worked_out);
  const std::unique_lock lock(mutex_);
  if (first_bin_ == Time{}) first_bin_ = bin.from;
  watermark_ = bin.to;
  records_ += batch->records.size();
  lsas_ += batch->lsas.size();
  for (const FlowRecord& record : *records) last_flow_ = std::max(last_flow_.value_or(Time{}), record.end);
  if (worked_out) {
    summaries_[bin.from] = summary_of(*worked_out);
  } else {
    summaries_[bin.from].from = bin.from;
  }
  return {};
}

Result<Batch> Platform::batch_of(const BinInput& input, const BinTraffic* traffic) {
  Batch batch;
  batch.id = static_cast<std::uint64_t>(input.to.time_since_epoch() / config_.bin);
  batch.at = input.to;
  batch.records = input.records;
  for (const HeardLsa& heard : input.lsas) {
    if (heard.described) continue;  // only its header was heard
    batch.lsas.push_back(
        {heard.time, vantages_[heard.vantage], heard.key, heard.instance.sequence, heard.bytes});
  }
  if (traffic == nullptr) return batch;
  for (const LinkAnswer& link : traffic->links) {
    auto id = store_.link(link.id);
    if (!id) return id.error();
    const double length = seconds(config_.bin);
    batch.loads.push_back({traffic->bin.from, *id, link.load_bps * length, link.load_pps * length});
  }
  return batch;
}

Result<void> Platform::forget(Duration keep) {
  auto forgotten = store_.retention(watermark(), keep);
  if (!forgotten) return forgotten.error();
  if (*forgotten == 0) return {};
  auto span = store_.span();
  if (!span) return span.error();
  const std::unique_lock lock(mutex_);
  const Time first = *span ? slice_start((*span)->from, config_.bin) : watermark_;
  summaries_.erase(summaries_.begin(), summaries_.lower_bound(first));
  first_bin_ = summaries_.empty() ? first : summaries_.begin()->first;
  history_.forget_before(first);
  return {};
}

void Platform::set_span(Time from, Time to) {
  const std::unique_lock lock(mutex_);
  span_ = {from, to};
}

void Platform::set_losses(std::vector<Loss> losses) {
  const std::unique_lock lock(mutex_);
  losses_ = std::move(losses);
}

void Platform::set_replay_state(std::function<ReplayState()> state) {
  const std::unique_lock lock(mutex_);
  replay_state_ = std::move(state);
}

Status Platform::status() const {
  const auto hosts = hosts_at(agents_ != nullptr ? agents_->now() : watermark());
  const Time complete = complete_until();
  const std::shared_lock lock(mutex_);
  Status status;
  status.name = inventory_.name.empty() ? "anemone" : inventory_.name;
  status.version = "0.1.0";
  status.mode = config_.mode;
  status.span_from = span_ ? span_->first : first_bin_ == Time{} ? watermark_ : first_bin_;
  status.span_to = span_ ? span_->second : watermark_;
  status.watermark = complete == Time{} ? status.span_from : complete;
  status.bin = config_.bin;
  if (replay_state_) status.replay = replay_state_();
  status.hosts = hosts->list().size();
  if (auto topology = history_.at(watermark_)) {
    for (NodeId node : topology->nodes()) status.routers += topology->node(node).kind == NodeKind::kRouter;
  }
  status.traffic = counts_traffic();
  status.routing = routing_;
  status.routing.vantages = vantages_at(watermark_);
  status.last_lsa = history_.last_heard();
  status.last_flow = agents_ != nullptr ? agents_->last_record() : last_flow_;
  status.records = records_ + (agents_ != nullptr ? agents_->counts().records : 0);
  status.lsas = lsas_;
  status.losses = losses_;
  return status;
}

std::vector<RoutingEvent> Platform::events(Time from, Time to) const {
  const std::shared_lock lock(mutex_);
  return history_.events(from, to);
}

// The bin that holds an instant; the last one for the very end of the data.
Result<Bin> Platform::bin_of(const std::optional<Time>& at) const {
  if (agents_ != nullptr) return live_bin_of(at);
  const std::shared_lock lock(mutex_);
  if (config_.live) return bin_without_traffic(at);
  if (summaries_.empty()) return Error{"no bin is complete yet"};
  const Time last = summaries_.rbegin()->first;
  Time from = at ? slice_start(*at, config_.bin) : last;
  if (at && *at == watermark_) from = last;
  if (from < first_bin_ || from > last) {
    return Error{"there is no data for " + print_time(*at) + "; there is from " + print_time(first_bin_) +
                 " to " + print_time(watermark_)};
  }
  return Bin{from, from + config_.bin};
}

std::shared_ptr<const Hosts> Platform::hosts_at(Time time) const {
  return agents_ != nullptr ? agents_->hosts().at(time) : recorded_hosts_;
}

Result<BinRecords> Platform::records_of(const Bin& bin) const {
  if (agents_ != nullptr) return agents_->records(bin);
  auto read = own_flows(bin.from, bin.to);
  if (!read) return read.error();
  return BinRecords{std::make_shared<const std::vector<FlowRecord>>(std::move(*read)), nullptr,
                    recorded_hosts_};
}

Result<std::shared_ptr<const BinTraffic>> Platform::traffic(const Bin& bin, double instrumented) const {
  const auto stamp = stamp_of(bin);
  const auto hosts = hosts_at(bin.to - Duration{1});
  const std::size_t count = hosts->count_of(instrumented);
  if (stamp) {
    if (auto kept = cache_.find(bin.from, count, *stamp)) return kept;
  }
  std::vector<Epoch> epochs = epochs_of(bin);
  if (epochs.empty()) return Error{"no routing was heard before " + print_time(bin.to)};
  std::shared_ptr<const BinTraffic> all;
  if (stamp) all = cache_.find(bin.from, hosts->list().size(), *stamp);
  BinRecords records;
  if (all) {
    records = all->observed;
  } else {
    auto read = records_of(bin);
    if (!read) return read.error();
    records = std::move(*read);
  }
  auto worked_out = work_out(bin, std::move(records), std::move(epochs), count);
  if (agents_ != nullptr) worked_out.bin.stable = is_stable(bin);
  auto shared = std::make_shared<const BinTraffic>(std::move(worked_out));
  if (stamp) cache_.put(bin.from, count, *stamp, shared);
  return shared;
}

Result<std::shared_ptr<const BinTraffic>> Platform::traffic(const BinQuestion& question) const {
  auto bin = bin_of(question.at);
  if (!bin) return bin.error();
  return traffic(*bin, question.instrumented);
}

Result<std::shared_ptr<const BinTraffic>> Platform::truth(const BinTraffic& measured) const {
  if (!config_.whole_is_known) return std::shared_ptr<const BinTraffic>();
  return traffic(measured.bin, 1);
}

Envelope Platform::envelope(const BinTraffic& traffic) const {
  Envelope envelope{counts_traffic(), traffic.bin, traffic.coverage, complete_until(), {}};
  envelope.bin.carried_share = traffic.carried_share;
  if (agents_ != nullptr) envelope.late = agents_->standing().late;
  return envelope;
}

Result<TopologyAnswer> Platform::topology(const BinQuestion& question) const {
  const auto hosts = hosts_at(question.at.value_or(watermark()));
  const std::shared_lock lock(mutex_);
  TopologyAnswer answer;
  answer.at = question.at.value_or(watermark_ == Time{} ? Time{} : watermark_ - Duration{1});
  answer.topology = history_.at(answer.at);
  if (answer.topology == nullptr) return Error{"no routing has been heard yet"};
  for (const InventoryRouter& router : inventory_.routers) {
    answer.places[router.name] = {router.site, router.x, router.y};
  }
  answer.down = history_.down_at(answer.at);
  const Attachments attachments(*answer.topology, hosts->gateways());
  const std::size_t instrumented = hosts->count_of(question.instrumented);
  for (std::size_t i = 0; i < hosts->list().size(); ++i) {
    const KnownHost& host = hosts->list()[i];
    const AttachedAt at = attachments.find(host.address());
    answer.hosts.push_back({host.name, host.address(),
                            at.ingress.valid() ? answer.topology->node(at.ingress).name : "",
                            hosts->instrumented(i, instrumented)});
  }
  const std::lock_guard reading(lsdb_mutex_);
  const Lsdb lsdb = history_.lsas().at(answer.at);
  answer.unseen = unseen(lsdb, answer.at);
  lsdb.each([&](const LsdbKey& key, const StoredLsa&) { ++answer.lsas[print_lsa_type(key)]; });
  return answer;
}

Result<LoadAnswer> Platform::load(const BinQuestion& question) const {
  if (question.last) return mean_load(question);
  auto bin = bin_of(question.at);
  if (!bin) return bin.error();
  auto answer = load_of(*bin, question.instrumented);
  if (answer) add_estimate(*bin, question.instrumented, answer->envelope, answer->links);
  return answer;
}

Result<LoadAnswer> Platform::load_of(const Bin& bin, double instrumented) const {
  auto measured = traffic(bin, instrumented);
  if (!measured) return measured.error();
  auto whole = truth(**measured);
  if (!whole) return whole.error();
  LoadAnswer answer;
  answer.envelope = envelope(**measured);
  answer.links = (*measured)->links;
  add_counters(**measured, answer.links);
  answer.max_utilisation = (*measured)->max_utilisation;
  answer.total_bps = (*measured)->total_bps;
  answer.unrouted_bps = (*measured)->unrouted.bps;
  answer.unattached_bps = (*measured)->unattached_bps;
  answer.unattached = unattached_of(**measured);
  answer.apart = apart_of(**measured);
  if (*whole == nullptr) return answer;
  answer.true_total_bps = (*whole)->total_bps;
  answer.total_error = total_error(**measured, **whole);
  for (LinkAnswer& link : answer.links) {
    const LinkAnswer* same = (*whole)->find(link.id);
    link.true_load_bps = same == nullptr ? 0 : same->load_bps;
  }
  return answer;
}

// The bins that overlap the time before `at`, the one that holds it among them.
Result<LoadAnswer> Platform::mean_load(const BinQuestion& question) const {
  auto newest = bin_of(question.at);
  if (!newest) return newest.error();
  if (*question.last <= Duration{0} || *question.last > config_.bin * static_cast<std::int64_t>(kMeanBins)) {
    return Error{"last: want more than no time and at most " +
                 std::to_string(kMeanBins * static_cast<std::size_t>(config_.bin / 1s)) + "s"};
  }
  const Time end = question.at.value_or(agents_ != nullptr ? agents_->now() : newest->to);
  Time from = std::max(slice_start(end - *question.last, config_.bin), first_bin());
  MeanLoad mean;
  for (; from < newest->from; from += config_.bin) {
    auto bin = bin_of(from);
    if (!bin) continue;
    auto load = load_of(*bin, question.instrumented);
    if (load) mean.add(*load);
  }
  auto load = load_of(*newest, question.instrumented);
  if (!load) return load.error();
  mean.add(*load);
  return std::move(mean).answer();
}

// The starts and ends of the complete bins that overlap [from, to), at most the newest kSeriesBins.
std::vector<std::pair<Time, Time>> Platform::bins_between(Time from, Time to) const {
  const std::shared_lock lock(mutex_);
  std::vector<std::pair<Time, Time>> bins;
  for (auto at = summaries_.lower_bound(slice_start(from, config_.bin)); at != summaries_.end(); ++at) {
    if (at->first >= to) break;
    bins.emplace_back(at->first, at->first + config_.bin);
  }
  if (bins.size() > kSeriesBins) bins.erase(bins.begin(), bins.end() - kSeriesBins);
  return bins;
}

Result<SeriesAnswer> Platform::series(std::optional<Time> from, std::optional<Time> to,
                                      double instrumented) const {
  const Time first = from.value_or(first_bin());
  const Time last = to.value_or(complete_until());
  SeriesAnswer answer;
  answer.events = events(first, last);
  for (const auto& [start, end] : bins_between(first, last)) {
    SeriesBin summary;
    {
      const std::shared_lock lock(mutex_);
      summary = summaries_.at(start);
    }
    if (config_.whole_is_known) {
      summary.true_total_bps = summary.total_bps;
      summary.total_error = 0;
    }
    if (instrumented < 1) {
      auto measured = traffic({start, end}, instrumented);
      if (!measured) return measured.error();
      summary.total_bps = (*measured)->total_bps;
      summary.max_utilisation = (*measured)->max_utilisation;
      if (config_.whole_is_known) {
        auto whole = truth(**measured);
        if (!whole) return whole.error();
        summary.total_error = total_error(**measured, **whole);
      }
    }
    answer.bins.push_back(summary);
  }
  return answer;
}

Result<TopAnswer> Platform::top(std::string_view by, const BinQuestion& question, std::size_t count) const {
  auto measured = traffic(question);
  if (!measured) return measured.error();
  TopAnswer answer;
  answer.envelope = envelope(**measured);
  answer.by = by;
  if (by == "links") answer.rows = top_links(**measured);
  if (by == "hosts") answer.rows = top_hosts(**measured);
  if (by == "demands") answer.rows = top_demands(**measured);
  if (by == "apps" || by == "processes" || by == "users") {
    ProgramRows programs = top_programs(**measured);
    answer.basis = programs.basis;
    answer.rows = std::move(by == "apps"        ? programs.applications
                            : by == "processes" ? programs.processes
                                                : programs.users);
  }
  keep_largest(answer.rows, count);
  return answer;
}

Result<std::vector<LinkPoint>> Platform::series_of(const std::string& link, double instrumented) const {
  if (agents_ != nullptr && instrumented >= 1) return kept_series_of(link);
  std::vector<LinkPoint> points;
  for (const auto& [start, end] : bins_between(first_bin(), complete_until())) {
    auto measured = traffic({start, end}, instrumented);
    if (!measured) continue;  // no routing yet
    LinkPoint point;
    point.from = start;
    if (const LinkAnswer* seen = (*measured)->find(link)) point.load_bps = seen->load_bps;
    auto whole = truth(**measured);
    if (!whole) return whole.error();
    if (*whole != nullptr) {
      const LinkAnswer* same = (*whole)->find(link);
      point.true_load_bps = same == nullptr ? 0 : same->load_bps;
    }
    points.push_back(point);
  }
  return points;
}

Result<LinkDetail> Platform::link(const std::string& id, const BinQuestion& question) const {
  auto measured = traffic(question);
  if (!measured) return measured.error();
  const Time at = question.at.value_or((*measured)->bin.to - Duration{1});
  LinkDetail detail;
  detail.envelope = envelope(**measured);
  {
    const std::shared_lock lock(mutex_);
    auto known = history_.link_at(id, at);
    if (!known) return Error{"there is no link '" + id + "'; /api/v1/topology lists them"};
    detail.link.id = id;
    detail.link.from = known->from;
    detail.link.to = known->to;
    detail.link.capacity_bps = known->capacity_bps;
    detail.up = known->up;
    if (known->up) detail.cost = known->cost;
    detail.reverse = known->reverse;
  }
  if (const LinkAnswer* seen = (*measured)->find(id)) detail.link = *seen;
  if (auto whole = truth(**measured); whole && *whole != nullptr) {
    const LinkAnswer* same = (*whole)->find(id);
    detail.link.true_load_bps = same == nullptr ? 0 : same->load_bps;
  }
  add_counters(**measured, {&detail.link, 1});
  add_estimate((*measured)->bin, question.instrumented, detail.envelope, {&detail.link, 1});
  break_down_link(**measured, detail);
  auto points = series_of(id, question.instrumented);
  if (!points) return points.error();
  detail.series = std::move(*points);
  return detail;
}

Result<NodeDetail> Platform::node(const std::string& id, const BinQuestion& question) const {
  auto measured = traffic(question);
  if (!measured) return measured.error();
  NodeDetail detail;
  detail.envelope = envelope(**measured);
  detail.id = id;
  if (!break_down_node(**measured, detail) && !was_there(id, question, detail)) {
    return Error{"there is no router, network or host '" + id + "'; /api/v1/topology lists them"};
  }
  std::set<std::string> links;
  for (const LinkAnswer& link : detail.links) links.insert(link.id);
  for (RoutingEvent& event : events(first_bin(), watermark())) {
    const bool touches = std::any_of(event.links.begin(), event.links.end(),
                                     [&](const std::string& link) { return links.contains(link); });
    if (touches) detail.events.push_back(std::move(event));
  }
  return detail;
}

// A router or network that was there earlier: the ends of links that are down tell.
bool Platform::was_there(const std::string& id, const BinQuestion& question, NodeDetail& detail) const {
  const std::shared_lock lock(mutex_);
  const Time at = question.at.value_or(watermark_ - Duration{1});
  for (const DownLink& link : history_.down_at(at)) {
    if (link.from != id && link.to != id) continue;
    detail.kind = id.starts_with("net:") ? "network" : "router";
    detail.up = false;
    LinkAnswer& answer = detail.links.emplace_back();
    answer.id = link.id;
    answer.from = link.from;
    answer.to = link.to;
  }
  return !detail.up;
}

Result<PathAnswer> Platform::path(const std::string& src, const std::string& dst,
                                  const BinQuestion& question) const {
  PathAnswer answer{src, dst, question.at.value_or(watermark() - Duration{1}), {}, {}};
  std::shared_ptr<const Topology> topology;
  {
    const std::shared_lock lock(mutex_);
    topology = history_.at(answer.at);
  }
  if (topology == nullptr) return Error{"no routing has been heard yet"};
  const auto hosts = hosts_at(answer.at);
  auto path = find_path(Attachments(*topology, hosts->gateways()), end_of(*hosts, src), end_of(*hosts, dst));
  if (!path) return path.error();
  answer.cost = path->cost;
  for (const RouteShare& step : path->links) {
    const Link& link = topology->link(step.link);
    answer.links.push_back({topology->node(link.from).name, topology->node(link.to).name, step.share});
  }
  return answer;
}

}  // namespace anemone
