#include "load/row_repair.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace anemone {
namespace {

using Distance = RouteGraph::Distance;
constexpr Distance kFar = RouteGraph::kFar;

std::uint64_t key(Distance distance, std::uint32_t place) { return std::uint64_t{distance} << 32 | place; }

template <class T>
void put_back(std::vector<RowLog::Entry<T>>& entries, std::size_t kept, T* values) {
  for (std::size_t i = entries.size(); i > kept; --i) values[entries[i - 1].place] = entries[i - 1].before;
  entries.resize(kept);
}

}  // namespace

void RowLog::undo(const Row& row, std::size_t distances_kept, std::size_t hops_kept, std::size_t flows_kept) {
  put_back(distances, distances_kept, row.distance);
  put_back(hops, hops_kept, row.hop);
  if (row.written != nullptr) put_back(flows, flows_kept, row.written);
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
  const auto is_better = [](const RouteGraph::Change& change) { return change.after < change.before; };
  const bool any_better = std::ranges::any_of(changes, is_better);
  find_lost(changes);
  settle_lost(any_better);
  if (any_better) offer_better(changes);
  spread();
  find_new_hops(changes, any_better);
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
  if (hop == Row::kSeveral && has_way(place)) return fewer_.push_back(place);
  state_[place] = kLost | kMoved;
  old_[place] = row_.distance[place];
  moved_.push_back(place);
  log_->distances.push_back({place, row_.distance[place]});
  __builtin_prefetch(row_.flow + place);
}

bool RowRepair::has_way(std::uint32_t place) const {
  for (const RouteGraph::Arc& arc : graph_.out(place)) {
    if (row_.distance[arc.place] + arc.cost == row_.distance[place] && state_[arc.place] == 0) return true;
  }
  return false;
}

// The best way of a place as things stand.
Distance RowRepair::best_way(std::uint32_t place) const {
  Distance best = seed_[place];
  for (const RouteGraph::Arc& arc : graph_.out(place)) {
    best = std::min(best, row_.distance[arc.place] + arc.cost);
  }
  return best;
}

// Gives every lost place the best way over places that are not.
void RowRepair::settle_lost(bool any_better) {
  for (const std::uint32_t place : moved_) row_.distance[place] = kFar;
  if (!any_better && settle_to_and_fro()) return;
  for (const std::uint32_t place : moved_) {
    row_.distance[place] = best_way(place);  // nearer than before, perhaps, where something got better
    if (row_.distance[place] < kFar) heap_.push_back(key(row_.distance[place], place));
  }
  std::make_heap(heap_.begin(), heap_.end(), std::greater<>{});
}

