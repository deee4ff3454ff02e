#include "estimate/unseen_spread.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "load/destination_routes.h"

namespace anemone {
namespace {

using Blocks = std::array<double, UnseenTraffic::kBlocks>;

// Unwatched endpoints that are the same to the model, added up.
struct Mass {
  double bps = 0;
  double squares = 0;
};
using Masses = std::map<std::tuple<std::uint32_t, std::uint32_t, EndpointRole>, Mass>;  // number, place, role

// Also fills how doubtful each number's size is.
Masses masses_of(std::span<const Endpoint> endpoints, std::span<const std::uint32_t> numbers,
                 std::span<const std::uint8_t> watched, const std::vector<double>& bps,
                 const std::vector<double>& doubts, std::vector<double>& doubt_of) {
  Masses masses;
  std::vector<double> sums(doubt_of.size(), 0);
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    if (watched[i] != 0 || bps[i] <= 0) continue;
    Mass& mass = masses[{numbers[i], endpoints[i].place, endpoints[i].role}];
    mass.bps += bps[i];
    mass.squares += bps[i] * bps[i];
    sums[numbers[i]] += bps[i];
    doubt_of[numbers[i]] += bps[i] * bps[i] * (doubts.empty() ? 0 : doubts[i]);
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums[i] > 0) doubt_of[i] /= sums[i] * sums[i];
  }
  return masses;
}

double sum_of(const Blocks& blocks) { return std::accumulate(blocks.begin(), blocks.end(), 0.0); }

// Adds up a thing's parts: give() for each demand in it, turn() when the next source (or sink) begins.
struct Gathered {
  double bps = 0;
  double end_bps = 0;  // of this source or sink
  double variance = 0;
  Blocks blocks{};

  void turn(double doubt) {
    variance += end_bps * end_bps * doubt;
    end_bps = 0;
  }
  Spread spread(const UnseenTraffic& unseen) const {
    Spread spread{bps, variance + bps * bps * unseen.level_doubt};
    for (std::size_t block = 0; block < blocks.size(); ++block) {
      spread.variance += blocks[block] * blocks[block] * unseen.block_doubt[block];
    }
    return spread;
  }
};

}  // namespace

UnseenTraffic::UnseenTraffic(const CredibleGravity& gravity, std::span<const Endpoint> endpoints,
                             const EndpointGrid& grid, std::span<const std::uint8_t> watched)
    : sinks(grid.sinks.size()),
      bps(grid.sources.size() * grid.sinks.size()),
      squares(bps.size(), 0),
      source_doubt(grid.sources.size(), 0),
      sink_doubt(grid.sinks.size(), 0),
      level_doubt(gravity.level_doubt),
      pair_doubt(gravity.pair_doubt) {
  if (gravity.total_bps <= 0) return;
  const Masses sources =
      masses_of(endpoints, grid.source_of, watched, gravity.out_bps, gravity.out_doubt, source_doubt);
  const Masses sinks_of =
      masses_of(endpoints, grid.sink_of, watched, gravity.in_bps, gravity.in_doubt, sink_doubt);
  for (const auto& [from, out] : sources) {
    const auto& [source, from_place, from_role] = from;
    for (const auto& [to, in] : sinks_of) {
      const auto& [sink, to_place, to_role] = to;
      if (from_place == to_place) continue;
      const auto row = static_cast<std::size_t>(from_role);
      const auto column = static_cast<std::size_t>(to_role);
      const double factor = gravity.affinity[row][column] / gravity.total_bps;
      const std::size_t cell = source * sinks + sink;
      bps[cell][row * kEndpointRoles + column] += factor * out.bps * in.bps;
      squares[cell] += factor * factor * out.squares * in.squares;
    }
  }
  for (std::size_t row = 0; row < kEndpointRoles; ++row) {
    for (std::size_t column = 0; column < kEndpointRoles; ++column) {
      block_doubt[row * kEndpointRoles + column] = gravity.affinity_doubt[row][column];
    }
  }
}

void UnseenTraffic::remove(const UnseenTraffic& other) {
  for (std::size_t cell = 0; cell < bps.size(); ++cell) {
    for (std::size_t block = 0; block < kBlocks; ++block) {
      bps[cell][block] = std::max(0.0, bps[cell][block] - other.bps[cell][block]);
    }
    squares[cell] = std::max(0.0, squares[cell] - other.squares[cell]);
  }
}

