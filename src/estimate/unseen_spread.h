// The UnseenSpread says how far what nobody sees may be from what gravity gives it: of each demand, of each
// link and of all together, as a variance.
//
// Errors do not come one by one: an endpoint that is larger than it was thought to be is so in all its
// demands, and on every link they take. So variances are added up by what makes them (credible_gravity.h):
// the sizes of each end, what roles say to each other, the level of all, and what is only a pair's own.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "estimate/credible_gravity.h"
#include "load/link_shares.h"

namespace anemone {

struct Spread {
  double bps = 0;
  double variance = 0;  // bit/s squared
};

// What gravity gives for pairs that nobody watches, kept apart by what is doubtful of it.
struct UnseenTraffic {
  UnseenTraffic(const CredibleGravity& gravity, std::span<const Endpoint> endpoints, const EndpointGrid& grid,
                std::span<const std::uint8_t> watched);

  // Without what `other` has: pairs that it has besides are watched there.
  void remove(const UnseenTraffic& other);

  static constexpr std::size_t kBlocks = kEndpointRoles * kEndpointRoles;
  std::size_t sinks = 0;
  std::vector<std::array<double, kBlocks>> bps;  // by source, then by sink; by the roles of their ends
  std::vector<double> squares;                   // sums over pairs of endpoints
  std::vector<double> source_doubt;
  std::vector<double> sink_doubt;
  std::array<double, kBlocks> block_doubt{};
  double level_doubt = 0;
  double pair_doubt = 0;

  double at(std::size_t cell) const;
};

// How every demand of a grid goes.
class GridRoutes {
 public:
  GridRoutes(const Topology& topology, const EndpointGrid& grid);

  PerLink<Spread> links(const UnseenTraffic& unseen) const;
  PerLink<double> loads(const DemandGrid& demands) const;

 private:
  std::size_t links_ = 0;
  std::size_t sinks_ = 0;
  std::vector<std::vector<RouteShare>> routes_;  // by source, then by sink
};

Spread spread_of(const UnseenTraffic& unseen, std::size_t cell);
Spread spread_of_all(const UnseenTraffic& unseen);

}  // namespace anemone
