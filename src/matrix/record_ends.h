// RecordEnds are the two ends of a record's traffic, as whoever counts for them is concerned: who sent it,
// who got it, and who they seem to be on the other side of a NAT.
//
//     sender ---- sent.src > sent.dst ---- NAT ---- arrived.src > arrived.dst ---- receiver
//
// Without NAT both tuples are the record's own.
#pragma once

#include <array>

#include "capture/micro_flow.h"
#include "host/owner.h"
#include "matrix/known_addresses.h"
#include "matrix/translations.h"

namespace anemone {

struct RecordEnds {
  KnownAddress source;       // sent.src
  KnownAddress source_seen;  // arrived.src
  KnownAddress target;       // arrived.dst
  KnownAddress target_seen;  // sent.dst
  ObserverId sender;
  ObserverId receiver;
  bool translated = false;

  // Those who may own the record, the first that is there does. Two at the source's end, two at the other's.
  std::array<ObserverId, 4> candidates() const {
    return {sender, source_seen.observer, receiver, target_seen.observer};
  }
};

// Whether a host's agent says that this is of a socket of its own, and not passing through.
inline bool is_own(const FlowRecord& record) {
  return record.origin.owner.valid() && record.origin.owner != kForwardedOwner &&
         record.key.direction != Direction::kUnknown;
}

// Who counts for the traffic, and at which end.
struct RecordOwner {
  ObserverId id;  // invalid: nobody at either end
  bool at_source = false;
};

// The first candidate that `is_there(observer)`.
template <class IsThere>
RecordOwner owner_of(const RecordEnds& ends, IsThere is_there) {
  const auto candidates = ends.candidates();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].valid() && is_there(candidates[i])) return {candidates[i], i < 2};
  }
  return {};
}

}  // namespace anemone
