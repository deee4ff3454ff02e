#include "load/routed_loads.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "load/link_load.h"

namespace anemone {
namespace {

// All traffic together is less than 2^kBits quanta; sums hold up to 2^63.
constexpr int kBits = 58;
constexpr int kBitsMost = 61;

double sum_of(std::span<const Demand> demands, auto rate) {
  double sum = 0;
  for (const Demand& demand : demands) sum += std::abs(rate(demand.traffic));
  return sum;
}

}  // namespace

RoutedLoads::RoutedLoads(const Topology& topology, const TrafficMatrix& matrix, RoutedLoadsConfig config)
    : topology_(&topology), config_(config), costs_(topology.link_count()), loads_(topology.link_count()) {
  for (LinkId id : costs_.ids()) costs_[id] = topology.link(id).cost;
  if (RouteGraph::fits(topology)) kept_.emplace(topology);
  set_traffic(matrix);
}

void RoutedLoads::set_traffic(const TrafficMatrix& matrix) {
  keep();
  slow_.demands.clear();
  if (kept_) kept_->rows.clear_flows();
  total_ = sum_of(matrix.demands, [&](const Traffic& traffic) { return rate(traffic); });
  choose_quantum(total_);
  take_in(matrix.demands);
}

void RoutedLoads::add_traffic(std::span<const Demand> demands) {
  keep();
  total_ += sum_of(demands, [&](const Traffic& traffic) { return rate(traffic); });
  if (kept_ && total_ >= std::ldexp(quantum_, kBitsMost)) make_quantum_coarser(total_);
  take_in(demands);
}

void RoutedLoads::choose_quantum(double total) {
  quantum_ = std::ldexp(1.0, total > 0 ? std::ilogb(total) + 1 - kBits : -kBits);
}

void RoutedLoads::take_in(std::span<const Demand> demands) {
  know(demands);
  for (const Demand& demand : demands) {
    if (!kept_ || !known_[demand.to]) slow_.demands.push_back(demand);
  }
  if (kept_) pour(demands);
  compute_slow();
  sum_up();
}

// Finds out where these demands' destinations are reached, and makes rows for those that have none.
void RoutedLoads::know(std::span<const Demand> demands) {
  if (!kept_) return;
  const Targets targets(*topology_, kept_->rows.graph);
  std::vector<Target> more;
  const Destination* last = nullptr;
  for (const Demand& demand : demands) {
    if (last != nullptr && demand.to == *last) continue;
    last = &demand.to;
    const auto [at, is_new] = known_.try_emplace(demand.to);
    if (!is_new) continue;
    auto found = targets.find(demand.to);
    if (!found) continue;
    const auto [row, is_new_row] =
        targets_.try_emplace(std::move(found->target), static_cast<std::uint32_t>(targets_.size()));
    at->second = Known{row->second, found->nearest};
    if (!is_new_row) continue;
    more.push_back(row->first);
    destinations_.push_back(demand.to);
  }
  kept_->rows.add(more, config_.threads);
}

void RoutedLoads::pour(std::span<const Demand> demands) {
  std::vector<std::vector<Inflow>> by_target(kept_->rows.size());
  const Destination* last = nullptr;
  const std::optional<Known>* known = nullptr;
  for (const Demand& demand : demands) {
    if (last == nullptr || demand.to != *last) known = &known_[demand.to];
    last = &demand.to;
    if (!*known) continue;
    const auto quanta = static_cast<Quanta>(std::llround(rate(demand.traffic) / quantum_));
    by_target[(*known)->target].push_back({kept_->rows.graph.place(demand.ingress), quanta});
  }
  std::vector<RouteRows::Inflows> all;
  for (std::uint32_t target = 0; target < by_target.size(); ++target) {
    if (!by_target[target].empty()) all.push_back({target, std::move(by_target[target])});
  }
  kept_->rows.pour(all, config_.threads);
}

void RoutedLoads::make_quantum_coarser(double total) {
  const double before = quantum_;
  choose_quantum(total);
  const double ratio = before / quantum_;
  RouteRows& rows = kept_->rows;
  std::vector<RouteRows::Inflows> all(rows.size());
  std::vector<Quanta> own;
  for (std::uint32_t target = 0; target < rows.size(); ++target) {
    rows.sources(target, own);
    all[target].target = target;
    for (std::uint32_t place = 0; place < own.size(); ++place) {
      const auto quanta = static_cast<Quanta>(std::llround(static_cast<double>(own[place]) * ratio));
      if (quanta != 0) all[target].inflows.push_back({place, quanta});
    }
  }
  rows.clear_flows();
  rows.pour(all, config_.threads);
}

RoutedLoads::Step& RoutedLoads::next_step() {
  if (depth_ == steps_.size()) steps_.emplace_back();
  Step& step = steps_[depth_++];
  step.costs.clear();
  step.arcs.clear();
  step.marks.clear();
  step.log.clear();
  return step;
}

void RoutedLoads::change(std::span<const CostChange> changes) {
  Step& step = next_step();
  const bool fits = set_costs(changes, step);
  if (kept_ && fits) repair(step);
  if (kept_ && !fits) leave_rows(step);
  compute_slow();
  sum_up();
}

// Writes the new costs; whether the rows can hold the distances that they may lead to.
bool RoutedLoads::set_costs(std::span<const CostChange> changes, Step& step) {
  bool fits = true;
  for (const CostChange& change : changes) {
    step.costs.push_back({change.link, costs_[change.link]});
    costs_[change.link] = change.cost;
    if (!kept_) continue;
    RouteGraph& graph = kept_->rows.graph;
    const std::uint32_t arc = graph.arc(change.link);
    if (arc == RouteGraph::kNoArc) continue;
    fits = graph.make_room(change.link, change.cost) && fits;
    graph.set(arc, graph.scaled_arc(graph.from(arc), arc, change.cost));
    step.arcs.push_back({arc, graph.from(arc), graph.out_arc(arc).place, graph.before(arc), 0});
  }
  if (!kept_) return fits;
  const RouteGraph& graph = kept_->rows.graph;
  std::ranges::sort(step.arcs, {}, &RouteGraph::Change::arc);
  const auto same = [](const auto& a, const auto& b) { return a.arc == b.arc; };
  step.arcs.erase(std::unique(step.arcs.begin(), step.arcs.end(), same), step.arcs.end());
  for (RouteGraph::Change& change : step.arcs) change.after = graph.out_arc(change.arc).cost;
  std::erase_if(step.arcs, [](const RouteGraph::Change& change) { return change.before == change.after; });
  return fits;
}

void RoutedLoads::repair(Step& step) {
  RouteRows& rows = kept_->rows;
  step.on_arc = rows.on_arc;
  step.unrouted = rows.unrouted;
  Sums sums{rows.on_arc.data(), rows.unrouted};
  for (std::uint32_t target = 0; target < rows.size(); ++target) {
    const Row row = rows.row(target);
    if (!RowRepair::concerns(step.arcs, row.distance)) continue;
    const RowLog& log = step.log;
    step.marks.push_back({target, log.distances.size(), log.hops.size(), log.flows.size()});
    kept_->repair.repair(row, rows.targets[target], step.arcs, step.log, sums);
  }
  rows.unrouted = sums.unrouted;
  for (const RouteGraph::Change& change : step.arcs) rows.graph.settle(change.arc);
}

void RoutedLoads::undo() {
  assert(depth_ > 0);
  Step& step = steps_[--depth_];
  for (std::size_t i = step.costs.size(); i-- > 0;) costs_[step.costs[i].link] = step.costs[i].cost;
  if (kept_) {
    RouteRows& rows = kept_->rows;
    for (const RouteGraph::Change& change : step.arcs) {
      rows.graph.set(change.arc, change.before);
      rows.graph.settle(change.arc);
    }
    for (std::size_t i = step.marks.size(); i-- > 0;) {
      const Step::Mark& mark = step.marks[i];
      step.log.undo(rows.row(mark.target), mark.distances, mark.hops, mark.flows);
    }
    rows.on_arc.swap(step.on_arc);
    rows.unrouted = step.unrouted;
  }
  compute_slow();
  sum_up();
}

// Hands everything to link_load(): some cost is larger than the rows can hold, or a router's link free.
void RoutedLoads::leave_rows(const Step& step) {
  RouteRows& rows = kept_->rows;
  for (const RouteGraph::Change& change : step.arcs) rows.graph.set(change.arc, change.before);
  std::vector<Quanta> own;
  for (std::uint32_t target = 0; target < rows.size(); ++target) {
    rows.sources(target, own);
    for (std::uint32_t place = 0; place < own.size(); ++place) {
      if (own[place] == 0) continue;
      const double begins = static_cast<double>(own[place]) * quantum_;
      slow_.demands.push_back({rows.graph.node(place), destinations_[target], traffic(begins)});
    }
  }
  kept_.reset();
}

std::vector<CostChange> RoutedLoads::changes() const {
  std::vector<CostChange> changes;
  for (LinkId id : costs_.ids()) {
    if (costs_[id] != topology_->link(id).cost) changes.push_back({id, costs_[id]});
  }
  return changes;
}

void RoutedLoads::compute_slow() {
  if (slow_.demands.empty()) {
    slow_loads_.clear();
    slow_unrouted_ = 0;
    return;
  }
  const ChangedTopology changed = change_topology(*topology_, changes());
  const LinkLoad load = link_load(changed.topology, slow_);
  slow_loads_.assign(topology_->link_count(), 0);
  for (LinkId id : load.links.ids()) slow_loads_[changed.links[id.value()].value()] = rate(load.links[id]);
  slow_unrouted_ = rate(load.unrouted);
}

void RoutedLoads::sum_up() {
  if (slow_loads_.empty()) {
    std::fill(loads_.begin(), loads_.end(), 0);
  } else {
    loads_ = slow_loads_;
  }
  unrouted_ = slow_unrouted_;
  if (!kept_) return;
  const RouteRows& rows = kept_->rows;
  for (std::uint32_t arc = 0; arc < rows.on_arc.size(); ++arc) {
    loads_[rows.graph.link(arc).value()] += static_cast<double>(rows.on_arc[arc]) * quantum_;
  }
  unrouted_ += static_cast<double>(rows.unrouted) * quantum_;
}

bool RoutedLoads::routes(const Destination& destination, RoutesTo& routes) const {
  const auto found = known_.find(destination);
  if (!kept_ || found == known_.end() || !found->second) return false;
  const auto [target, nearest] = *found->second;
  kept_->rows.list_routes(target, routes);
  for (Cost& cost : routes.cost) {
    if (cost != kUnreachable) cost += nearest;
  }
  return true;
}

}  // namespace anemone
