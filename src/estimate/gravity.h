// Gravity from endpoints alone: how much endpoints that nobody watches say to each other, from what each of
// them says to those that are watched.
//
// The model is out(i) * in(j) / total, times a factor for the two roles: quasi-independence (Goodman 1968,
// "The analysis of cross-classified data") over the cells that are seen, which is the gravity model of
// traffic matrices (Roughan et al. 2002) fitted where there is something to fit; with roles it is the
// degree-corrected block model (Karrer and Newman 2011). Fitted by iterative scaling, so that what each
// endpoint is seen to send and receive is what the model gives for the same cells.
//
// One that never talked to a watched endpoint is not taken as silent: it gets a part of the mean of the
// others, the smaller the more of the traffic is watched. Of a single watched endpoint (or several of one
// place) the seen cells leave one number open: how large it is beside the others. It is then taken to be as
// large as the largest of them, which keeps the estimate low rather than high; nobody can know better.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "estimate/endpoints.h"

namespace anemone {

struct Gravity {
  std::vector<double> out_bps;  // by endpoint: all that it sends, seen and unseen
  std::vector<double> in_bps;
  double total_bps = 0;
  std::array<std::array<double, kEndpointRoles>, kEndpointRoles> affinity{};  // from role, to role; 1 = none
  bool scale_known = false;  // at least two watched places talk, so that size is measured, not assumed
  // Where it is assumed: how many times more the unseen would be if the watched were as large as the mean of
  // the others instead of the largest.
  double unseen_reach = 1;
  double unseen_most_bps = 0;  // ten times what would be unseen if all ends were alike
};

// `watched` says, for each endpoint, whether its traffic is in `seen`.
// REQUIRES: every pair in `seen` has an endpoint that is watched; places are below the number of endpoints.
Gravity fit_gravity(std::span<const Endpoint> endpoints, std::span<const SeenTraffic> seen,
                    std::span<const std::uint8_t> watched);

// What the model gives for all pairs of which neither end is in `watched`.
DemandGrid unwatched_traffic(const Gravity& gravity, std::span<const Endpoint> endpoints,
                             const EndpointGrid& grid, std::span<const std::uint8_t> watched);

}  // namespace anemone
