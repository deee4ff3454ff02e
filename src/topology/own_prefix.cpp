#include "topology/own_prefix.h"

#include <algorithm>

namespace anemone {

std::optional<PrefixId> own_prefix(const Topology& topology, NodeId node) {
  std::optional<PrefixId> best;
  for (PrefixId id : indices<PrefixId>(topology.prefix_count())) {
    std::size_t inside = 0;
    bool here = false;
    for (const Attachment& at : topology.attachments(id)) {
      if (at.kind != PrefixKind::kStub && at.kind != PrefixKind::kNetwork) continue;
      ++inside;
      here |= at.node == node;
    }
    if (!here || inside != 1) continue;
    if (!best || topology.prefix(id).bits128() > topology.prefix(*best).bits128()) best = id;
  }
  return best;
}

bool has_areas(const Topology& topology) {
  for (const Link& link : topology.links()) {
    if (link.area != topology.links().front().area) return true;
  }
  return std::ranges::any_of(topology.parts().nodes,
                             [](const Node& node) { return !node.host_domains.empty(); });
}

}  // namespace anemone
