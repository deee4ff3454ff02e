// BinTraffic is one bin, worked out: which records count, the matrix and the loads of each stretch of the
// bin in which the topology stood still, and what could not be placed.
//
// A pure function of the bin's records, the epochs that overlap it, and who is instrumented. All rates are
// averages over the whole bin, so that what two epochs say of a link adds up to what the bin says of it.
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capture/record_names.h"
#include "history/routing_history.h"
#include "load/link_load.h"
#include "matrix/build_matrix.h"
#include "record/flow_record.h"
#include "server/answers.h"
#include "server/hosts.h"

namespace anemone {

// What is known of a bin's traffic before any of it has a way: the records, the names that the numbers in
// them are of (null where there are none), and who was where.
struct BinRecords {
  std::shared_ptr<const std::vector<FlowRecord>> records;
  std::shared_ptr<const RecordNames> names;
  std::shared_ptr<const Hosts> hosts;
  // An observer without any record was not there, so that its peers' records stand in for its own.
  bool silent_is_absent = false;
  // Records from here on are not of the bin: they were sent a little earlier and stand for what will come.
  std::size_t carried_from = std::numeric_limits<std::size_t>::max();
};

struct BinTraffic {
  Bin bin;
  Coverage coverage;
  std::size_t instrumented = 0;  // of the hosts, as it was asked
  BinRecords observed;
  std::vector<Epoch> epochs;  // those that overlap the bin
  MeasuredMatrix matrix;      // one part an epoch
  std::vector<LinkLoad> loads;
  Traffic unrouted;
  double unattached_bps = 0;
  double carried_share = 0;  // of the bytes that count, those that are carried forward

  // Every directed link that was up at some time of the bin, in the order of their names.
  std::vector<LinkAnswer> links;
  double total_bps = 0;
  double max_utilisation = 0;

  // Null when there is no such link in this bin.
  const LinkAnswer* find(std::string_view id) const;
};

SeriesBin summary_of(const BinTraffic& traffic);

// `instrumented`: how many of the hosts are taken so.
// REQUIRES: at least one epoch.
BinTraffic work_out(const Bin& bin, BinRecords observed, std::vector<Epoch> epochs, std::size_t instrumented);

}  // namespace anemone
