// Where traffic for a prefix goes when the network is another: to the same prefix or, where nothing announces
// that any more, to the longest that holds all of it.
#pragma once

#include <vector>

#include "topology/topology.h"

namespace anemone {

// By the prefixes of `before`; not valid where nothing in `after` holds one.
std::vector<PrefixId> prefixes_after(const Topology& before, const Topology& after);

}  // namespace anemone
