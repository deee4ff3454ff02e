#include "plan/ecmp_state.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace anemone {
namespace {

constexpr std::uint32_t kAddUpEvery = 512;  // kept changes: rounding errors do not gather
constexpr int kNodeBitCount = 31;           // beside 33 of the distance and what comes first among equals
constexpr std::uint64_t kNodeBits = (std::uint64_t{1} << kNodeBitCount) - 1;

// What is known of a node while a change is poured.
constexpr std::uint8_t kLookedAt = 1;   // for other next hops
constexpr std::uint8_t kOtherHops = 2;  // it has them
constexpr std::uint8_t kWaits = 4;      // or has been poured

}  // namespace

EcmpState::EcmpState(const FlowProblem& problem, std::vector<Cost> costs)
    : problem_(problem),
      free_out_(problem.nodes),
      rows_(problem.targets.size()),
      cut_off_(problem.nodes),
      marks_(problem.nodes) {
  for (const FlowArc& arc : problem.arcs) {
    if (arc.cost == 0) free_out_[arc.from] = 1;
  }
  set_costs(std::move(costs));
}

void EcmpState::set_costs(std::vector<Cost> costs) {
  costs_ = std::move(costs);
  loads_.assign(problem_.arcs.size() * problem_.matrices, 0);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    compute(i, rows_[i]);
    add_loads(rows_[i]);
  }
  tried_targets_.clear();
}

std::span<const double> EcmpState::try_cost(std::uint32_t arc, Cost cost) {
  tried_arc_ = arc;
  tried_cost_ = cost;
  tried_targets_.clear();
  tried_loads_ = loads_;
  const Cost before = costs_[arc];
  const FlowArc& ends = problem_.arcs[arc];
  costs_[arc] = cost;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Cost here = rows_[i].distance[ends.from];
    const Cost beyond = rows_[i].distance[ends.to];
    if (beyond == kUnreachable || ends.from == problem_.targets[i].node) continue;
    const bool was_used = before != kDown && here == beyond + before;
    const bool is_used = cost != kDown && (here == kUnreachable || here >= beyond + cost);
    if (!was_used && !is_used) continue;
    if (tried_targets_.size() == tried_rows_.size()) tried_rows_.emplace_back();
    Row& row = tried_rows_[tried_targets_.size()];
    tried_targets_.push_back(i);
    row = rows_[i];
    repair(row, arc, before, cost);
    pour_anew(i, row, {arc, before});
    if (has_latency_target()) measure_late(i, row);
  }
  costs_[arc] = before;
  return tried_loads_;
}

void EcmpState::keep() {
  costs_[tried_arc_] = tried_cost_;
  for (std::size_t i = 0; i < tried_targets_.size(); ++i) std::swap(rows_[tried_targets_[i]], tried_rows_[i]);
  std::swap(loads_, tried_loads_);
  tried_targets_.clear();
  if (++kept_ % kAddUpEvery != 0) return;
  std::ranges::fill(loads_, 0);
  for (const Row& row : rows_) add_loads(row);
}

double EcmpState::unrouted() const {
  double sum = 0;
  for (const Row& row : rows_) sum += row.unrouted;
  return sum;
}

double EcmpState::late() const {
  double sum = 0;
  for (const Row& row : rows_) sum += row.late;
  return sum;
}

// Added up in the same order as late(): equal where nothing differs.
double EcmpState::late_if_tried() const {
  double sum = 0;
  std::size_t tried = 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const bool is_tried = tried < tried_targets_.size() && tried_targets_[tried] == i;
    sum += is_tried ? tried_rows_[tried++].late : rows_[i].late;
  }
  return sum;
}

void EcmpState::latencies(std::size_t target, std::vector<double>& latency_us) const {
  const Row& row = rows_[target];
  measure_latencies(row, has_latency_target() ? row.order : farthest_first(row), latency_us);
}

