// The LsaLog is everything that was heard of the routing protocol, and LsdbHistory the database at any
// instant of it.
//
// Every instance is kept, also the copies that other vantage points heard: who heard what when is worth
// knowing, and the copies share nothing but change nothing either. Several captures, of several links
// and areas, are one log once sorted by time.
#pragma once

#include <string>
#include <vector>

#include "lsdb/lsdb.h"

namespace anemone {

struct LsaLog {
  std::vector<std::string> vantages;  // names of the listeners
  std::vector<HeardLsa> entries;

  // Brings entries into the order of their times; equal times keep theirs.
  void sort();
};

// One log entry from stored bytes (as a database keeps them). None when they hold no right LSA.
std::optional<HeardLsa> heard_lsa(Time time, std::uint16_t vantage, AreaId area, Bytes lsa);

// The database at any instant. Asking costs a copy of the nearest checkpoint and at most
// kEntriesPerCheckpoint installs.
class LsdbHistory {
 public:
  // REQUIRES: `log` is sorted, does not change, and must outlive the history.
  explicit LsdbHistory(const LsaLog& log);

  // Everything heard up to and including `time`, as old as it is then.
  Lsdb at(Time time) const;

  // The instants at which routes may have changed: an LSA came, changed, was flushed or died of age.
  // Ascending, each once. Nothing that was computed for one of them changes before the next.
  const std::vector<Time>& changes() const { return changes_; }

 private:
  static constexpr std::size_t kEntriesPerCheckpoint = 512;
  struct Checkpoint {
    std::size_t entries;  // how many of the log's are in it
    Lsdb lsdb;
  };
  const LsaLog& log_;
  std::vector<Checkpoint> checkpoints_;
  std::vector<Time> changes_;
};

}  // namespace anemone
