// Gravity from what watched and unwatched say to each other only, without what the watched say among
// themselves.
//
// Why not from all that is seen, as gravity.h? Because where few pairs talk, the watched may say next to
// nothing to each other, or be chosen because they do. Sizes fitted to that run away, and the unseen with
// them. Without it the sizes of the watched and those of the others come out up to one factor, which
// credible_gravity.h finds with care.
#pragma once

#include "estimate/gravity.h"

namespace anemone {

// As fit_gravity(), but for that factor, and for what `Gravity` has besides sizes, affinity and total_bps.
Gravity fit_block_gravity(std::span<const Endpoint> endpoints, std::span<const SeenTraffic> seen,
                          std::span<const std::uint8_t> watched);

}  // namespace anemone
