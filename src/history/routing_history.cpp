#include "history/routing_history.h"

#include <algorithm>
#include <set>
#include <utility>

#include "topology/from_lsdb.h"
#include "topology/topology_diff.h"

namespace anemone {

RoutingHistory::RoutingHistory(std::function<TopologyParts(TopologyParts)> annotate)
    : annotate_(std::move(annotate)) {}

void RoutingHistory::take(const HeardLsa& lsa) {
  begin_if_settled(lsa.time);
  if (!changed_) age_until(lsa.time);
  if (lsas_.append(lsa) == LsdbChange::kChanged && !changed_) changed_ = lsa.time;
  last_heard_ = lsa.time;
}

void RoutingHistory::advance(Time until) {
  begin_if_settled(until);
  if (!changed_) age_until(until);
}

void RoutingHistory::add(std::span<const HeardLsa> heard, Time until) {
  for (const HeardLsa& lsa : heard) take(lsa);
  settle();
  advance(until);
}

void RoutingHistory::settle() {
  if (changed_) begin_epoch(*changed_);
  changed_.reset();
}

void RoutingHistory::begin_if_settled(Time until) {
  if (changed_ && until > *changed_ + kSettle) settle();
}

// An LSA that nobody refreshed dies without a packet: that, too, changes the topology.
void RoutingHistory::age_until(Time until) {
  while (const auto death = lsas_.next_death()) {
    if (*death > until) break;
    const std::size_t known = lsas_.changes().size();
    lsas_.advance(*death);
    if (lsas_.changes().size() > known) begin_epoch(*death);
  }
  lsas_.advance(until);
}

void RoutingHistory::begin_epoch(Time from) {
  auto topology = std::make_shared<const Topology>(annotate_(topology_parts_from_lsdb(lsas_.now())));
  if (!epochs_.empty()) {
    for (TopologyChange& change : diff_topologies(*epochs_.back().topology, *topology)) {
      events_.push_back(
          {from, print_change_kind(change.kind), std::move(change.text), std::move(change.links)});
    }
  }
  remember_links(*topology, from);
  epochs_.push_back({from, std::move(topology)});
}

void RoutingHistory::remember_links(const Topology& topology, Time from) {
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    const Link& link = topology.link(id);
    std::string name = link_name(topology, id);
    auto [known, is_new] = links_.try_emplace(name);
    if (is_new) known->second.first_up = from;
    if (link.reverse.valid()) known->second.reverse = link_name(topology, link.reverse);
    known->second.last = {std::move(name), link, topology.node(link.from).name, topology.node(link.to).name};
  }
}

std::shared_ptr<const Topology> RoutingHistory::at(Time time) const {
  if (epochs_.empty()) return nullptr;
  auto after = std::upper_bound(epochs_.begin(), epochs_.end(), time,
                                [](Time wanted, const Epoch& epoch) { return wanted < epoch.from; });
  return after == epochs_.begin() ? epochs_.front().topology : std::prev(after)->topology;
}

std::vector<Epoch> RoutingHistory::between(Time from, Time to) const {
  auto first = std::upper_bound(epochs_.begin(), epochs_.end(), from,
                                [](Time wanted, const Epoch& epoch) { return wanted < epoch.from; });
  if (first != epochs_.begin()) --first;
  auto end = std::lower_bound(first, epochs_.end(), to,
                              [](const Epoch& epoch, Time wanted) { return epoch.from < wanted; });
  return {first, end};
}

std::vector<RoutingEvent> RoutingHistory::events(Time from, Time to) const {
  std::vector<RoutingEvent> found;
  for (const RoutingEvent& event : events_) {
    if (event.time >= from && event.time < to) found.push_back(event);
  }
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

}  // namespace anemone
