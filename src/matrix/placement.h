// A Placement says between which places of the network a record's traffic goes, in one part of the bin, or
// why it does not.
//
// Traffic that is translated on its way goes to the NAT box first. Where that changes its destination, and
// the real one is in the domain, links carry it a second time from there: a relay.
#pragma once

#include "matrix/fate.h"
#include "matrix/record_ends.h"
#include "record/flow_record.h"

namespace anemone {

struct Placement {
  Fate fate = Fate::kPlaced;
  NodeId ingress;
  PrefixId to;
  NodeId relay;  // where a second demand begins; invalid: there is none
  PrefixId relay_to;
  PrefixId from;  // the source's, where it is known
};

class Placer {
 public:
  // `addresses` must outlive it.
  explicit Placer(KnownAddresses& addresses) : addresses_(addresses) {}

  // Whether no place matters: what it is for by its addresses alone, kPlaced when it is for one host
  // elsewhere.
  static Fate apart(const RecordEnds& ends);

  // `seen_at`: where an exporter saw the traffic, the nearest to its source; for sources that have no place.
  Placement place(const FlowRecord& record, const RecordEnds& ends, std::size_t part, NodeId seen_at);

 private:
  AttachedAt source(const FlowRecord& record, const RecordEnds& ends, std::size_t part, NodeId seen_at);

  KnownAddresses& addresses_;
};

}  // namespace anemone