// Looks at all lost places until nothing changes any more, which is quicker than keeping a queue, unless they
// form a long chain: false, where the rest is for spread().
bool RowRepair::settle_to_and_fro() {
  constexpr int kRounds = 12;
  const auto improves = [&](std::uint32_t place) {
    const Distance best = best_way(place);
    return best < std::exchange(row_.distance[place], best);
  };
  for (int round = 0; round < kRounds; ++round) {
    bool changed = false;
    for (auto at = moved_.rbegin(); at != moved_.rend(); ++at) changed |= improves(*at);
    if (!std::exchange(changed, false)) return true;
    for (const std::uint32_t place : moved_) changed |= improves(place);
    if (!changed) return true;
  }
  return false;
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

void RowRepair::find_new_hops(std::span<const RouteGraph::Change> changes, bool any_better) {
  for (const RouteGraph::Change& change : changes) {
    const bool was = old_distance(change.to) + change.before == old_distance(change.from);
    if (was || row_.distance[change.to] + change.after == row_.distance[change.from]) look_again(change.from);
  }
  // Where nothing got better nobody gains a way, and who loses one of several has been met.
  for (const std::uint32_t place : fewer_) look_again(place);
  fewer_.clear();
  if (any_better) {
    for (const std::uint32_t place : moved_) look_at_users(place);
  }
  for (const std::uint32_t place : moved_) rehop(place);
  for (std::size_t i = 0; i < rehop_.size(); ++i) rehop(rehop_[i]);
}

// Those for whom `place`, whose distance is another now, was or is a next hop.
void RowRepair::look_at_users(std::uint32_t place) {
  for (const RouteGraph::Arc& arc : graph_.in(place)) {
    const Distance distance = row_.distance[arc.place];
    if (old_[place] + arc.cost == distance || row_.distance[place] + arc.cost == distance) {
      look_again(arc.place);
    }
  }
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

// Whether an arc was a next hop before the changes.
bool RowRepair::takes_before(std::uint32_t place, std::uint32_t arc) const {
  const Distance distance = old_distance(place);
  return distance != seed_[place] && old_distance(graph_.out_arc(arc).place) + graph_.before(arc) == distance;
}

void RowRepair::take_back(std::uint32_t place, std::uint8_t hop) {
  const Quanta flow = row_.flow[place];
  if (hop == Row::kNoHop) {
    if (old_distance(place) >= kFar) sums_->unrouted -= flow;
  } else if (hop == Row::kSeveral) {
    const auto is_taken = [&](std::uint32_t at, std::uint32_t arc) { return takes_before(at, arc); };
    each_share(graph_, split_, place, is_taken, [&](std::uint32_t arc, auto part) { put(arc, -part(flow)); });
  } else {
    put(graph_.first_out(place) + hop, -flow);
  }
}

// Puts a flow on an arc, and on along the way as long as that is the only one and was so before.
void RowRepair::put(std::uint32_t arc, Quanta flow) {
  if (flow == 0) return;
  for (;;) {
    sums_->on_arc[arc] += flow;
    const std::uint32_t place = graph_.out_arc(arc).place;
    const std::uint8_t hop = row_.hop[place];
    if (state_[place] != 0 || hop == Row::kSeveral) {
      delta_[place] += flow;
      return wait(place);
    }
    if (row_.written != nullptr) write(place, flow);
    if (hop == Row::kNoHop) return;  // arrived
    arc = graph_.first_out(place) + hop;
  }
}

void RowRepair::write(std::uint32_t place, Quanta delta) {
  log_->flows.push_back({place, row_.flow[place]});
  row_.written[place] += delta;
}

void RowRepair::wait(std::uint32_t place) {
  if ((state_[place] & kWaiting) != 0) return;
  state_[place] |= kWaiting;
  const std::uint64_t front = key(row_.distance[place], place);
  if (few_ == kFewFronts) {
    more_fronts_.push_back(front);
    std::push_heap(more_fronts_.begin(), more_fronts_.end());
    return;
  }
  std::size_t at = few_++;
  for (; at > 0 && few_fronts_[at - 1] > front; --at) few_fronts_[at] = few_fronts_[at - 1];
  few_fronts_[at] = front;
}

// The farthest.
std::uint32_t RowRepair::next_front() {
  if (more_fronts_.empty() || (few_ > 0 && few_fronts_[few_ - 1] > more_fronts_.front())) {
    return static_cast<std::uint32_t>(few_fronts_[--few_]);
  }
  const auto place = static_cast<std::uint32_t>(more_fronts_.front());
  std::pop_heap(more_fronts_.begin(), more_fronts_.end());
  more_fronts_.pop_back();
  return place;
}

// Farthest first: what flows into a place is all there before it flows on.
void RowRepair::move_flows() {
  while (few_ > 0 || !more_fronts_.empty()) move(next_front());
}

void RowRepair::move(std::uint32_t place) {
  const Quanta delta = std::exchange(delta_[place], 0);
  const bool resplit = (state_[place] & kResplit) != 0;
  state_[place] &= static_cast<std::uint8_t>(~(kWaiting | kResplit));
  if (delta == 0 && !resplit) return;
  const Quanta before = row_.flow[place];
  const Quanta now = before + delta;
  if (delta != 0 && row_.written != nullptr) write(place, delta);
  const std::uint8_t hop = row_.hop[place];
  if (hop == Row::kNoHop) {
    if (row_.distance[place] >= kFar) sums_->unrouted += resplit ? now : delta;
  } else if (hop == Row::kSeveral) {
    const auto is_taken = [&](std::uint32_t at, std::uint32_t arc) { return row_.takes(graph_, at, arc); };
    each_share(graph_, split_, place, is_taken, [&](std::uint32_t arc, auto part) {
      put(arc, resplit ? part(now) : part(now) - part(before));
    });
  } else {
    put(graph_.first_out(place) + hop, resplit ? now : delta);
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

}  // namespace anemone
