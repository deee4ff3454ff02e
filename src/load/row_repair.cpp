#include "load/row_repair.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace anemone {
namespace {

using Distance = RouteGraph::Distance;
constexpr Distance kFar = RouteGraph::kFar;

std::uint64_t key(Distance distance, std::uint32_t place) { return std::uint64_t{distance} << 32 | place; }

// The part of `flow` for `weight` of `weights` shares, before which there are `first`. The parts are whole
// and add up to the flow: what does not divide goes to the first ones.
Quanta share(Quanta flow, std::uint32_t first, std::uint32_t weight, std::uint32_t weights) {
  if (flow == 0) return 0;
  Quanta each = flow / weights;
  Quanta rest = flow % weights;
  if (rest < 0) {
    rest += weights;
    --each;
  }
  return each * weight + std::clamp<Quanta>(rest - first, 0, weight);
}

template <class T>
void put_back(std::vector<RowLog::Entry<T>>& entries, std::size_t kept, T* values) {
  for (std::size_t i = entries.size(); i > kept; --i) values[entries[i - 1].place] = entries[i - 1].before;
  entries.resize(kept);
}

}  // namespace

void RowLog::undo(const Row& row, std::size_t distances_kept, std::size_t hops_kept, std::size_t flows_kept) {
  put_back(distances, distances_kept, row.distance);
  put_back(hops, hops_kept, row.hop);
  put_back(flows, flows_kept, row.flow);
}

RowRepair::RowRepair(const RouteGraph& graph)
    : graph_(graph),
      seed_(graph.place_count(), kFar),
      state_(graph.place_count()),
      old_(graph.place_count()),
      delta_(graph.place_count()) {}

void RowRepair::begin(const Row& row, const Target& target, RowLog& log, Sums& sums) {
  row_ = row;
  log_ = &log;
  sums_ = &sums;
  split_ = target.split;
  for (const Target::Seed& seed : target.seeds) seed_[seed.place] = seed.distance;
}

void RowRepair::end(const Target& target) {
  for (const Target::Seed& seed : target.seeds) seed_[seed.place] = kFar;
  for (const std::uint32_t place : moved_) state_[place] = 0;
  for (const std::uint32_t place : rehop_) state_[place] = 0;
  moved_.clear();
  rehop_.clear();
}

void RowRepair::repair(const Row& row, const Target& target, std::span<const RouteGraph::Change> changes,
                       RowLog& log, Sums& sums) {
  begin(row, target, log, sums);
  find_lost(changes);
  measure_lost();
  offer_better(changes);
  spread();
  find_new_hops(changes);
  move_flows();
  end(target);
}

// Whose every shortest way goes over an arc that got worse.
void RowRepair::find_lost(std::span<const RouteGraph::Change> changes) {
  for (const RouteGraph::Change& change : changes) {
    if (change.after < change.before) continue;
    if (row_.distance[change.to] + change.before == row_.distance[change.from]) lose(change.from);
  }
  for (std::size_t i = 0; i < moved_.size(); ++i) {
    const std::uint32_t place = moved_[i];
    const Distance distance = row_.distance[place];
    for (const RouteGraph::Arc& arc : graph_.in(place)) {
      if (distance + arc.cost <= row_.distance[arc.place]) lose(arc.place);  // less: the arc got better, too
    }
  }
}

// A way of `place` got worse, or was lost.
void RowRepair::lose(std::uint32_t place) {
  const std::uint8_t hop = row_.hop[place];
  if (hop == Row::kNoHop || state_[place] != 0) return;
  if (hop == Row::kSeveral && has_way(place)) return;
  state_[place] = kLost | kMoved;
  old_[place] = row_.distance[place];
  moved_.push_back(place);
  log_->distances.push_back({place, row_.distance[place]});
}

bool RowRepair::has_way(std::uint32_t place) const {
  for (const RouteGraph::Arc& arc : graph_.out(place)) {
    if (row_.distance[arc.place] + arc.cost == row_.distance[place] && state_[arc.place] == 0) return true;
  }
  return false;
}

// Gives every lost place the best way over places that are not.
void RowRepair::measure_lost() {
  for (const std::uint32_t place : moved_) {
    Distance best = seed_[place];
    for (const RouteGraph::Arc& arc : graph_.out(place)) {
      const Distance distance = row_.distance[arc.place] + arc.cost;
      if (distance < best && (state_[arc.place] & kLost) == 0) best = distance;
    }
    row_.distance[place] = best;
    if (best < kFar) heap_.push_back(key(best, place));
  }
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>{});
}

void RowRepair::offer_better(std::span<const RouteGraph::Change> changes) {
  for (const RouteGraph::Change& change : changes) {
    if (change.after < change.before) offer(change.from, row_.distance[change.to] + change.after);
  }
}

