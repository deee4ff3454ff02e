// CredibleGravity is gravity that knows how far it is to be believed: sizes drawn to where few pairs say more
// than one does, and how doubtful each part of it is.
//
// A host's traffic with the watched is a sample of its traffic; where few pairs talk, a small one. So sizes
// are taken by credibility (Buehlmann and Straub 1970): between what is seen of an endpoint and the mean of
// all that nobody watches, the nearer to the mean the fewer pairs were seen and the more pairs differ from
// gravity. The mean is that of the unwatched alone: that the watched were chosen because they are large tells
// nothing of the others.
//
// How much all unwatched together say to each other hangs on what the watched say to each other, which may be
// two pairs, or none. It is taken by credibility, too: between that and what it would be if watched and
// unwatched were alike.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "estimate/gravity.h"

namespace anemone {

// Doubts are relative variances: of one that may as well be none or twice as much, 1.
struct CredibleGravity : Gravity {
  std::vector<double> out_doubt;  // of each endpoint's size
  std::vector<double> in_doubt;
  std::array<std::array<double, kEndpointRoles>, kEndpointRoles>
      affinity_doubt{};    // of what roles say to each other
  double level_doubt = 0;  // of all that is unseen together
  double pair_doubt = 0;   // of a pair, beside what sizes and roles give
};

CredibleGravity fit_credible_gravity(std::span<const Endpoint> endpoints, std::span<const SeenTraffic> seen,
                                     std::span<const std::uint8_t> watched);

}  // namespace anemone