// The nearest first: what lies behind a node is known before it.
void EcmpState::measure_latencies(const Row& row, std::span<const std::uint32_t> order,
                                  std::vector<double>& latency_us) const {
  latency_us.assign(problem_.nodes, 0);
  for (std::size_t i = order.size(); i-- > 0;) {
    const std::uint32_t node = order[i];
    for (std::uint32_t out = problem_.first_out[node]; out < problem_.first_out[node + 1]; ++out) {
      if (!is_next_hop(row, out, costs_[out])) continue;
      const FlowArc& arc = problem_.arcs[out];
      latency_us[node] = std::max(latency_us[node], arc.latency_us + latency_us[arc.to]);
    }
  }
}

void EcmpState::measure_late(std::size_t target, Row& row) {
  measure_latencies(row, row.order, latency_us_);
  const std::vector<double>& supply = problem_.targets[target].supply;
  row.late = 0;
  for (std::size_t i = 0; i < supply.size(); ++i) {
    const std::size_t node = i % problem_.nodes;
    if (supply[i] == 0 || row.distance[node] == kUnreachable) continue;
    row.late += supply[i] * std::max(0.0, latency_us_[node] - problem_.latency_max_us);
  }
}

// Of equally far ones networks before routers.
std::vector<std::uint32_t> EcmpState::farthest_first(const Row& row) const {
  std::vector<std::uint32_t> order(problem_.nodes);
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater<>{}, [&](std::uint32_t node) { return key(row, node); });
  return order;
}

void EcmpState::compute(std::size_t target, Row& row) {
  distances_from_nothing(problem_.targets[target].node, row);
  row.order = farthest_first(row);
  row.hops.assign(problem_.nodes, 0);
  row.share.assign(std::size_t{problem_.nodes} * problem_.matrices, 0);
  for (const std::uint32_t node : row.order) {
    for (std::uint32_t out = problem_.first_out[node]; out < problem_.first_out[node + 1]; ++out) {
      if (is_next_hop(row, out, costs_[out])) ++row.hops[node];
    }
    for (std::uint32_t i = 0; i < problem_.matrices; ++i)
      row.share[place(i, node)] = share(target, row, i, node);
  }
  measure_unrouted(target, row);
  if (has_latency_target()) {
    measure_late(target, row);
  } else {
    row.order.clear();
  }
}

void EcmpState::distances_from_nothing(std::uint32_t target, Row& row) {
  row.distance.assign(problem_.nodes, kUnreachable);
  row.distance[target] = 0;
  heap_.clear();
  moved_.clear();
  push(0, target);
  settle(row, false);
}

// The smallest distance comes first: distance above, node below.
void EcmpState::push(Cost distance, std::uint32_t node) {
  heap_.push_back(std::uint64_t{distance} << 32 | node);
  std::ranges::push_heap(heap_, std::greater<>{});
}

// Dijkstra's algorithm from what is in the heap, over all nodes or only those that were cut off.
void EcmpState::settle(Row& row, bool only_cut_off) {
  while (!heap_.empty()) {
    std::ranges::pop_heap(heap_, std::greater<>{});
    const auto distance = static_cast<Cost>(heap_.back() >> 32);
    const auto node = static_cast<std::uint32_t>(heap_.back());
    heap_.pop_back();
    if (distance > row.distance[node]) continue;
    for (const std::uint32_t arc : problem_.arcs_to(node)) {
      const std::uint32_t from = problem_.arcs[arc].from;
      if (costs_[arc] == kDown || (only_cut_off && cut_off_[from] == 0)) continue;
      const Cost known = distance + costs_[arc];
      if (known >= row.distance[from]) continue;
      row.distance[from] = known;
      moved_.push_back(from);
      push(known, from);
    }
  }
}

void EcmpState::repair(Row& row, std::uint32_t arc, Cost before, Cost after) {
  moved_.clear();
  if (after < before) {
    repair_cheaper(row, arc);
  } else {
    repair_dearer(row, arc);
  }
  if (has_latency_target()) sort(row);
}

