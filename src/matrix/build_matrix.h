// From one bin's flow records to its traffic matrix.
//
// The same traffic is reported twice when both its ends are instrumented. One record counts, its owner:
// the source's agent, else the destination's. The other is kept and marked: sender minus receiver is what
// was lost between them. Records of exporters in transit are marked, not counted (their own rule, nearest
// to the source first, needs routes and is not here yet).
//
// When the topology changes inside the bin there is one matrix for each part of it. A record that spans
// the change is split by time; how many bytes that concerns is said. Rates are averages over the whole
// bin in every part, so that the loads of the parts add up to the bin's.
//
// Every byte of an owner's record ends in a demand or in one of the counts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "matrix/attachments.h"
#include "matrix/observers.h"
#include "matrix/traffic_matrix.h"
#include "record/flow_record.h"

namespace anemone {

struct TimeSpan {
  Time from{};
  Time to{};
};

// The attachments that hold from `from` until the next part begins.
struct BinPart {
  Time from{};
  const Attachments* attachments = nullptr;
};

enum class RecordUse : std::uint8_t {
  kOwner,    // counts
  kSecond,   // the same traffic as an owner's record, seen at the other end
  kTransit,  // by an observer at neither end
  kIgnored,  // by an observer that is not instrumented
};

// `bytes` and `packets` of record number `record` belong to demand number `demand` of a part.
struct PlacedRecord {
  std::uint32_t record = 0;
  std::uint32_t demand = 0;
  double bytes = 0;
  double packets = 0;
};

struct PartMatrix {
  TrafficMatrix matrix;
  std::vector<PlacedRecord> placed;  // in the order of the records
};

struct ByteAccount {
  double owned = 0;       // of owners' records: what the instrumented hosts account for
  double whole = 0;       // the same, were every observer instrumented
  double second = 0;      // reported again by the other end
  double unattached = 0;  // owned, but an end has no place in the network
  double local = 0;       // owned, but both ends are on one network: no link of the topology carries it
  double multicast = 0;   // owned, but for many or for the link only
  double split = 0;       // owned, by records that span a change of the topology

  // The share of all observed bytes that instrumented hosts account for; 1 when nothing was observed.
  double coverage() const { return whole > 0 ? owned / whole : 1; }
};

struct MeasuredMatrix {
  std::vector<PartMatrix> parts;  // as many as were given
  std::vector<RecordUse> uses;    // one a record
  ByteAccount bytes;
};

// REQUIRES: parts is not empty and stands in the order of time; bin.from < bin.to.
MeasuredMatrix build_matrix(std::span<const FlowRecord> records, std::span<const BinPart> parts,
                            const Observers& observers, TimeSpan bin);

}  // namespace anemone
