// The LsdbHistory is the database at any instant: of every LSA all the instances that were installed, each
// with the time from which it held.
//
// Why not checkpoints and the log between them? Because most instances are refreshes, which come whether
// anything happens or not: a month of a network of 1,000 routers is millions of them. Asked for an instant,
// every LSA looks up its own instance in its own line of them, and that costs the same after a month as
// after an hour. A refresh shares the bytes of what it refreshes.
//
// Grows at its end. One thread at a time.
#pragma once

#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "lsdb/lsa_log.h"
#include "lsdb/lsdb.h"

namespace anemone {

class LsdbHistory {
 public:
  LsdbHistory() = default;
  // All of a log. REQUIRES: it is sorted. Also notes the deaths of age that are still to come.
  explicit LsdbHistory(const LsaLog& log);

  // Takes what was heard. REQUIRES: heard.time is not before now().time().
  LsdbChange append(const HeardLsa& heard);
  // Lets LSAs die of age up to `until`; what dies is noted among changes().
  void advance(Time until);
  // When the next LSA dies of age if nothing newer comes.
  std::optional<Time> next_death() const;

  // Everything heard so far, as of the last append() or advance().
  const Lsdb& now() const { return now_; }

  // Everything heard up to and including `time`, as old as it is then.
  Lsdb at(Time time) const;

  // The instances of one LSA that were installed, in order: when it came, changed, was refreshed and flushed.
  std::span<const StoredLsa> instances(const LsdbKey& key) const;

  // The instants at which routes may have changed: an LSA came, changed, was flushed or died of age.
  // Ascending, each once. Nothing that was computed for one of them changes before the next.
  const std::vector<Time>& changes() const { return changes_; }

  // Forgets instances that nobody who asks for `time` or later can get.
  void forget_before(Time time);

 private:
  using Death = std::pair<Time, LsaId>;

  void note_change(Time time);

  Lsdb now_;
  std::vector<std::vector<StoredLsa>> instances_;  // by LsaId
  std::vector<HeardLsa> described_;                // what was newer than ours
  std::vector<Time> changes_;
  std::priority_queue<Death, std::vector<Death>, std::greater<>> deaths_;  // the next one first
};

}  // namespace anemone
