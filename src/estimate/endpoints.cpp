#include "estimate/endpoints.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace anemone {
namespace {

// The number of `value` in `all`, where it is put when it is new.
template <class T>
std::uint32_t number_of(const T& value, std::map<T, std::uint32_t>& numbers, std::vector<T>& all) {
  const auto [at, is_new] = numbers.try_emplace(value, static_cast<std::uint32_t>(all.size()));
  if (is_new) all.push_back(value);
  return at->second;
}

}  // namespace

double DemandGrid::total() const { return std::accumulate(bps.begin(), bps.end(), 0.0); }

TrafficMatrix DemandGrid::matrix() const {
  TrafficMatrix matrix;
  for (std::size_t sink = 0; sink < sinks.size(); ++sink) {
    for (std::size_t source = 0; source < sources.size(); ++source) {
      if (at(source, sink) > 0)
        matrix.demands.push_back({sources[source], sinks[sink], {at(source, sink), 0}});
    }
  }
  return matrix;
}

EndpointGrid::EndpointGrid(std::span<const Endpoint> endpoints) {
  std::map<NodeId, std::uint32_t> source_numbers;
  std::map<Destination, std::uint32_t> sink_numbers;
  for (const Endpoint& endpoint : endpoints) {
    source_of.push_back(number_of(endpoint.ingress, source_numbers, sources));
    sink_of.push_back(number_of(endpoint.to, sink_numbers, sinks));
    places = std::max(places, endpoint.place + 1);
  }
}

DemandGrid EndpointGrid::empty() const {
  return {sources, sinks, std::vector<double>(sources.size() * sinks.size(), 0)};
}

DemandGrid grid_of(const EndpointGrid& grid, std::span<const SeenTraffic> seen,
                   std::span<const std::uint8_t> watched) {
  DemandGrid sums = grid.empty();
  for (const SeenTraffic& traffic : seen) {
    if (!watched.empty() && (watched[traffic.from] != 0 || watched[traffic.to] != 0)) continue;
    sums.at(grid.source_of[traffic.from], grid.sink_of[traffic.to]) += traffic.bps;
  }
  return sums;
}

}  // namespace anemone
