// PathLoss is what was lost between two places of the network: what the senders' agents counted minus what
// the receivers' did, with an interval that says how far that can be trusted.
//
// Both count every packet, so the difference would be exact if both looked at the same packets. A bin is cut
// by each one's own clock at its own end of the path, so packets that are on their way at the cut are counted
// by one side only. The shift between both is anything from -e to d + e: d the longest delay, e how far both
// clocks and the cutting may be off. What may have crossed the bin's edges in that time:
//
//        sent, not yet received                received, but sent before
//   ---------------------|to                 |from---------------------
//                    d + e                    d + e
//
// is estimated from each record's own beginning and end: its packets in between are taken as spread evenly,
// in bursts of kBurst (the variance of a binomial times kBurst). The interval is the difference, widened by
// what is expected to have crossed at the largest shift plus three standard deviations, on either side. The
// test counts how often it holds.
//
// An interval below zero is no gain: more was received than sent. Then packets were duplicated, or clocks are
// more wrong than is said, or the sender's agent lost counts.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "matrix/observers.h"
#include "matrix/pair_table.h"
#include "record/flow_record.h"
#include "topology/topology.h"

namespace anemone {

struct LossLimits {
  Duration delay_max = 100ms;  // one way, where TCP measured nothing
  Duration cut_error = 5ms;    // how exactly a record's times and a slice's end are kept
};

// From where traffic enters, and from which prefix, to which prefix.
struct LossPair {
  NodeId ingress;
  PrefixId from;
  PrefixId to;

  constexpr auto operator<=>(const LossPair&) const = default;
};

struct PathLoss {
  LossPair pair;
  double sent_bytes = 0;
  double sent_packets = 0;
  double received_bytes = 0;
  double received_packets = 0;
  double low_bytes = 0;   // lost: at least, and
  double high_bytes = 0;  // at most
  bool shed = false;      // an agent was over its budget meanwhile: its counts may be late

  double lost_bytes() const { return sent_bytes - received_bytes; }
  bool more_received() const { return high_bytes < 0; }
};

// What may have crossed an edge of the bin: its expectation and variance. Sums add up.
struct Crossing {
  double bytes = 0;
  double variance = 0;

  Crossing& operator+=(const Crossing& other) {
    bytes += other.bytes;
    variance += other.variance;
    return *this;
  }
};

// Of a record's bytes, those in `window`.
Crossing crossing(const FlowRecord& record, const TimeSpan& window);

class LossTable {
 public:
  static constexpr double kBurst = 16;
  static constexpr double kDeviations = 3;

  LossTable(TimeSpan bin, LossLimits limits) : bin_(bin), limits_(limits) {}

  enum class Side : std::uint8_t { kSender, kReceiver };
  // `clock_error`: how far the clocks of both ends may be apart.
  void add(const LossPair& pair, const FlowRecord& record, Side side, Duration clock_error);

  // In the order of the pairs.
  std::vector<PathLoss> losses() const;

 private:
  struct Sums {
    PathLoss loss;
    Crossing looks_lost;   // counted by the sender only
    Crossing looks_found;  // by the receiver only
  };
  TimeSpan bin_;
  LossLimits limits_;
  PairTable origins_;  // of ingress and prefix
  PairTable numbers_;  // of origin and destination
  std::vector<Sums> sums_;
};

}  // namespace anemone
