#include "route/route_graph.h"

#include <algorithm>
#include <cassert>

namespace anemone {
namespace {

bool is_usable(const Link& link) { return !link.is_virtual; }

Cost dearest_from(const Topology& topology, NodeId node) {
  Cost dearest = 0;
  for (LinkId id : topology.links_from(node)) {
    const Link& link = topology.link(id);
    if (is_usable(link) && link.cost != kUnreachable) dearest = std::max(dearest, link.cost);
  }
  return dearest;
}

std::uint64_t dearest_sum(const Topology& topology) {
  std::uint64_t sum = 0;
  for (NodeId node : topology.nodes()) sum += dearest_from(topology, node);
  return sum;
}

}  // namespace

bool RouteGraph::fits(const Topology& topology) {
  for (const Link& link : topology.links()) {
    const bool network = topology.node(link.from).kind == NodeKind::kNetwork;
    if (is_usable(link) && link.cost != kUnreachable && (link.cost == 0) != network) return false;
  }
  return 2 * dearest_sum(topology) + 2 < kFar;
}

RouteGraph::RouteGraph(const Topology& topology) : dearest_sum_(anemone::dearest_sum(topology)) {
  assert(fits(topology));
  number_places(topology);
  for (NodeId node : node_at_) dearest_.push_back(dearest_from(topology, node));
  lay_out(topology);
}

void RouteGraph::number_places(const Topology& topology) {
  constexpr std::uint32_t kNone = 0xffff'ffff;
  place_of_.assign(topology.node_count(), kNone);
  const auto add = [&](NodeId node) {
    if (place_of_[node] != kNone) return;
    place_of_[node] = static_cast<std::uint32_t>(node_at_.size());
    node_at_.push_back(node);
  };
  for (NodeId start : topology.nodes()) {
    std::size_t at = node_at_.size();
    add(start);
    for (; at < node_at_.size(); ++at) {
      for (LinkId id : topology.links_to(node_at_[at])) add(topology.link(id).from);
    }
  }
}

void RouteGraph::lay_out(const Topology& topology) {
  for (NodeId node : node_at_) {
    is_network_.push_back(topology.node(node).kind == NodeKind::kNetwork ? 1 : 0);
    if (is_network_.back() != 0) scale_ = 2;
  }
  arc_of_.assign(topology.link_count(), kNoArc);
  first_in_.assign(node_at_.size() + 1, 0);
  for (std::uint32_t from = 0; from < node_at_.size(); ++from) {
    first_out_.push_back(static_cast<std::uint32_t>(out_.size()));
    for (LinkId id : topology.links_from(node_at_[from])) {
      const Link& link = topology.link(id);
      if (!is_usable(link)) continue;
      const auto arc = static_cast<std::uint32_t>(out_.size());
      arc_of_[id] = arc;
      link_of_.push_back(id);
      out_.push_back({place_of_[link.to], 0});
      out_[arc].cost = scaled_arc(from, arc, link.cost);
      before_.push_back(out_[arc].cost);
      ++first_in_[out_[arc].place + 1];
    }
  }
  first_out_.push_back(static_cast<std::uint32_t>(out_.size()));
  for (std::size_t i = 1; i < first_in_.size(); ++i) first_in_[i] += first_in_[i - 1];
  std::vector<std::uint32_t> next(first_in_.begin(), first_in_.end() - 1);
  in_.resize(out_.size());
  in_of_.resize(out_.size());
  for (std::uint32_t from = 0; from < node_at_.size(); ++from) {
    for (std::uint32_t arc = first_out_[from]; arc < first_out_[from + 1]; ++arc) {
      in_of_[arc] = next[out_[arc].place]++;
      in_[in_of_[arc]] = {from, out_[arc].cost};
    }
  }
}

RouteGraph::Distance RouteGraph::scaled_arc(std::uint32_t from, std::uint32_t arc, Cost cost) const {
  if (cost == kUnreachable) return kDownCost;
  return cost * scale_ + is_network_[from] - is_network_[out_[arc].place];
}

bool RouteGraph::make_room(LinkId link, Cost cost) {
  const std::uint32_t arc = arc_of_[link];
  if (arc == kNoArc || cost == kUnreachable) return true;
  const std::uint32_t place = from(arc);
  if ((cost == 0) != is_network(place)) return false;
  if (cost <= dearest_[place]) return true;
  const std::uint64_t sum = dearest_sum_ - dearest_[place] + cost;
  if (2 * sum + 2 >= kFar) return false;
  dearest_sum_ = sum;
  dearest_[place] = cost;
  return true;
}

}  // namespace anemone
