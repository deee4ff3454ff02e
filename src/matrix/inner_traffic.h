// Inner traffic is what tunnels carried, as the agents at their ends saw it before it was wrapped up. It
// explains the tunnels' own records: which programs, which hosts a link's load is in truth.
//
// An inner record belongs to the placed records of the same observer between the tunnel's two ends, in its
// own direction, of the protocol that the technology uses. It explains as many of their bytes as it has
// itself (a tunnel's headers are explained by nothing), or in proportion where inner ones have more than the
// outer. Where a tunnel's own end is not known ("any of mine"), the other end alone is matched.
#pragma once

#include <span>
#include <vector>

#include "matrix/build_matrix.h"

namespace anemone {

// A record in a tunnel.
struct InnerRecord {
  std::uint32_t record = 0;  // its number
  bool owned = true;         // its observer counts for its traffic: where it explains nothing, that is missed
};

// Fills in `inner` and `explained` of every part, and the account. A tunnel's gateway explains its outer
// packets by what others sent through it, too: whoever counts for those.
void explain_tunnels(std::span<const FlowRecord> records, std::span<const InnerRecord> inner,
                     const TunnelTable& tunnels, MeasuredMatrix& matrix);

}  // namespace anemone
