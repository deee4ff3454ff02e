#include "plan/flow_problem.h"

#include <algorithm>
#include <map>

namespace anemone {
namespace {

class ProblemBuilder {
 public:
  explicit ProblemBuilder(const Topology& topology) : topology_(topology) {
    problem_.nodes = static_cast<std::uint32_t>(topology.node_count());
    for (LinkId id : indices<LinkId>(topology.link_count())) add_link(id);
  }

  FlowProblem build(std::span<const TrafficMatrix> matrices) {
    problem_.matrices = static_cast<std::uint32_t>(matrices.size());
    problem_.unrouted.assign(matrices.size(), 0);
    for (const TrafficMatrix& matrix : matrices) {
      for (const Demand& demand : matrix.demands) target_at_.try_emplace(node_of(demand.to), 0);
    }
    index_arcs(problem_);
    for (auto& [node, at] : target_at_) {
      at = problem_.targets.size();
      problem_.targets.push_back({node, std::vector<double>(std::size_t{problem_.nodes} * matrices.size())});
    }
    for (std::uint32_t i = 0; i < matrices.size(); ++i) add_demands(matrices[i], i);
    for (FlowTarget& target : problem_.targets) drop_unrouted(target);
    std::erase_if(problem_.targets, [](const FlowTarget& target) {
      return std::ranges::all_of(target.supply, [](double bps) { return bps == 0; });
    });
    return std::move(problem_);
  }

 private:
  void add_link(LinkId id) {
    const Link& link = topology_.link(id);
    if (link.is_virtual || link.cost == kUnreachable) return;
    FlowArc arc;
    arc.from = link.from.value();
    arc.to = link.to.value();
    arc.capacity = link.capacity_bps > 0 ? link.capacity_bps : kUnlimited;
    arc.cost = link.cost;
    arc.latency_us = link.te_metric;
    arc.fixed = topology_.node(link.from).kind == NodeKind::kNetwork;
    arc.link = id;
    problem_.arcs.push_back(arc);
  }

  // The node that stands for a destination; a prefix in several places gets one of its own behind them.
  std::uint32_t node_of(const Destination& to) {
    if (to.node.valid()) return to.node.value();
    const auto places = topology_.attachments(to.prefix);
    if (places.size() == 1) return places[0].node.value();
    const auto [at, is_new] = prefix_node_.try_emplace(to.prefix, problem_.nodes);
    if (!is_new) return at->second;
    ++problem_.nodes;
    for (const Attachment& place : places) {
      FlowArc arc;
      arc.from = place.node.value();
      arc.to = at->second;
      arc.cost = std::min(place.cost, Cost{0xff'ffff}) + 1;  // all by one more: which is nearest stays
      arc.fixed = true;
      problem_.arcs.push_back(arc);
    }
    return at->second;
  }

  void add_demands(const TrafficMatrix& matrix, std::uint32_t number) {
    for (const Demand& demand : matrix.demands) {
      const std::uint32_t node = node_of(demand.to);
      if (demand.ingress.value() == node) continue;
      FlowTarget& target = problem_.targets[target_at_.at(node)];
      target.supply[std::size_t{number} * problem_.nodes + demand.ingress.value()] += demand.traffic.bps;
    }
  }

  void drop_unrouted(FlowTarget& target) {
    std::vector<bool> reaches(problem_.nodes);
    std::vector<std::uint32_t> queue{target.node};
    reaches[target.node] = true;
    for (std::size_t i = 0; i < queue.size(); ++i) {
      for (std::uint32_t in : problem_.arcs_to(queue[i])) {
        const std::uint32_t from = problem_.arcs[in].from;
        if (!reaches[from]) queue.push_back(from);
        reaches[from] = true;
      }
    }
    for (std::size_t i = 0; i < target.supply.size(); ++i) {
      if (reaches[i % problem_.nodes]) continue;
      problem_.unrouted[i / problem_.nodes] += target.supply[i];
      target.supply[i] = 0;
    }
  }

  const Topology& topology_;
  FlowProblem problem_;
  std::map<PrefixId, std::uint32_t> prefix_node_;
  std::map<std::uint32_t, std::size_t> target_at_;  // by node
};

}  // namespace

FlowProblem flow_problem(const Topology& topology, std::span<const TrafficMatrix> matrices) {
  return ProblemBuilder(topology).build(matrices);
}

void index_arcs(FlowProblem& problem) {
  std::stable_sort(problem.arcs.begin(), problem.arcs.end(),
                   [](const FlowArc& a, const FlowArc& b) { return a.from < b.from; });
  problem.first_out.assign(problem.nodes + 1, 0);
  problem.first_in.assign(problem.nodes + 1, 0);
  for (const FlowArc& arc : problem.arcs) {
    ++problem.first_out[arc.from + 1];
    ++problem.first_in[arc.to + 1];
  }
  for (std::uint32_t i = 0; i < problem.nodes; ++i) {
    problem.first_out[i + 1] += problem.first_out[i];
    problem.first_in[i + 1] += problem.first_in[i];
  }
  std::vector<std::uint32_t> next(problem.first_in.begin(), problem.first_in.end() - 1);
  problem.in_arcs.resize(problem.arcs.size());
  for (std::uint32_t i = 0; i < problem.arcs.size(); ++i) problem.in_arcs[next[problem.arcs[i].to]++] = i;
}

}  // namespace anemone
