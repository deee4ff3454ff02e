#include "plan/ecmp_state.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace anemone {
namespace {

constexpr std::uint32_t kAddUpEvery = 512;  // kept changes: rounding errors do not gather

}  // namespace

EcmpState::EcmpState(const FlowProblem& problem, std::vector<Cost> costs)
    : problem_(problem), free_out_(problem.nodes), rows_(problem.targets.size()), cut_off_(problem.nodes) {
  standing_.resize(std::size_t{problem.nodes} * problem.matrices);
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
    for (const ArcLoad& part : rows_[i].loads) loads_[part.place] += part.load;
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
    row.distance = rows_[i].distance;
    row.order = rows_[i].order;
    repair(row, arc, before, cost);
    pour(i, row);
    for (const ArcLoad& part : rows_[i].loads) tried_loads_[part.place] -= part.load;
    for (const ArcLoad& part : row.loads) tried_loads_[part.place] += part.load;
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
  for (const Row& row : rows_) {
    for (const ArcLoad& part : row.loads) loads_[part.place] += part.load;
  }
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
  measure_latencies(rows_[target], latency_us);
}

// The nearest first: what lies behind a node is known before it.
void EcmpState::measure_latencies(const Row& row, std::vector<double>& latency_us) const {
  latency_us.assign(problem_.nodes, 0);
  for (auto node = row.order.rbegin(); node != row.order.rend(); ++node) {
    for (std::uint32_t out = problem_.first_out[*node]; out < problem_.first_out[*node + 1]; ++out) {
      if (!is_next_hop(row, out, costs_[out])) continue;
      const FlowArc& arc = problem_.arcs[out];
      latency_us[*node] = std::max(latency_us[*node], arc.latency_us + latency_us[arc.to]);
    }
  }
}

void EcmpState::measure_late(std::size_t target, Row& row) {
  measure_latencies(row, latency_us_);
  const std::vector<double>& supply = problem_.targets[target].supply;
  row.late = 0;
  for (std::size_t i = 0; i < supply.size(); ++i) {
    const std::size_t node = i % problem_.nodes;
    if (supply[i] == 0 || row.distance[node] == kUnreachable) continue;
    row.late += supply[i] * std::max(0.0, latency_us_[node] - problem_.latency_max_us);
  }
}

void EcmpState::compute(std::size_t target, Row& row) {
  distances_from_nothing(problem_.targets[target].node, row);
  row.order.resize(problem_.nodes);
  std::iota(row.order.begin(), row.order.end(), 0);
  const auto key = [&](std::uint32_t node) { return std::pair(row.distance[node], free_out_[node]); };
  std::ranges::stable_sort(row.order, std::greater<>{}, key);
  pour(target, row);
}

void EcmpState::distances_from_nothing(std::uint32_t target, Row& row) {
  row.distance.assign(problem_.nodes, kUnreachable);
  row.distance[target] = 0;
  heap_.clear();
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
      push(known, from);
    }
  }
}

void EcmpState::repair(Row& row, std::uint32_t arc, Cost before, Cost after) {
  if (after < before) {
    repair_cheaper(row, arc);
  } else {
    repair_dearer(row, arc);
  }
  sort(row);
}

void EcmpState::repair_cheaper(Row& row, std::uint32_t arc) {
  const FlowArc& ends = problem_.arcs[arc];
  const Cost distance = row.distance[ends.to] + costs_[arc];
  if (distance >= row.distance[ends.from]) return;
  row.distance[ends.from] = distance;
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
  const auto key = [&](std::uint32_t node) {
    return std::uint64_t{row.distance[node]} << 1 | free_out_[node];
  };
  for (std::size_t i = 1; i < row.order.size(); ++i) {
    const std::uint32_t node = row.order[i];
    const std::uint64_t own = key(node);
    std::size_t place = i;
    for (; place > 0 && key(row.order[place - 1]) < own; --place) row.order[place] = row.order[place - 1];
    row.order[place] = node;
  }
}

void EcmpState::pour(std::size_t target, Row& row) {
  const FlowTarget& to = problem_.targets[target];
  const std::uint32_t nodes = problem_.nodes;
  standing_ = to.supply;
  row.loads.clear();
  row.through.assign(nodes, 0);
  row.unrouted = 0;
  if (problem_.latency_max_us < kUnlimited) measure_late(target, row);
  for (const std::uint32_t node : row.order) {
    if (node == to.node) continue;
    double here = 0;
    for (std::uint32_t i = 0; i < problem_.matrices; ++i) here += standing_[std::size_t{i} * nodes + node];
    if (here == 0) continue;
    row.through[node] = here;
    if (row.distance[node] == kUnreachable) {
      row.unrouted += here;
      continue;
    }
    hops_.clear();
    for (std::uint32_t out = problem_.first_out[node]; out < problem_.first_out[node + 1]; ++out) {
      if (is_next_hop(row, out, costs_[out])) hops_.push_back(out);
    }
    const double share = 1.0 / static_cast<double>(hops_.size());
    for (std::uint32_t i = 0; i < problem_.matrices; ++i) {
      const double each = standing_[std::size_t{i} * nodes + node] * share;
      if (each == 0) continue;
      for (const std::uint32_t hop : hops_) {
        row.loads.push_back({static_cast<std::uint32_t>(i * problem_.arcs.size() + hop), each});
        standing_[std::size_t{i} * nodes + problem_.arcs[hop].to] += each;
      }
    }
  }
}

}  // namespace anemone
