// A Batch is what enters the store at once: all of it, or nothing, and never twice.
//
// It says where it came from and which of that source's batches it is. Ids of a source grow; gaps are
// allowed. Whoever does not know whether a batch was kept (a crash, a lost answer) sends it again: one
// that is in already changes nothing. `progress` is the source's own note, kept with the data in the
// same transaction: where to go on after a restart.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/index.h"
#include "base/time.h"
#include "capture/record_names.h"
#include "lsdb/lsa_log.h"
#include "record/flow_record.h"
#include "record/host_facts.h"

namespace anemone {

using VantageId = Index<struct VantageTag>;        // where routing was heard; named by Store::vantage
using StoredLinkId = Index<struct StoredLinkTag>;  // a directed link, named by Store::link

// One instance of an LSA as it was heard: the LSA's own bytes, header included, and what it is called.
struct LsaRow {
  Time arrival{};
  VantageId vantage;
  LsdbKey key;
  std::int32_t sequence = 0;
  LsaBytes bytes;
};

// When a vantage point was listening at all.
struct MarkRow {
  Time time{};
  VantageId vantage;
  VantageMarkKind kind{};
  std::uint64_t count = 0;  // kLost: packets
};

// What an agent said of its host's place (record/host_facts.h).
struct HostRow {
  ObserverId observer;
  HostFacts facts;  // without the name: that is the observer's
};

// What a link carried in the bin that starts at `bin`.
struct StoredLoad {
  Time bin{};
  StoredLinkId link;
  double bits = 0;
  double packets = 0;
};

struct Batch {
  std::string source = "main";
  std::uint64_t id = 0;  // 1 or more
  Time at{};             // complete up to here, by the source's own clock
  std::string progress;  // valid UTF-8
  std::vector<FlowRecord> records;
  // What the numbers in the records' origins stand for; null when they have none.
  std::shared_ptr<const RecordNames> names;
  std::vector<LsaRow> lsas;
  std::vector<MarkRow> marks;
  std::vector<HostRow> hosts;
  std::vector<StoredLoad> loads;  // of a bin that has loads already: these count
};

// A source's last batch.
struct Progress {
  std::uint64_t id = 0;
  Time at{};
  std::string text;
};

}  // namespace anemone
