#include "load/bin_loads.h"

#include <algorithm>
#include <cassert>
#include <numeric>

#include "load/destination_routes.h"
#include "load/in_threads.h"

namespace anemone {

BinLoads::BinLoads(const Topology& topology, std::span<const DemandEnds> demands)
    : demand_count_(demands.size()),
      node_count_(topology.node_count()),
      link_count_(topology.link_count()),
      carries_(topology.node_count()) {
  std::vector<std::uint32_t> order(demands.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return demands[i].to; });
  DestinationRoutes routes(topology);
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    const Destination& to = demands[order[first]].to;
    while (end < order.size() && demands[order[end]].to == to) ++end;
    if (!to.node.valid() && !to.prefix.valid()) {
      lost_.insert(lost_.end(), order.begin() + first, order.begin() + end);
      continue;
    }
    list_stage(topology, routes.to(to), std::span(order).subspan(first, end - first), demands);
  }
}

void BinLoads::list_stage(const Topology& topology, const RoutesTo& routes,
                          std::span<const std::uint32_t> demands, std::span<const DemandEnds> ends) {
  for (const std::uint32_t demand : demands) {
    const NodeId ingress = ends[demand].ingress;
    if (!routes.reachable(ingress)) {
      lost_.push_back(demand);
    } else if (!routes.next_hops(ingress).empty()) {
      entries_.push_back({demand, ingress.value()});
      carries_[ingress] = 1;
    }
  }
  for (NodeId node : routes.order) {
    const auto hops = routes.next_hops(node);
    if (std::exchange(carries_[node], 0) == 0) continue;
    const double part = 1.0 / static_cast<double>(hops.size());
    for (std::size_t i = 0; i < hops.size(); ++i) {
      const NodeId to = topology.link(hops[i]).to;
      const bool arrives = routes.next_hops(to).empty();
      if (!arrives) carries_[to] = 1;
      if (i > 0 && hops[i] == hops[i - 1]) {  // another neighbour on the same network
        steps_.back().share += part;
      } else {
        steps_.push_back({part, node.value(), arrives ? kEnd : to.value(), hops[i].value(), false});
      }
    }
    steps_.back().last = true;
  }
  stages_.push_back({entries_.size(), steps_.size()});
}

void BinLoads::pour_block(const double* rates, std::size_t bins, Workspace& work) const {
  std::fill(work.on_link.begin(), work.on_link.end(), Lanes{});
  const Entry* entry = entries_.data();
  const Step* step = steps_.data();
  for (const Stage& stage : stages_) {
    for (const Entry* end = entries_.data() + stage.entries_end; entry != end; ++entry) {
      double* standing = work.standing[entry->node].at;
      const double* rate = rates + entry->demand;
      for (std::size_t i = 0; i < bins; ++i, rate += demand_count_) standing[i] += *rate;
    }
    for (const Step* end = steps_.data() + stage.steps_end; step != end; ++step) {
      Lanes& from = work.standing[step->from];
      double* link = work.on_link[step->link].at;
      double flow[kLanes];
      for (std::size_t i = 0; i < kLanes; ++i) flow[i] = from.at[i] * step->share;
      for (std::size_t i = 0; i < kLanes; ++i) link[i] += flow[i];
      if (step->last) from = {};
      if (step->to == kEnd) continue;
      double* to = work.standing[step->to].at;
      for (std::size_t i = 0; i < kLanes; ++i) to[i] += flow[i];
    }
  }
}

void BinLoads::pour(std::span<const double> rates, std::span<double> loads, std::span<double> unrouted,
                    unsigned threads) const {
  const std::size_t bins = unrouted.size();
  assert(rates.size() == bins * demand_count_ && loads.size() == bins * link_count_);
  in_threads(threads, (bins + kLanes - 1) / kLanes, [&] {
    Workspace work{std::vector<Lanes>(node_count_), std::vector<Lanes>(link_count_)};
    return [&, work = std::move(work)](std::size_t block) mutable {
      const std::size_t first = block * kLanes;
      const std::size_t count = std::min(kLanes, bins - first);
      const double* from = rates.data() + first * demand_count_;
      pour_block(from, count, work);
      for (std::size_t i = 0; i < count; ++i) {
        double* out = loads.data() + (first + i) * link_count_;
        for (std::size_t link = 0; link < link_count_; ++link) out[link] = work.on_link[link].at[i];
        double lost = 0;
        for (const std::uint32_t demand : lost_) lost += from[i * demand_count_ + demand];
        unrouted[first + i] = lost;
      }
    };
  });
}

}  // namespace anemone
