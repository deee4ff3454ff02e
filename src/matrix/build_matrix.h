// From one bin's flow records to its traffic matrix.
//
// The same traffic is reported twice when both its ends are instrumented, and again by each exporter on its
// way. One record counts, its owner: the source's agent, else the destination's, else that of the exporter
// nearest the source (transit_records.h). The others are kept and marked: sender minus receiver is what was
// lost between them (path_loss.h). An agent of which nothing has come for a time counts as not there then, so
// that its peers stand in for it. What a host's agent says of its own sockets is that host's, whatever the
// addresses.
//
// Translated traffic (NAT, containers) is one flow under two names (translations.h); what a NAT box's address
// got and it handed on goes from there to the host behind it as a demand of its own, for links carry it
// again.
//
// What was in a tunnel loads links as the tunnel's outer packets, which are flows like any other. The inner
// records do not count; they explain the outer ones (inner_traffic.h).
//
// When the topology changes inside the bin there is one matrix for each part of it. A record that spans
// the change is split by its own time; how many bytes that concerns is said of each demand, so that
// somebody who knows routes can say for which links it matters. Rates are averages over the whole bin in
// every part, so that the loads of the parts add up to the bin's.
//
// Every byte of an owner's record has one fate in each part (fate.h): in a demand, or in one of the counts.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "capture/record_names.h"
#include "matrix/bin_part.h"
#include "matrix/fate.h"
#include "matrix/observers.h"
#include "matrix/path_loss.h"
#include "matrix/traffic_matrix.h"
#include "record/flow_record.h"

namespace anemone {

enum class RecordUse : std::uint8_t {
  kOwner,    // counts
  kSecond,   // the same traffic as an owner's record, seen at the other end (or twice on one host)
  kTransit,  // by an observer at neither end, and another one counts
  kIgnored,  // by an observer that is not instrumented
  kInner,    // in a tunnel: explains the tunnel's own records
  kRest,     // what came to no socket of a host, without addresses: forwarded packets are in it
};

constexpr std::uint32_t kNoDemand = 0xffff'ffff;

// `bytes` and `packets` of record number `record` belong to demand number `demand` of a part.
struct PlacedRecord {
  std::uint32_t record = 0;
  std::uint32_t demand = 0;
  double bytes = 0;
  double packets = 0;
  double explained = 0;  // of these bytes, those of which inner records say what they are
};

// Bytes of records that span the end of a part, as they were put by their time: all that came before it, and
// all after. So many may have been on the other side of it. What is not in a demand is kNoDemand.
struct SplitBytes {
  std::uint32_t before = kNoDemand;  // demand of this part
  std::uint32_t after = kNoDemand;   // of the next
  double bytes_before = 0;
  double bytes_after = 0;
};

struct PartMatrix {
  TrafficMatrix matrix;
  std::vector<PlacedRecord> placed;  // in the order of the records
  std::vector<PlacedRecord> inner;   // inner records, with the outer bytes that each explains
  std::vector<SplitBytes> split;     // over the end of this part; each pair of demands once
};

struct ByteAccount {
  double owned = 0;       // of owners' records: what the observers account for
  double whole = 0;       // the same, were every observer instrumented
  double second = 0;      // reported again by the other end
  double transit = 0;     // reported again on the way
  double unattached = 0;  // owned, but an end has no place in the network
  double local = 0;  // owned, but both ends are on one host or network: no link of the topology carries it
  double multicast = 0;    // owned, but for many or for the link only
  double split = 0;        // owned, by records that span a change of the topology
  double relayed = 0;      // in a second demand, because a NAT box got them and handed them on
  double unordered = 0;    // owned by an exporter, but whether it was the nearest to the source is not known
  double inner = 0;        // of inner records whose tunnel's own records count,
  double unexplained = 0;  // and of those whose tunnel's are not here, or not known

  // The share of all observed bytes that instrumented hosts account for; 1 when nothing was observed.
  double coverage() const { return whole > 0 ? owned / whole : 1; }
};

// What else is known. All may be left out.
struct MatrixKnowledge {
  const NatTable* nats = nullptr;        // rows of FlowRecord::nat
  const TunnelTable* tunnels = nullptr;  // rows of Origin::tunnel
  // What routing says is left of the way from a node to a prefix of a part's topology; without it the
  // exporter that saw most counts.
  std::function<Cost(std::size_t part, NodeId from, PrefixId to)> cost_left{};
  LossLimits loss{};
};

struct MeasuredMatrix {
  std::vector<PartMatrix> parts;  // as many as were given
  std::vector<RecordUse> uses;    // one a record
  ByteAccount bytes;
  Fates fates;                   // of the owners' bytes
  std::vector<PathLoss> losses;  // between places where both ends' agents were heard all the time; ids are
                                 // those of the last part's topology
};

// REQUIRES: parts is not empty and stands in the order of time; bin.from < bin.to.
MeasuredMatrix build_matrix(std::span<const FlowRecord> records, std::span<const BinPart> parts,
                            const Observers& observers, TimeSpan bin, const MatrixKnowledge& known = {});

}  // namespace anemone
