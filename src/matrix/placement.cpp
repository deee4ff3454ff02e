#include "matrix/placement.h"

namespace anemone {

Fate Placer::apart(const RecordEnds& ends) {
  const AddressKind from = ends.source.kind;
  const AddressKind to = ends.target_seen.kind;
  if (from == AddressKind::kLoopback || to == AddressKind::kLoopback) return Fate::kSameHost;
  if (ends.sender.valid() && ends.sender == ends.receiver) return Fate::kSameHost;
  if (to == AddressKind::kMulticast || from == AddressKind::kMulticast) return Fate::kMulticast;
  if (to == AddressKind::kBroadcast || from == AddressKind::kBroadcast) return Fate::kBroadcast;
  if (to == AddressKind::kLinkLocal || from == AddressKind::kLinkLocal) return Fate::kLinkLocal;
  if (to == AddressKind::kNone || from == AddressKind::kNone) return Fate::kNoAddress;
  return Fate::kPlaced;
}

Placement Placer::place(const FlowRecord& record, const RecordEnds& ends, std::size_t part, NodeId seen_at) {
  Placement placement;
  placement.fate = apart(ends);
  if (placement.fate != Fate::kPlaced) return placement;
  AttachedAt to = addresses_.attached(ends.target_seen, part);
  const AttachedAt& real = addresses_.attached(ends.target, part);
  if (to.broadcast) {
    placement.fate = Fate::kBroadcast;
    return placement;
  }
  if (!to.inside && is_own(record) && ends.receiver == record.observer) {
    const AttachedAt& home = addresses_.home(record.observer, record.start, part);
    if (home.prefix.valid()) to = home;
  }
  if (!to.prefix.valid()) to = real;
  const AttachedAt from = source(record, ends, part, seen_at);
  placement.ingress = from.ingress;
  placement.from = from.prefix;
  placement.to = to.prefix;
  if (!from.ingress.valid()) {
    placement.fate = from.several ? Fate::kSeveralEntrances : Fate::kNoSource;
  } else if (!to.prefix.valid()) {
    placement.fate = Fate::kNoDestination;
  } else if (from.inside && from.prefix == to.prefix) {
    placement.fate = Fate::kSameNetwork;
  }
  if (real.inside && to.inside && real.prefix != to.prefix && to.ingress.valid()) {
    placement.relay = to.ingress;
    placement.relay_to = real.prefix;
  }
  return placement;
}

// As it was sent, where the domain knows that address; else as it is seen behind the NAT; else where the host
// stands that sent it, or whoever saw it.
AttachedAt Placer::source(const FlowRecord& record, const RecordEnds& ends, std::size_t part,
                          NodeId seen_at) {
  AttachedAt from = addresses_.attached(ends.source, part);
  if (!from.inside && ends.translated) {
    const AttachedAt& seen = addresses_.attached(ends.source_seen, part);
    if (seen.inside || (!from.ingress.valid() && seen.ingress.valid())) from = seen;
  }
  if (!from.inside && is_own(record) && ends.sender == record.observer) {
    const AttachedAt& home = addresses_.home(record.observer, record.start, part);
    if (home.ingress.valid()) from = home;
  }
  if (!from.ingress.valid() && seen_at.valid()) from.ingress = seen_at;
  return from;
}

}  // namespace anemone