void RowRepair::offer(std::uint32_t place, Distance distance) {
  if (distance >= row_.distance[place]) return;
  if ((state_[place] & kMoved) == 0) {
    state_[place] |= kMoved;
    old_[place] = row_.distance[place];
    moved_.push_back(place);
    log_->distances.push_back({place, row_.distance[place]});
  }
  row_.distance[place] = distance;
  heap_.push_back(key(distance, place));
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>{});
}

// Dijkstra's algorithm, over what is waiting.
void RowRepair::spread() {
  while (!heap_.empty()) {
    const std::uint64_t nearest = heap_.front();
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>{});
    heap_.pop_back();
    const auto place = static_cast<std::uint32_t>(nearest);
    const auto distance = static_cast<Distance>(nearest >> 32);
    if (distance != row_.distance[place]) continue;  // has been offered better since
    for (const RouteGraph::Arc& arc : graph_.in(place)) offer(arc.place, distance + arc.cost);
  }
}

void RowRepair::find_new_hops(std::span<const RouteGraph::Change> changes) {
  for (const RouteGraph::Change& change : changes) {
    const bool was = old_distance(change.to) + change.before == old_distance(change.from);
    if (was || row_.distance[change.to] + change.after == row_.distance[change.from]) look_again(change.from);
  }
  for (const std::uint32_t place : moved_) {
    for (const RouteGraph::Arc& arc : graph_.in(place)) {
      const Distance distance = row_.distance[arc.place];
      if (old_[place] + arc.cost == distance || row_.distance[place] + arc.cost == distance) {
        look_again(arc.place);
      }
    }
  }
  for (const std::uint32_t place : moved_) rehop(place);
  for (std::size_t i = 0; i < rehop_.size(); ++i) rehop(rehop_[i]);
}

void RowRepair::look_again(std::uint32_t place) {
  if ((state_[place] & (kMoved | kRehop)) != 0) return;
  state_[place] |= kRehop;
  rehop_.push_back(place);
}

// Those who share by how many ways on `network` has.
void RowRepair::wake_users(std::uint32_t network) {
  for (const RouteGraph::Arc& arc : graph_.in(network)) {
    if (row_.distance[network] + arc.cost == row_.distance[arc.place]) look_again(arc.place);
  }
}

// Finds the next hops of a place; if they may be others than before, takes its flow back from those.
void RowRepair::rehop(std::uint32_t place) {
  const std::uint8_t before = row_.hop[place];
  const std::uint8_t now = find_hop(place);
  if (before == now && now != Row::kSeveral) return;
  if (before != now) log_->hops.push_back({place, before});
  row_.hop[place] = now;
  if (split_ == Split::kByNeighbor && graph_.is_network(place)) wake_users(place);
  state_[place] |= kResplit;
  if (row_.flow[place] == 0) return;
  take_back(place, before);
  wait(place);
}

std::uint8_t RowRepair::find_hop(std::uint32_t place) const {
  const Distance distance = row_.distance[place];
  if (distance == seed_[place] || distance >= kFar) return Row::kNoHop;
  const auto arcs = graph_.out(place);
  std::size_t found = arcs.size();
  for (std::size_t i = 0; i < arcs.size(); ++i) {
    if (row_.distance[arcs[i].place] + arcs[i].cost != distance) continue;
    if (found != arcs.size()) return Row::kSeveral;
    found = i;
  }
  return found < Row::kSeveral ? static_cast<std::uint8_t>(found) : Row::kSeveral;
}

// Whether an arc out of a place lies on a shortest way, now and before the changes.
auto RowRepair::taken_now() const {
  return [this](std::uint32_t place, std::uint32_t arc) {
    const RouteGraph::Arc& out = graph_.out_arc(arc);
    const Distance distance = row_.distance[place];
    return distance != seed_[place] && row_.distance[out.place] + out.cost == distance;
  };
}

auto RowRepair::taken_before() const {
  return [this](std::uint32_t place, std::uint32_t arc) {
    const Distance distance = old_distance(place);
    return distance != seed_[place] &&
           old_distance(graph_.out_arc(arc).place) + graph_.before(arc) == distance;
  };
}

// How many shares the way over `place` is given.
template <class IsTaken>
std::uint32_t RowRepair::onward(std::uint32_t place, IsTaken is_taken) const {
  if (split_ == Split::kByLink || !graph_.is_network(place)) return 1;
  std::uint32_t ways = 0;
  for (std::uint32_t arc = graph_.first_out(place); arc < graph_.first_out(place + 1); ++arc) {
    ways += is_taken(place, arc) ? 1 : 0;
  }
  return std::max<std::uint32_t>(ways, 1);
}

