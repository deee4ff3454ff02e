#include "scenario/what_if.h"

#include <algorithm>
#include <list>
#include <map>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "scenario/change_matrix.h"
#include "scenario/change_topology.h"
#include "scenario/change_traffic.h"
#include "scenario/demand_routes.h"
#include "scenario/outcomes.h"
#include "scenario/place_rows.h"
#include "topology/prefixes_after.h"

namespace anemone {
namespace {

constexpr std::size_t kNetworksKept = 8;
constexpr Pain kCutOff = {1, 0, 0};

std::vector<PrefixId> same_prefixes(const Topology& topology) {
  std::vector<PrefixId> same;
  for (const PrefixId id : indices<PrefixId>(topology.prefix_count())) same.push_back(id);
  return same;
}

// One topology as it was and as the scenario makes it, with everything that is worked out once for both.
struct Network {
  explicit Network(std::shared_ptr<const Topology> topology, ScenarioTopology&& made)
      : before(std::move(topology)),
        after(std::move(made)),
        attached_before(*before, {}),
        attached_after(after.topology, {}),
        prefix_same(same_prefixes(*before)),
        prefix_after(prefixes_after(*before, after.topology)),
        routes_before(*before),
        routes_after(after.topology) {}

  std::shared_ptr<const Topology> before;
  ScenarioTopology after;
  Attachments attached_before;
  Attachments attached_after;
  std::vector<PrefixId> prefix_same;
  std::vector<PrefixId> prefix_after;
  DemandRoutes routes_before;
  DemandRoutes routes_after;
  std::optional<MatrixChange> of_matrices;
  std::optional<TrafficChange> of_records;
  std::vector<std::uint32_t> rows_before;  // rows of LinkOutcomes, by LinkId
  std::vector<std::uint32_t> rows_after;
};

// One side of one part of a bin.
struct Carried {
  std::span<const Demand> demands;
  const DemandRoutes* routes = nullptr;
  std::span<const std::uint32_t> link_rows;
};

}  // namespace

struct WhatIf::Work {
  Work(Scenario wanted, Places known, const RecordNames* names_of_records)
      : scenario(std::move(wanted)),
        places(std::move(known)),
        names(names_of_records),
        hurts(names_of_records, places) {}

  Result<Network*> network_of(const std::shared_ptr<const Topology>& topology);
  Result<Network*> network_for_records(const std::shared_ptr<const Topology>& topology);
  Result<void> add_matrix(const WhatIfBin& bin);
  Result<void> add_records(const WhatIfBin& bin);
  struct PartSides;
  void place(const WhatIfBin& bin, const MeasuredMatrix& measured, std::size_t part,
             std::span<const TrafficRow> own, PartSides& sides);
  void ask_who_is_hurt(std::span<const FlowRecord> records, std::span<const TrafficRow> own,
                       const PartSides& part, const OverloadedLinks& overloaded);
  static void carry(const Carried& carried, BinSide& side);
  std::vector<DemandOutcome> worse_demands() const;

