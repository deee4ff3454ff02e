#include "agent/translations.h"

namespace anemone {

void add_translations(std::span<FlowRecord> records, const NatConnections& connections, NatTable& nats) {
  if (connections.counts().connections == 0) return;
  for (FlowRecord& record : records) {
    const FlowKey& key = record.key;
    const auto found = connections.find({key.src, key.dst, key.src_port, key.dst_port, key.protocol});
    if (!found) continue;
    const bool passes = record.origin.owner == kForwardedOwner;
    if (found->before && key.direction == Direction::kOut && !passes) continue;
    const NatEnds& ends = found->ends;
    record.nat = nats.intern({ends.src, ends.dst, ends.src_port, ends.dst_port, found->before});
  }
}

}  // namespace anemone