// Calls visit(arc, end of the arc, share), where share(flow) is the part of a flow that the arc takes.
template <class IsTaken, class Visit>
void RowRepair::each_share(std::uint32_t place, IsTaken is_taken, Visit visit) const {
  std::uint32_t weights = 0;
  const std::uint32_t first = graph_.first_out(place);
  const std::uint32_t end = graph_.first_out(place + 1);
  for (std::uint32_t arc = first; arc < end; ++arc) {
    if (is_taken(place, arc)) weights += onward(graph_.out_arc(arc).place, is_taken);
  }
  std::uint32_t given = 0;
  for (std::uint32_t arc = first; arc < end; ++arc) {
    if (!is_taken(place, arc)) continue;
    const std::uint32_t to = graph_.out_arc(arc).place;
    const std::uint32_t weight = onward(to, is_taken);
    visit(arc, to, [=](Quanta flow) { return share(flow, given, weight, weights); });
    given += weight;
  }
}

void RowRepair::take_back(std::uint32_t place, std::uint8_t hop) {
  const Quanta flow = row_.flow[place];
  if (hop == Row::kNoHop) {
    if (old_distance(place) >= kFar) sums_->unrouted -= flow;
  } else if (hop == Row::kSeveral) {
    each_share(place, taken_before(),
               [&](std::uint32_t arc, std::uint32_t to, auto part) { put(arc, to, -part(flow)); });
  } else {
    const std::uint32_t arc = graph_.first_out(place) + hop;
    put(arc, graph_.out_arc(arc).place, -flow);
  }
}

void RowRepair::put(std::uint32_t arc, std::uint32_t to, Quanta flow) {
  if (flow == 0) return;
  sums_->on_arc[arc] += flow;
  delta_[to] += flow;
  wait(to);
}

void RowRepair::wait(std::uint32_t place) {
  if ((state_[place] & kWaiting) != 0) return;
  state_[place] |= kWaiting;
  fronts_.push_back(key(row_.distance[place], place));
  std::push_heap(fronts_.begin(), fronts_.end());
}

// Farthest first: what flows into a place is all there before it flows on.
void RowRepair::move_flows() {
  while (!fronts_.empty()) {
    const auto place = static_cast<std::uint32_t>(fronts_.front());
    std::pop_heap(fronts_.begin(), fronts_.end());
    fronts_.pop_back();
    move(place);
  }
}

void RowRepair::move(std::uint32_t place) {
  const Quanta delta = std::exchange(delta_[place], 0);
  const bool resplit = (state_[place] & kResplit) != 0;
  state_[place] &= static_cast<std::uint8_t>(~(kWaiting | kResplit));
  const Quanta before = row_.flow[place];
  const Quanta now = before + delta;
  if (delta != 0) {
    log_->flows.push_back({place, before});
    row_.flow[place] = now;
  }
  const std::uint8_t hop = row_.hop[place];
  if (hop == Row::kNoHop) {
    if (row_.distance[place] >= kFar) sums_->unrouted += resplit ? now : delta;
  } else if (hop == Row::kSeveral) {
    each_share(place, taken_now(), [&](std::uint32_t arc, std::uint32_t to, auto part) {
      put(arc, to, resplit ? part(now) : part(now) - part(before));
    });
  } else {
    const std::uint32_t arc = graph_.first_out(place) + hop;
    put(arc, graph_.out_arc(arc).place, resplit ? now : delta);
  }
}

void RowRepair::add(const Row& row, const Target& target, std::span<const Inflow> inflows, Sums& sums) {
  begin(row, target, scratch_, sums);
  for (const Inflow& inflow : inflows) {
    delta_[inflow.place] += inflow.quanta;
    wait(inflow.place);
  }
  move_flows();
  scratch_.clear();
  end(target);
}

void RowRepair::take_inflows(const Row& row, const Target& target, std::span<Quanta> own) {
  Sums none{nullptr};
  begin(row, target, scratch_, none);
  for (std::uint32_t place = 0; place < graph_.place_count(); ++place) {
    if (row.hop[place] == Row::kNoHop) continue;
    each_share(place, taken_now(),
               [&](std::uint32_t, std::uint32_t to, auto part) { own[to] -= part(row.flow[place]); });
  }
  end(target);
}

void RowRepair::compute(const Row& row, const Target& target) {
  const std::size_t places = graph_.place_count();
  std::fill_n(row.distance, places, kFar);
  Sums none{nullptr};
  begin(row, target, scratch_, none);
  for (const Target::Seed& seed : target.seeds) offer(seed.place, seed.distance);
  spread();
  scratch_.clear();
  end(target);
  list_hops(row, target);
}

void RowRepair::list_hops(const Row& row, const Target& target) {
  Sums none{nullptr};
  begin(row, target, scratch_, none);
  for (std::uint32_t place = 0; place < graph_.place_count(); ++place) row_.hop[place] = find_hop(place);
  end(target);
}

}  // namespace anemone