void EcmpState::repair_cheaper(Row& row, std::uint32_t arc) {
  const FlowArc& ends = problem_.arcs[arc];
  const Cost distance = row.distance[ends.to] + costs_[arc];
  if (distance >= row.distance[ends.from]) return;
  row.distance[ends.from] = distance;
  moved_.push_back(ends.from);
  heap_.clear();
  push(distance, ends.from);
  settle(row, false);
}

void EcmpState::repair_dearer(Row& row, std::uint32_t arc) {
  const std::uint32_t from = problem_.arcs[arc].from;
  if (has_other_way(row, from)) return;
  find_cut_off(row, from);
  heap_.clear();
  for (const std::uint32_t node : cut_off_nodes_) {
    Cost least = kUnreachable;
    for (std::uint32_t out = problem_.first_out[node]; out < problem_.first_out[node + 1]; ++out) {
      const std::uint32_t to = problem_.arcs[out].to;
      if (costs_[out] == kDown || cut_off_[to] != 0 || row.distance[to] == kUnreachable) continue;
      least = std::min(least, row.distance[to] + costs_[out]);
    }
    row.distance[node] = least;
    moved_.push_back(node);
    if (least != kUnreachable) push(least, node);
  }
  settle(row, true);
  for (const std::uint32_t node : cut_off_nodes_) cut_off_[node] = 0;
}

// The nodes all of whose shortest paths lead through `from`, which has lost its own.
void EcmpState::find_cut_off(const Row& row, std::uint32_t from) {
  cut_off_nodes_.assign(1, from);
  cut_off_[from] = 1;
  for (std::size_t i = 0; i < cut_off_nodes_.size(); ++i) {
    for (const std::uint32_t in : problem_.arcs_to(cut_off_nodes_[i])) {
      const std::uint32_t node = problem_.arcs[in].from;
      if (cut_off_[node] != 0 || !is_next_hop(row, in, costs_[in]) || has_other_way(row, node)) continue;
      cut_off_[node] = 1;
      cut_off_nodes_.push_back(node);
    }
  }
}

// Whether a next hop is left that is not cut off itself.
bool EcmpState::has_other_way(const Row& row, std::uint32_t node) const {
  for (std::uint32_t out = problem_.first_out[node]; out < problem_.first_out[node + 1]; ++out) {
    if (cut_off_[problem_.arcs[out].to] == 0 && is_next_hop(row, out, costs_[out])) return true;
  }
  return false;
}

// By insertion: nearly all stand where they belong.
void EcmpState::sort(Row& row) const {
  for (std::size_t i = 1; i < row.order.size(); ++i) {
    const std::uint32_t node = row.order[i];
    const std::uint64_t own = key(row, node);
    std::size_t place = i;
    for (; place > 0 && key(row, row.order[place - 1]) < own; --place)
      row.order[place] = row.order[place - 1];
    row.order[place] = node;
  }
}

// What each next hop of the node gets: what is sent there, and what comes in.
double EcmpState::share(std::size_t target, const Row& row, std::uint32_t matrix, std::uint32_t node) const {
  if (row.hops[node] == 0) return 0;
  double sum = problem_.targets[target].supply[place(matrix, node)];
  for (const std::uint32_t in : problem_.arcs_to(node)) {
    if (is_next_hop(row, in, costs_[in])) sum += row.share[place(matrix, problem_.arcs[in].from)];
  }
  return sum / row.hops[node];
}

void EcmpState::add_loads(const Row& row) {
  for (std::uint32_t arc = 0; arc < problem_.arcs.size(); ++arc) {
    if (!is_next_hop(row, arc, costs_[arc])) continue;
    for (std::uint32_t i = 0; i < problem_.matrices; ++i) {
      loads_[i * problem_.arcs.size() + arc] += row.share[place(i, problem_.arcs[arc].from)];
    }
  }
}

