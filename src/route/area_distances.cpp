#include "route/area_distances.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "route/distance_block.h"
#include "route/spf.h"

namespace anemone {
namespace {

// Some nodes and those links of one area between them that `wanted` takes, virtual ones as links; in the
// order they had.
template <class Wanted>
Topology only_area(const Topology& topology, std::span<const NodeId> nodes, Wanted wanted) {
  TopologyParts parts;
  PerNode<NodeId> alone_of(topology.node_count());
  for (NodeId node : nodes) {
    alone_of[node] = NodeId{parts.nodes.size()};
    Node alone;
    alone.kind = topology.node(node).kind;
    alone.name = std::to_string(parts.nodes.size());
    parts.nodes.push_back(std::move(alone));
  }
  for (const Link& link : topology.links()) {
    if (!wanted(link)) continue;
    Link alone;
    alone.from = alone_of[link.from];
    alone.to = alone_of[link.to];
    alone.cost = link.cost;
    alone.address = link.address;
    parts.links.push_back(std::move(alone));
  }
  return Topology(std::move(parts));
}

// The nodes that an area has links of, ascending.
std::vector<NodeId> nodes_of(const Topology& topology, AreaId area) {
  std::vector<NodeId> nodes;
  PerNode<char> is_in(topology.node_count());
  for (const Link& link : topology.links()) {
    if (link.area == area) is_in[link.from] = is_in[link.to] = 1;
  }
  for (NodeId node : topology.nodes()) {
    if (is_in[node] != 0) nodes.push_back(node);
  }
  return nodes;
}

// With so many changed links it is quicker to begin anew.
bool are_many(std::size_t changes, std::size_t links) { return changes > 16 && changes > links / 8; }

}  // namespace

AreaDistances::Update AreaDistances::update(const Topology& topology) {
  nodes_ = nodes_of(topology, area_);
  take_places(topology);
  const Arcs before = std::exchange(out_, {});
  std::vector<std::uint8_t> hosts_before = std::exchange(is_host_, {});
  lay_out(topology);
  turn_around();
  find_changes(before);
  hosts_before.resize(is_host_.size());
  if (!kept_ || !fits_ || places_.size() > stride_ || is_host_ != hosts_before) return take_new(topology);
  if (changes_.empty()) return {};
  if (are_many(changes_.size(), out_.arcs.size())) return take_new(topology);
  Update update{Work::kRepaired, changes_.size(), 0, 0};
  looked_at_ = 0;
  for (std::uint32_t destination = 0; destination < places_.size(); ++destination) {
    update.destinations += repair(destination) ? 1 : 0;
  }
  update.nodes = looked_at_;
  return update;
}

void AreaDistances::take_places(const Topology& topology) {
  const std::vector<std::uint32_t>* taken = &places_.take(topology, nodes_);
  if (places_.size() > 2 * nodes_.size() + 64) {  // most places are of nodes that are gone
    kept_ = false;
    places_ = NodePlaces();
    taken = &places_.take(topology, nodes_);
  }
  place_of_.assign(topology.node_count(), kNowhere);
  for (std::size_t i = 0; i < nodes_.size(); ++i) place_of_[nodes_[i]] = (*taken)[i];
}

// The arcs, and whether distances can be kept with them: as DistanceBlock::fits() says.
void AreaDistances::lay_out(const Topology& topology) {
  std::vector<NodeId> node_at(places_.size());
  for (NodeId node : nodes_) node_at[place_of_[node]] = node;
  std::uint64_t sum = 0;
  fits_ = true;
  is_host_.assign(places_.size(), 0);
  for (std::uint32_t place = 0; place < places_.size(); ++place) {
    const std::size_t begin = out_.arcs.size();
    out_.first.push_back(static_cast<std::uint32_t>(begin));
    if (!node_at[place].valid()) continue;
    is_host_[place] = topology.node(node_at[place]).forwards(area_.domain) ? 0 : 1;
    const bool network = topology.node(node_at[place]).kind == NodeKind::kNetwork;
    Cost dearest = 0;
    for (LinkId id : topology.links_from(node_at[place])) {
      const Link& link = topology.link(id);
      if (link.area != area_) continue;
      out_.arcs.push_back({place_of_[link.to], link.cost});
      dearest = std::max(dearest, link.cost);
      fits_ &= (link.cost == 0) == network;
    }
    sum += dearest;
    const auto own = out_.arcs.begin() + static_cast<std::ptrdiff_t>(begin);
    std::sort(own, out_.arcs.end(), [](const Arc& a, const Arc& b) {
      return a.place != b.place ? a.place < b.place : a.cost < b.cost;
    });
    const auto parallel = [](const Arc& a, const Arc& b) { return a.place == b.place; };
    out_.arcs.erase(std::unique(own, out_.arcs.end(), parallel), out_.arcs.end());
  }
  out_.first.push_back(static_cast<std::uint32_t>(out_.arcs.size()));
  fits_ &= 2 * sum + 2 < DistanceBlock::kFar;
  any_host_ = std::find(is_host_.begin(), is_host_.end(), 1) != is_host_.end();
}

// The arcs into each place, from those out of each.
void AreaDistances::turn_around() {
  in_.first.assign(places_.size() + 1, 0);
  for (const Arc& arc : out_.arcs) ++in_.first[arc.place + 1];
  for (std::size_t i = 1; i < in_.first.size(); ++i) in_.first[i] += in_.first[i - 1];
  std::vector<std::uint32_t> next(in_.first.begin(), in_.first.end() - 1);
  in_.arcs.resize(out_.arcs.size());
  for (std::uint32_t from = 0; from < places_.size(); ++from) {
    for (const Arc& arc : out_.of(from)) in_.arcs[next[arc.place]++] = {from, arc.cost};
  }
}

AreaDistances::Update AreaDistances::take_new(const Topology& topology) {
  kept_ = fits_ && places_.size() * places_.size() <= bytes_max_ / sizeof(Cost);
  if (!kept_) {
    stride_ = 0;
    distances_ = {};
    return {Work::kNotKept, changes_.size(), 0, 0};
  }
  make_room(places_.size());
  is_lost_.assign(stride_, 0);
  if (any_host_) {
    compute_around_hosts();
  } else {
    compute(only_area(topology, nodes_, [&](const Link& link) { return link.area == area_; }));
  }
  return {Work::kComputed, changes_.size(), nodes_.size(), nodes_.size() * nodes_.size()};
}

// Room for a few more nodes, where the limit has it.
void AreaDistances::make_room(std::size_t places) {
  if (places > stride_) {
    stride_ = places + places / 16 + 8;
    if (stride_ * stride_ > bytes_max_ / sizeof(Cost)) stride_ = places;
    distances_ = {};
  }
  distances_.assign(stride_ * stride_, kFar);
  for (std::uint32_t place = 0; place < stride_; ++place) row(place)[place] = 0;
}

void AreaDistances::compute(const Topology& alone) {
  DistanceBlock block(alone);
  std::vector<NodeId> destinations;
  for (std::size_t first = 0; first < alone.node_count(); first += DistanceBlock::kLanes) {
    destinations.clear();
    for (std::size_t i = first; i < std::min(alone.node_count(), first + DistanceBlock::kLanes); ++i) {
      destinations.emplace_back(i);
    }
    block.to(destinations);
    for (std::size_t lane = 0; lane < destinations.size(); ++lane) {
      Cost* distance = row(place_of_[nodes_[destinations[lane].value()]]);
      for (NodeId from : alone.nodes()) {
        const Cost cost = block.cost(from, lane);
        distance[place_of_[nodes_[from.value()]]] = std::min(cost, kFar);
      }
    }
  }
}

// Dijkstra's algorithm for each destination: slower, but it knows whom not to pass through.
void AreaDistances::compute_around_hosts() {
  for (destination_ = 0; destination_ < places_.size(); ++destination_) {
    heap_.assign(1, {0, destination_});
    spread_out(row(destination_));
  }
}

void AreaDistances::find_changes(const Arcs& before) {
  changes_.clear();
  for (std::uint32_t from = 0; from < places_.size(); ++from) compare(from, before.of(from), out_.of(from));
}

void AreaDistances::compare(std::uint32_t from, std::span<const Arc> before, std::span<const Arc> after) {
  if (std::equal(before.begin(), before.end(), after.begin(), after.end())) return;
  while (!before.empty() || !after.empty()) {
    const bool is_old = after.empty() || (!before.empty() && before[0].place <= after[0].place);
    const bool is_new = before.empty() || (!after.empty() && after[0].place <= before[0].place);
    const Change change{from, is_old ? before[0].place : after[0].place, is_old ? before[0].cost : kFar,
                        is_new ? after[0].cost : kFar};
    if (change.before != change.after) changes_.push_back(change);
    if (is_old) before = before.subspan(1);
    if (is_new) after = after.subspan(1);
  }
}

// Whether any distance to `destination` had to be looked at.
bool AreaDistances::repair(std::uint32_t destination) {
  Cost* distance = row(destination);
  destination_ = destination;
  lost_.clear();
  heap_.clear();
  lose_ways(distance);
  find_new_ways(distance);
  for (const std::uint32_t place : lost_) is_lost_[place] = 0;
  const bool any = !lost_.empty() || !heap_.empty();
  looked_at_ += lost_.size();
  spread_out(distance);
  return any;
}

// Finds those whose every shortest way went over a link that got worse.
void AreaDistances::lose_ways(const Cost* distance) {
  for (const Change& change : changes_) {
    if (change.after < change.before || distance[change.from] >= kFar || !passes(change.to)) continue;
    if (distance[change.to] + change.before != distance[change.from]) continue;  // nobody went there
    lose(distance, change.from);
  }
  for (std::size_t i = 0; i < lost_.size(); ++i) {
    const std::uint32_t place = lost_[i];
    if (!passes(place)) continue;
    for (const Arc& arc : in_.of(place)) {
      if (distance[place] + arc.cost <= distance[arc.place]) lose(distance, arc.place);
    }
  }
}

void AreaDistances::lose(const Cost* distance, std::uint32_t place) {
  if (is_lost_[place] != 0 || has_way(distance, place)) return;
  is_lost_[place] = 1;
  lost_.push_back(place);
}

// Whether a neighbour that has not lost its own way offers one that is no longer than before. Those that
// lose it later ask again: distances fall along a way, so nobody relies on himself.
bool AreaDistances::has_way(const Cost* distance, std::uint32_t place) const {
  for (const Arc& arc : out_.of(place)) {
    if (is_lost_[arc.place] != 0 || !passes(arc.place)) continue;
    if (distance[arc.place] + arc.cost <= distance[place]) return true;
  }
  return false;
}

// First offers: to those who lost, from neighbours who did not; and over links that got better.
void AreaDistances::find_new_ways(Cost* distance) {
  for (const std::uint32_t place : lost_) {
    Cost best = kFar;
    for (const Arc& arc : out_.of(place)) {
      const bool usable = is_lost_[arc.place] == 0 && passes(arc.place);
      if (usable) best = std::min(best, distance[arc.place] + arc.cost);
    }
    distance[place] = kFar;
    offer(distance, place, best);
  }
  for (const Change& change : changes_) {
    if (change.after >= change.before || !passes(change.to)) continue;
    offer(distance, change.from, distance[change.to] + change.after);
  }
}

void AreaDistances::offer(Cost* distance, std::uint32_t place, Cost cost) {
  if (cost >= distance[place]) return;
  distance[place] = cost;
  heap_.push_back({cost, place});
  std::push_heap(heap_.begin(), heap_.end());
}

// Dijkstra's algorithm, as far as it makes distances shorter.
void AreaDistances::spread_out(Cost* distance) {
  while (!heap_.empty()) {
    const Waiting next = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
    if (next.cost > distance[next.place]) continue;
    ++looked_at_;
    if (!passes(next.place)) continue;
    for (const Arc& arc : in_.of(next.place)) offer(distance, arc.place, next.cost + arc.cost);
  }
}

Cost AreaDistances::cost(NodeId from, NodeId to) const {
  if (from == to) return 0;
  if (place_of_[from] == kNowhere || place_of_[to] == kNowhere) return kUnreachable;
  const Cost cost = row(place_of_[to])[place_of_[from]];
  return cost < kFar ? cost : kUnreachable;
}

void AreaDistances::to(const Topology& topology, NodeId destination, RoutesTo& routes) const {
  if (!kept_) return compute_to(topology, destination, routes);
  routes.cost.assign(topology.node_count(), kUnreachable);
  routes.cost[destination] = 0;
  for (NodeId node : nodes_) routes.cost[node] = cost(node, destination);
  routes.first.clear();
  routes.hops.clear();
  routes.order.clear();
  for (NodeId node : topology.nodes()) {
    routes.first.push_back(static_cast<std::uint32_t>(routes.hops.size()));
    if (!routes.reachable(node)) continue;
    routes.order.push_back(node);
    if (node == destination) continue;
    for (LinkId id : topology.links_from(node)) {
      const Link& link = topology.link(id);
      const bool passable = link.to == destination || topology.node(link.to).forwards(area_.domain);
      const bool on_the_way = link.area == area_ && passable && routes.reachable(link.to) &&
                              routes.cost[link.to] + link.cost == routes.cost[node];
      if (on_the_way) routes.hops.push_back(id);
    }
  }
  routes.first.push_back(static_cast<std::uint32_t>(routes.hops.size()));
  // Networks stand before the routers that are as near: their links cost nothing.
  const auto turn = [&](NodeId node) {
    return std::tuple(~routes.cost[node], topology.node(node).kind == NodeKind::kRouter, node);
  };
  std::sort(routes.order.begin(), routes.order.end(), [&](NodeId a, NodeId b) { return turn(a) < turn(b); });
}

void AreaDistances::compute_to(const Topology& topology, NodeId destination, RoutesTo& routes) const {
  std::vector<NodeId> nodes;
  for (NodeId node : topology.nodes()) nodes.push_back(node);
  std::vector<LinkId> links;
  const auto wanted = [&](const Link& link) {
    return link.area == area_ && (link.to == destination || topology.node(link.to).forwards(area_.domain));
  };
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    if (wanted(topology.link(id))) links.push_back(id);
  }
  const Topology alone = only_area(topology, nodes, wanted);
  ShortestPaths(alone).to(destination, routes);
  for (LinkId& hop : routes.hops) hop = links[hop.value()];
}

}  // namespace anemone
