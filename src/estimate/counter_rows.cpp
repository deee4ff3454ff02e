#include "estimate/counter_rows.h"

#include <algorithm>
#include <cmath>

#include "load/destination_routes.h"
#include "load/link_shares.h"

namespace anemone {

CounterRows::CounterRows(const Topology& topology, const EndpointGrid& grid, const EstimateInput& input)
    : topology_(topology), grid_(grid), input_(input) {
  for (const LinkCounter& counter : input.link_counters) {
    rows_.push_back({counter.bps, counter.bps * counter.error_share, {}});
  }
  find_routes();
  add_edges();
}

void CounterRows::find_routes() {
  constexpr std::uint32_t kNotCounted = 0xffff'ffff;
  PerLink<std::uint32_t> row_of(topology_.link_count(), kNotCounted);
  for (std::uint32_t i = 0; i < rows_.size(); ++i) row_of[input_.link_counters[i].link] = i;
  DestinationRoutes routes(topology_);
  for (std::size_t sink = 0; sink < grid_.sinks.size(); ++sink) {
    const RoutesTo& to = routes.to(grid_.sinks[sink]);
    for (std::size_t source = 0; source < grid_.sources.size(); ++source) {
      const auto demand = static_cast<std::uint32_t>(source * grid_.sinks.size() + sink);
      for (const RouteShare& step : route_of(topology_, to, grid_.sources[source])) {
        const std::uint32_t row = row_of[step.link];
        if (row != kNotCounted) rows_[row].shares.push_back({demand, step.share});
      }
    }
  }
}

void CounterRows::add_edges() {
  for (const EdgeCounter& edge : input_.edge_counters) {
    CounterRow entering{edge.entering_bps, edge.entering_bps * edge.error_share, {}};
    CounterRow leaving{edge.leaving_bps, edge.leaving_bps * edge.error_share, {}};
    for (std::uint32_t source = 0; source < grid_.sources.size(); ++source) {
      for (std::uint32_t sink = 0; sink < grid_.sinks.size(); ++sink) {
        const auto demand = static_cast<std::uint32_t>(source * grid_.sinks.size() + sink);
        if (grid_.sources[source] == edge.node) entering.shares.push_back({demand, 1});
        if (node_of(grid_.sinks[sink]) == edge.node) leaving.shares.push_back({demand, 1});
      }
    }
    rows_.push_back(std::move(entering));
    rows_.push_back(std::move(leaving));
  }
}

// A prefix that several nodes reach leaves by each of them: by which is for routing to say, not here.
NodeId CounterRows::node_of(const Destination& sink) const {
  if (sink.node.valid()) return sink.node;
  const auto at = topology_.attachments(sink.prefix);
  return at.size() == 1 ? at.front().node : NodeId{};
}

std::vector<CounterRow> CounterRows::without(const DemandGrid& known) const {
  std::vector<CounterRow> rows = rows_;
  for (CounterRow& row : rows) {
    for (const DemandShare& part : row.shares) row.bps -= part.share * known.bps[part.demand];
  }
  return rows;
}

// Every un-instrumented endpoint of a node has the same part of what the node has.
void CounterRows::spread(const PerNode<double>& by_node, const std::vector<NodeId>& node_of,
                         std::vector<double>& by_endpoint) const {
  PerNode<double> sharers(topology_.node_count());
  for (std::size_t i = 0; i < node_of.size(); ++i) {
    if (node_of[i].valid() && !input_.endpoints[i].instrumented) sharers[node_of[i]] += 1;
  }
  for (std::size_t i = 0; i < node_of.size(); ++i) {
    const bool has = node_of[i].valid() && !input_.endpoints[i].instrumented;
    by_endpoint.push_back(has ? by_node[node_of[i]] / sharers[node_of[i]] : 0);
  }
}

Gravity CounterRows::gravity() const {
  PerNode<double> entering(topology_.node_count());
  PerNode<double> leaving(topology_.node_count());
  for (const EdgeCounter& edge : input_.edge_counters) {
    entering[edge.node] += edge.entering_bps;
    leaving[edge.node] += edge.leaving_bps;
  }
  if (input_.edge_counters.empty()) {
    for (const LinkCounter& counter : input_.link_counters) {
      entering[topology_.link(counter.link).from] += counter.bps;
      leaving[topology_.link(counter.link).to] += counter.bps;
    }
  }
  std::vector<NodeId> sources;
  std::vector<NodeId> sinks;
  for (const Endpoint& endpoint : input_.endpoints) {
    sources.push_back(endpoint.ingress);
    sinks.push_back(node_of(endpoint.to));
  }
  Gravity gravity;
  spread(entering, sources, gravity.out_bps);
  spread(leaving, sinks, gravity.in_bps);
  for (auto& row : gravity.affinity) row.fill(1);
  double out = 0;
  double in = 0;
  for (std::size_t i = 0; i < gravity.out_bps.size(); ++i) {
    out += gravity.out_bps[i];
    in += gravity.in_bps[i];
  }
  gravity.total_bps = std::sqrt(out * in);
  return gravity;
}

}  // namespace anemone
