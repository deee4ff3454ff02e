#include "history/routing_history.h"

#include <algorithm>
#include <set>
#include <utility>

#include "topology/from_lsdb.h"

namespace anemone {

RoutingHistory::RoutingHistory(std::function<TopologyParts(TopologyParts)> annotate)
    : annotate_(std::move(annotate)) {}

void RoutingHistory::take(const HeardLsa& lsa) {
  let_pass(lsa.time);
  last_heard_ = lsa.time;
  const StoredLsa* ours = lsa.described && !is_router_lsa(lsa.key) ? nullptr : lsas_.now().find(lsa.key);
  events_.before_install(lsa, ours, last_.get());
  std::optional<StoredLsa> before;
  if (ours != nullptr) before = *ours;
  const std::size_t known = lsas_.now().known();
  if (lsas_.append(lsa) != LsdbChange::kChanged) return events_.heard_again(lsa);
  LsaNews news{lsa.time,          lsa.key,      lsas_.now().known() > known,
               std::move(before), std::nullopt, {{lsa.vantage, lsa.time}}};
  news.after = StoredLsa{lsa.time, lsa.instance, lsa.vantage, lsa.bytes};
  events_.news(std::move(news));
  if (!burst_) burst_ = Span{lsa.time, lsa.time, 0};
  burst_->settled = lsa.time;
  unsettled_.reset();
}

void RoutingHistory::advance(Time until) {
  let_pass(until);
  lsas_.put_in_order();
}

// An LSA that nobody refreshed dies without a packet: that, too, changes the topology.
void RoutingHistory::let_pass(Time until) {
  if (burst_ && until > burst_->from + kSettle) settle();
  while (!burst_) {
    const auto death = lsas_.next_death();
    if (!death || *death > until) break;
    lsas_.advance(*death);
    if (!lsas_.died().empty()) note_deaths(*death);
  }
  if (burst_) return;
  lsas_.advance(until);
  events_.tell_by_themselves();
}

void RoutingHistory::note_deaths(Time time) {
  for (const LsdbKey& key : lsas_.died()) {
    const auto instances = lsas_.instances(key);
    events_.news({time, key, false, instances.back(), std::nullopt, {}});
  }
  burst_ = Span{time, time, 0};
  settle();
}

void RoutingHistory::add(std::span<const HeardLsa> heard, Time until) {
  for (const HeardLsa& lsa : heard) take(lsa);
  if (burst_) settle();
  advance(until);
}

void RoutingHistory::settle() {
  begin_epoch(*burst_);
  burst_.reset();
  unsettled_.reset();
}

void RoutingHistory::begin_epoch(const Span& span) {
  auto topology = newest();
  events_.tell(span.from, last_.get(), *topology);
  remember_links(*topology, span.from);
  epochs_.push_back({span.from, span.settled, epochs_begun_++});
  last_ = topology;
  const std::scoped_lock lock(mutex_);
  keep(epochs_.back().number, std::move(topology));
}

std::shared_ptr<const Topology> RoutingHistory::make(const Lsdb& lsdb) const {
  TopologyParts parts = topology_parts_from_lsdb(lsdb);
  if (annotate_) parts = annotate_(std::move(parts));
  return std::make_shared<const Topology>(std::move(parts));
}

std::shared_ptr<const Topology> RoutingHistory::newest() const {
  const std::scoped_lock lock(mutex_);
  if (!unsettled_) unsettled_ = make(lsas_.now());
  return unsettled_;
}

void RoutingHistory::keep(std::size_t number, std::shared_ptr<const Topology> topology) const {
  kept_.emplace_front(number, std::move(topology));
  if (kept_.size() > kTopologiesKept) kept_.pop_back();
}

std::shared_ptr<const Topology> RoutingHistory::topology_of(const Span& span) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find(kept_, span.number, &Kept::first);
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
  } else {
    keep(span.number, make(lsas_.at(span.settled)));
  }
  return kept_.front().second;
}