double UnseenTraffic::at(std::size_t cell) const { return sum_of(bps[cell]); }

GridRoutes::GridRoutes(const Topology& topology, const EndpointGrid& grid)
    : links_(topology.link_count()), sinks_(grid.sinks.size()), routes_(grid.sources.size() * sinks_) {
  DestinationRoutes routes(topology);
  for (std::size_t sink = 0; sink < sinks_; ++sink) {
    const RoutesTo& to = routes.to(grid.sinks[sink]);
    for (std::size_t source = 0; source < grid.sources.size(); ++source) {
      routes_[source * sinks_ + sink] = route_of(topology, to, grid.sources[source]);
    }
  }
}

PerLink<Spread> GridRoutes::links(const UnseenTraffic& unseen) const {
  PerLink<Gathered> links(links_);
  const std::size_t sources = sinks_ > 0 ? routes_.size() / sinks_ : 0;
  for (std::size_t source = 0; source < sources; ++source) {
    for (std::size_t sink = 0; sink < sinks_; ++sink) {
      const std::size_t cell = source * sinks_ + sink;
      const double bps = unseen.at(cell);
      if (bps <= 0) continue;
      for (const RouteShare& step : routes_[cell]) {
        Gathered& link = links[step.link];
        link.bps += step.share * bps;
        link.end_bps += step.share * bps;
        link.variance += step.share * step.share * unseen.squares[cell] * unseen.pair_doubt;
        for (std::size_t block = 0; block < Blocks{}.size(); ++block) {
          link.blocks[block] += step.share * unseen.bps[cell][block];
        }
      }
    }
    for (Gathered& link : links) link.turn(unseen.source_doubt[source]);
  }
  for (std::size_t sink = 0; sink < sinks_; ++sink) {
    for (std::size_t source = 0; source < sources; ++source) {
      const std::size_t cell = source * sinks_ + sink;
      const double bps = unseen.at(cell);
      if (bps <= 0) continue;
      for (const RouteShare& step : routes_[cell]) links[step.link].end_bps += step.share * bps;
    }
    for (Gathered& link : links) link.turn(unseen.sink_doubt[sink]);
  }
  PerLink<Spread> spreads(links_);
  for (LinkId link : links.ids()) spreads[link] = links[link].spread(unseen);
  return spreads;
}

PerLink<double> GridRoutes::loads(const DemandGrid& demands) const {
  PerLink<double> loads(links_);
  for (std::size_t cell = 0; cell < routes_.size(); ++cell) {
    if (demands.bps[cell] <= 0) continue;
    for (const RouteShare& step : routes_[cell]) loads[step.link] += step.share * demands.bps[cell];
  }
  return loads;
}

Spread spread_of(const UnseenTraffic& unseen, std::size_t cell) {
  const double bps = unseen.at(cell);
  Gathered one{bps, 0, unseen.squares[cell] * unseen.pair_doubt, unseen.bps[cell]};
  one.variance +=
      bps * bps * (unseen.source_doubt[cell / unseen.sinks] + unseen.sink_doubt[cell % unseen.sinks]);
  return one.spread(unseen);
}

Spread spread_of_all(const UnseenTraffic& unseen) {
  Gathered all;
  for (std::size_t cell = 0; cell < unseen.bps.size(); ++cell) {
    const double bps = unseen.at(cell);
    all.bps += bps;
    all.end_bps += bps;
    all.variance += unseen.squares[cell] * unseen.pair_doubt;
    for (std::size_t block = 0; block < Blocks{}.size(); ++block)
      all.blocks[block] += unseen.bps[cell][block];
    if (cell % unseen.sinks + 1 == unseen.sinks) all.turn(unseen.source_doubt[cell / unseen.sinks]);
  }
  for (std::size_t sink = 0; sink < unseen.sinks; ++sink) {
    for (std::size_t cell = sink; cell < unseen.bps.size(); cell += unseen.sinks)
      all.end_bps += unseen.at(cell);
    all.turn(unseen.sink_doubt[sink]);
  }
  return all.spread(unseen);
}

}  // namespace anemone
