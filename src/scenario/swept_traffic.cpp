#include "scenario/swept_traffic.h"

#include <string>
#include <utility>

namespace anemone {

TrafficMatrix SweptTraffic::first_matrix() const {
  TrafficMatrix matrix;
  for (std::size_t i = 0; i < demands.size(); ++i) {
    matrix.demands.push_back({demands[i].ingress, demands[i].to, {rates[i], 0}});
  }
  return matrix;
}

Result<void> SweptBins::add(Time bin, std::span<const Demand> demands) {
  bins_.push_back(bin);
  for (const Demand& demand : demands) {
    const auto [at, is_new] = ids_.try_emplace({demand.ingress, demand.to}, ends_.size());
    if (is_new) ends_.push_back({demand.ingress, demand.to});
    cells_.push_back({bins_.size() - 1, at->second, demand.traffic.bps});
  }
  if (bins_.size() * ends_.size() <= rates_max_) return {};
  return Error{std::to_string(bins_.size()) + " bins of " + std::to_string(ends_.size()) +
               " demands are more than " + std::to_string(rates_max_) + " rates: ask about less time"};
}

SweptTraffic SweptBins::finish(Topology topology) && {
  SweptTraffic traffic;
  traffic.topology = std::move(topology);
  traffic.rates.assign(bins_.size() * ends_.size(), 0);
  for (const Cell& cell : cells_) traffic.rates[cell.bin * ends_.size() + cell.demand] += cell.bps;
  traffic.demands = std::move(ends_);
  traffic.bins = std::move(bins_);
  return traffic;
}

}  // namespace anemone