  const Scenario scenario;
  const Places places;
  const RecordNames* names;
  std::list<Network> networks;  // the newest last
  Outcomes outcomes;
  Hurts hurts;
  // The newest bin's newest part; `was`: of each demand after, the one before, where that is known.
  struct Newest {
    const Network* network = nullptr;
    std::vector<Demand> before;
    std::vector<Demand> after;
    std::vector<std::uint32_t> was;
  } newest;
};

Result<Network*> WhatIf::Work::network_of(const std::shared_ptr<const Topology>& topology) {
  for (auto known = networks.begin(); known != networks.end(); ++known) {
    if (known->before != topology) continue;
    networks.splice(networks.end(), networks, known);
    return &networks.back();
  }
  auto changed = topology_under(*topology, scenario, places);
  if (!changed) return changed.error();
  Network& network = networks.emplace_back(topology, std::move(*changed));
  network.rows_before = outcomes.link_rows(*network.before, Outcomes::Which::kBefore);
  network.rows_after = outcomes.link_rows(network.after.topology, Outcomes::Which::kAfter);
  return &network;
}

// Adds what the demands put on their links.
void WhatIf::Work::carry(const Carried& carried, BinSide& side) {
  for (const Demand& demand : carried.demands) {
    const DemandRoute& route = carried.routes->of(demand.ingress, demand.to);
    side.offered_bps += demand.traffic.bps;
    if (!route.cost) side.unrouted_bps += demand.traffic.bps;
    for (const RouteShare& step : route.links) {
      side.load_bps[carried.link_rows[step.link.value()]] += demand.traffic.bps * step.share;
    }
  }
}

Result<void> WhatIf::Work::add_matrix(const WhatIfBin& bin) {
  auto found = network_of(bin.parts.front().topology);
  if (!found) return found.error();
  Network& network = **found;
  if (!network.of_matrices) {
    auto change = MatrixChange::make(scenario, places, *network.before, network.after.topology);
    if (!change) return change.error();
    network.of_matrices = std::move(*change);
  }
  const ChangedMatrix changed = network.of_matrices->changed(*bin.matrix);
  network.routes_before.prepare(bin.matrix->demands);
  network.routes_after.prepare(changed.matrix.demands);
  BinOutcome& outcome = outcomes.begin_bin(bin.from);
  carry({bin.matrix->demands, &network.routes_before, network.rows_before}, outcome.before);
  carry({changed.matrix.demands, &network.routes_after, network.rows_after}, outcome.after);
  outcome.after.offered_bps += changed.homeless.bps;
  outcome.after.unrouted_bps += changed.homeless.bps;
  const OverloadedLinks overloaded = outcomes.overloaded(outcome);
  PerNode<Hurt> by_ingress(network.after.topology.node_count());
  for (std::size_t i = 0; i < changed.matrix.demands.size(); ++i) {
    const Demand& demand = changed.matrix.demands[i];
    const Demand& was = bin.matrix->demands[changed.was[i]];
    const DemandRoute& before = network.routes_before.of(was.ingress, was.to);
    const DemandRoute& after = network.routes_after.of(demand.ingress, demand.to);
    const Pain pain = pain_of(&before, after, overloaded, network.rows_after);
    add_to(by_ingress[demand.ingress], demand.traffic.bps, pain);
    outcomes.add_disconnected(demand.traffic.bps, pain);
  }
  for (const NodeId node : by_ingress.ids()) {
    if (by_ingress[node].bps > 0) hurts.add_router(network.after.topology.node(node).name, by_ingress[node]);
  }
  outcomes.add_disconnected(changed.homeless.bps, kCutOff);
  newest = {&network, bin.matrix->demands, changed.matrix.demands, changed.was};
  return {};
}

// One part of a bin of records, both sides.
struct WhatIf::Work::PartSides {
  Network* network = nullptr;
  std::vector<TrafficRow> rows;
  PlacedRows before;
  PlacedRows after;
};

Result<Network*> WhatIf::Work::network_for_records(const std::shared_ptr<const Topology>& topology) {
  auto found = network_of(topology);
  if (!found || (*found)->of_records) return found;
  Network& network = **found;
  auto change = TrafficChange::make(scenario, places, *names, network.attached_after);
  if (!change) return change.error();
  network.of_records = std::move(*change);
  return found;
}

void WhatIf::Work::place(const WhatIfBin& bin, const MeasuredMatrix& measured, std::size_t part,
                         std::span<const TrafficRow> own, PartSides& sides) {
  Network& network = *sides.network;
  const Duration length = bin.to - bin.from;
  sides.rows = network.of_records->rows(bin.records, measured.uses, *bin.observers, network.attached_before,
                                        network.attached_after);
  sides.before = place_rows(own, bin.records, measured.parts[part], part == 0, network.prefix_same,
                            network.attached_before, length);
  sides.after = place_rows(sides.rows, bin.records, measured.parts[part], part == 0, network.prefix_after,
                           network.attached_after, length);
  network.routes_before.prepare(sides.before.demands);
  network.routes_after.prepare(sides.after.demands);
}

Result<void> WhatIf::Work::add_records(const WhatIfBin& bin) {
  const MeasuredMatrix& measured = *bin.measured;
  std::vector<PartSides> parts(bin.parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto network = network_for_records(bin.parts[i].topology);
    if (!network) return network.error();
    parts[i].network = *network;
  }
  std::vector<TrafficRow> own;
  for (std::uint32_t i = 0; i < bin.records.size(); ++i) {
    if (measured.uses[i] == RecordUse::kOwner)
      own.push_back({i, bin.records[i].key.src, bin.records[i].key.dst, 1});
  }
  BinOutcome& outcome = outcomes.begin_bin(bin.from);
  outcomes.add_coverage(measured.bytes.coverage());
  if (measured.bytes.owned > 0) outcomes.add_uncertain(measured.bytes.split / measured.bytes.owned);
  const double to_bps = 8 / seconds(bin.to - bin.from);
  for (BinSide* side : {&outcome.before, &outcome.after}) {
    side->unattached_bps += measured.bytes.unattached * to_bps;
    side->local_bps += measured.bytes.local * to_bps;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    PartSides& part = parts[i];
    place(bin, measured, i, own, part);
    carry({part.before.demands, &part.network->routes_before, part.network->rows_before}, outcome.before);
    carry({part.after.demands, &part.network->routes_after, part.network->rows_after}, outcome.after);
    outcome.after.unattached_bps += part.after.unattached_bps;
    outcome.after.local_bps += part.after.local_bps;
  }
  const OverloadedLinks overloaded = outcomes.overloaded(outcome);
  for (const PartSides& part : parts) ask_who_is_hurt(bin.records, own, part, overloaded);
  PartSides& last = parts.back();
  newest = {last.network, std::move(last.before.demands), std::move(last.after.demands), {}};
  return {};
}

void WhatIf::Work::ask_who_is_hurt(std::span<const FlowRecord> records, std::span<const TrafficRow> own,
                                   const PartSides& part, const OverloadedLinks& overloaded) {
  const Network& network = *part.network;
  std::unordered_map<std::uint32_t, std::uint32_t> demand_before;  // by record
  for (const PlacedRow& row : part.before.rows) demand_before.emplace(own[row.row].record, row.demand);
  for (const PlacedRow& row : part.after.rows) {
    const std::uint32_t record = part.rows[row.row].record;
    const Demand& demand = part.after.demands[row.demand];
    const DemandRoute* before = nullptr;
    if (const auto was = demand_before.find(record); was != demand_before.end()) {
      const Demand& old = part.before.demands[was->second];
      before = &network.routes_before.of(old.ingress, old.to);
    }
    const Pain pain =
        pain_of(before, network.routes_after.of(demand.ingress, demand.to), overloaded, network.rows_after);
    hurts.add(records[record], network.after.topology.node(demand.ingress).name, row.traffic.bps, pain);
    outcomes.add_disconnected(row.traffic.bps, pain);
  }
  for (const HomelessRow& row : part.after.homeless) {
    const std::uint32_t record = part.rows[row.row].record;
    const auto was = demand_before.find(record);
    if (was == demand_before.end()) continue;
    const Demand& old = part.before.demands[was->second];
    if (!network.routes_before.of(old.ingress, old.to).cost) continue;
    hurts.add(records[record], network.before->node(old.ingress).name, row.bps, kCutOff);
    outcomes.add_disconnected(row.bps, kCutOff);
  }
}

// The newest bin's demands that got a dearer way, or none.
std::vector<DemandOutcome> WhatIf::Work::worse_demands() const {
  std::vector<DemandOutcome> demands;
  if (newest.network == nullptr) return demands;
  const Network& network = *newest.network;
  const std::vector<Demand>& before = newest.before;
  const std::vector<Demand>& after = newest.after;
  const std::vector<std::uint32_t>& was = newest.was;
  const Topology& topology = network.after.topology;
  const auto end_of = [&](const Destination& to) {
    return to.prefix.valid() ? print_prefix(topology.prefix(to.prefix)) : topology.node(to.node).name;
  };
  std::map<std::pair<NodeId, Destination>, const Demand*> old;
  if (was.empty()) {
    for (const Demand& demand : before) {
      Destination to = demand.to;
      if (to.prefix.valid()) to.prefix = network.prefix_after[to.prefix.value()];
      old.emplace(std::pair(demand.ingress, to), &demand);
    }
  }
  for (std::size_t i = 0; i < after.size(); ++i) {
    const Demand& demand = after[i];
    const Demand* from = nullptr;
    if (!was.empty()) {
      from = &before[was[i]];
    } else if (const auto found = old.find({demand.ingress, demand.to}); found != old.end()) {
      from = found->second;
    }
    if (from == nullptr) continue;
    const DemandRoute& way_before = network.routes_before.of(from->ingress, from->to);
    const DemandRoute& way_after = network.routes_after.of(demand.ingress, demand.to);
    if (!way_before.cost || (way_after.cost && *way_after.cost <= *way_before.cost)) continue;
    demands.push_back({topology.node(demand.ingress).name, end_of(demand.to), demand.traffic.bps,
                       way_before.cost, way_after.cost, way_before.latency_us(*network.before),
                       way_after.latency_us(topology)});
  }
  std::stable_sort(demands.begin(), demands.end(), [](const DemandOutcome& a, const DemandOutcome& b) {
    if (a.cost_after.has_value() != b.cost_after.has_value()) return !a.cost_after.has_value();
    return a.bps > b.bps;
  });
  if (demands.size() > kDemandsListed) demands.resize(kDemandsListed);
  return demands;
}

WhatIf::WhatIf(Scenario scenario, Places places, const RecordNames* names)
    : work_(std::make_unique<Work>(std::move(scenario), std::move(places), names)) {}
WhatIf::~WhatIf() = default;

Result<void> WhatIf::add(const WhatIfBin& bin) {
  while (work_->networks.size() > kNetworksKept) work_->networks.pop_front();
  return bin.matrix != nullptr ? work_->add_matrix(bin) : work_->add_records(bin);
}

const Topology& WhatIf::topology() const { return work_->newest.network->after.topology; }

std::span<const Demand> WhatIf::demands() const { return work_->newest.after; }

WhatIfAnswer WhatIf::answer() const {
  WhatIfAnswer answer = work_->outcomes.answer();
  const double bins = static_cast<double>(std::max<std::size_t>(answer.bins, 1));
  work_->hurts.list(1 / bins, answer);
  if (!work_->networks.empty()) {
    const Network& newest = work_->networks.back();
    work_->outcomes.mark(newest.rows_before, newest.rows_after, answer.links);
  }
  answer.demands = work_->worse_demands();
  return answer;
}

}  // namespace anemone