void EcmpState::measure_unrouted(std::size_t target, Row& row) const {
  const std::vector<double>& supply = problem_.targets[target].supply;
  row.unrouted = 0;
  for (std::size_t i = 0; i < supply.size(); ++i) {
    if (row.distance[i % problem_.nodes] == kUnreachable) row.unrouted += supply[i];
  }
}

// Only where something is different: nodes whose next hops are others, and whatever those send to. Each
// node's share is added up from what comes in, so that it is the same as if all had been poured.
void EcmpState::pour_anew(std::size_t target, Row& row, const ArcCost& changed) {
  const Row& before = rows_[target];
  heap_.clear();
  bool cut_off = false;
  find_other_hops(target, row, changed, problem_.arcs[changed.arc].from);
  for (const std::uint32_t node : moved_) {
    cut_off |= row.distance[node] == kUnreachable || before.distance[node] == kUnreachable;
    find_other_hops(target, row, changed, node);
    for (const std::uint32_t in : problem_.arcs_to(node)) {
      find_other_hops(target, row, changed, problem_.arcs[in].from);
    }
  }
  while (!heap_.empty()) {
    std::ranges::pop_heap(heap_);
    const auto node = static_cast<std::uint32_t>(heap_.back() & kNodeBits);
    heap_.pop_back();
    for (std::uint32_t i = 0; i < problem_.matrices; ++i) {
      pour_anew_at(target, row, changed, i, node);
    }
  }
  for (const std::uint32_t node : marked_) marks_[node] = 0;
  marked_.clear();
  if (cut_off) measure_unrouted(target, row);
}

// Where the node's next hops are not what they were: its share, and what comes in at those, is to be found.
void EcmpState::find_other_hops(std::size_t target, Row& row, const ArcCost& changed, std::uint32_t node) {
  if (!mark(node, kLookedAt)) return;
  std::uint32_t hops = 0;
  for (std::uint32_t out = problem_.first_out[node]; out < problem_.first_out[node + 1]; ++out) {
    const bool was = was_next_hop(rows_[target], out, changed);
    const bool is = is_next_hop(row, out, costs_[out]);
    hops += is ? 1 : 0;
    if (was == is) continue;
    mark(node, kOtherHops);
    wait_for(target, row, problem_.arcs[out].to);
  }
  row.hops[node] = hops;
  if ((marks_[node] & kOtherHops) != 0) wait_for(target, row, node);
}

void EcmpState::pour_anew_at(std::size_t target, Row& row, const ArcCost& changed, std::uint32_t matrix,
                             std::uint32_t node) {
  const double before = rows_[target].share[place(matrix, node)];
  const double after = share(target, row, matrix, node);
  row.share[place(matrix, node)] = after;
  if (before == after && (marks_[node] & kOtherHops) == 0) return;
  for (std::uint32_t out = problem_.first_out[node]; out < problem_.first_out[node + 1]; ++out) {
    const bool was = was_next_hop(rows_[target], out, changed);
    const bool is = is_next_hop(row, out, costs_[out]);
    if (!was && !is) continue;
    tried_loads_[matrix * problem_.arcs.size() + out] += (is ? after : 0) - (was ? before : 0);
    if (is) wait_for(target, row, problem_.arcs[out].to);
  }
}

// The farthest comes first: by then all that comes in there is known.
void EcmpState::wait_for(std::size_t target, const Row& row, std::uint32_t node) {
  if (node == problem_.targets[target].node || !mark(node, kWaits)) return;
  heap_.push_back(key(row, node) << kNodeBitCount | node);
  std::ranges::push_heap(heap_);
}

bool EcmpState::mark(std::uint32_t node, std::uint8_t as) {
  if ((marks_[node] & as) != 0) return false;
  if (marks_[node] == 0) marked_.push_back(node);
  marks_[node] |= as;
  return true;
}

}  // namespace anemone
