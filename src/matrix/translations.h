// Translations say which flows are one under two names: NAT boxes and hosts that translate (for containers)
// tell of their flows what the packets had before, or have behind them.
//
// With the tuples of both sides each record is seen as what it is: what its source sent, and what arrives at
// its destination. So records of observers on either side of a NAT are known to be of the same traffic, and
// each stretch of the way is attached by what the network sees there. Several translations one after
// another are followed, to kStepsMax. A port that is given to another flow within the bin counts for the
// first.
#pragma once

#include <span>
#include <unordered_map>
#include <unordered_set>

#include "capture/record_names.h"
#include "record/flow_record.h"

namespace anemone {

// The same packets, as they left their source and as they came to their destination. Without direction.
// Who says so knows what the addresses behind him mean; invalid: they are as they were seen.
struct FlowEnds {
  FlowKey sent;
  FlowKey arrived;
  ObserverId sent_by;     // who tells `sent`
  ObserverId arrived_by;  // who tells `arrived`
};

class Translations {
 public:
  static constexpr int kStepsMax = 4;

  // By the records with a translation that `wanted` takes. `nats` may be null: nothing is translated.
  template <class Wanted>
  Translations(std::span<const FlowRecord> records, const NatTable* nats, Wanted wanted) {
    if (nats == nullptr || nats->size() == 0) return;
    for (const FlowRecord& record : records) {
      if (record.nat.valid() && wanted(record)) learn(record, (*nats)[record.nat]);
    }
  }

  bool empty() const { return sent_as_.empty(); }
  // Whether a flow with this address may be translated.
  bool concern(const IpAddress& address) const { return addresses_.contains(address); }
  FlowEnds ends(const FlowKey& key) const;

 private:
  struct Told {
    FlowKey key;
    ObserverId by;
  };
  using Map = std::unordered_map<FlowKey, Told>;

  void learn(const FlowRecord& record, const NatTuple& other);
  static void follow(const Map& map, FlowKey& key, ObserverId& by);

  Map sent_as_;     // by what it became
  Map arrives_as_;  // by what it was
  std::unordered_set<IpAddress> addresses_;
};

}  // namespace anemone