void RoutingHistory::remember_links(const Topology& topology, Time from) {
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    const Link& link = topology.link(id);
    std::string name = link_name(topology, id);
    auto [known, is_new] = links_.try_emplace(name);
    if (is_new) known->second.first_up = from;
    known->second.last_up = from;
    if (link.reverse.valid()) known->second.reverse = link_name(topology, link.reverse);
    known->second.last = {std::move(name), link, topology.node(link.from).name, topology.node(link.to).name};
  }
}

void RoutingHistory::forget_before(Time time) {
  const auto later = std::ranges::upper_bound(epochs_, time, {}, &Span::from);
  if (later == epochs_.begin()) return;
  const auto first = std::prev(later);  // still held at `time`
  const Time kept_from = std::min(time, first->settled);
  epochs_.erase(epochs_.begin(), first);
  lsas_.forget_before(kept_from);
  events_.forget_before(time);
  const Time last = epochs_.back().from;
  std::erase_if(links_, [&](const auto& entry) { return entry.second.last_up < std::min(kept_from, last); });
}

std::shared_ptr<const Topology> RoutingHistory::at(Time time) const {
  if (burst_ && time >= burst_->from) return newest();
  if (epochs_.empty()) return burst_ ? newest() : nullptr;
  const auto after = std::ranges::upper_bound(epochs_, time, {}, &Span::from);
  return topology_of(after == epochs_.begin() ? epochs_.front() : *std::prev(after));
}

std::vector<Epoch> RoutingHistory::between(Time from, Time to) const {
  auto first = std::ranges::upper_bound(epochs_, from, {}, &Span::from);
  if (first != epochs_.begin()) --first;
  const auto end = std::ranges::lower_bound(epochs_, to, {}, &Span::from);
  std::vector<Epoch> found;
  for (auto epoch = first; epoch < end; ++epoch) found.push_back({epoch->from, topology_of(*epoch)});
  if (burst_ && burst_->from < to) found.push_back({burst_->from, newest()});
  return found;
}

bool RoutingHistory::is_stable(Time from, Time to) const {
  const auto first = std::ranges::upper_bound(epochs_, from, {}, &Span::from);
  const auto end = std::ranges::lower_bound(epochs_, to, {}, &Span::from);
  return first == end && first != epochs_.begin() && !(burst_ && burst_->from < to);
}

std::vector<RoutingEvent> RoutingHistory::events(Time from, Time to) const {
  std::vector<RoutingEvent> found;
  for (const RoutingEvent& event : events_.all()) {
    if (event.time >= from && event.time < to && !event.folded) found.push_back(event);
  }
  std::ranges::stable_sort(found, {}, &RoutingEvent::time);
  return found;
}

std::vector<DownLink> RoutingHistory::down_at(Time time) const {
  std::vector<DownLink> down;
  const auto topology = at(time);
  if (topology == nullptr) return down;
  std::set<std::string> up;
  for (LinkId id : indices<LinkId>(topology->link_count())) up.insert(link_name(*topology, id));
  for (const auto& [name, known] : links_) {
    if (known.first_up <= time && !up.contains(name)) down.push_back(known.last);
  }
  return down;
}

std::optional<RoutingHistory::LinkState> RoutingHistory::link_at(const std::string& name, Time time) const {
  auto found = links_.find(name);
  if (found == links_.end() || found->second.first_up > time) return std::nullopt;
  const KnownLink& known = found->second;
  LinkState state{known.last.from, known.last.to, known.last.link.capacity_bps, 0, false, known.reverse};
  const auto topology = at(time);
  for (LinkId id : indices<LinkId>(topology->link_count())) {
    if (link_name(*topology, id) != name) continue;
    state.up = true;
    state.cost = topology->link(id).cost;
  }
  return state;
}

double RoutingHistory::capacity_of(const std::string& name) const {
  auto found = links_.find(name);
  return found == links_.end() ? 0 : found->second.last.link.capacity_bps;
}

std::unique_ptr<RoutingHistory> routing_history(const LsaLog& log) {
  auto history = std::make_unique<RoutingHistory>();
  for (const HeardLsa& lsa : log.entries) history->take(lsa);
  if (!log.entries.empty()) history->add({}, log.entries.back().time);
  return history;
}

}  // namespace anemone
