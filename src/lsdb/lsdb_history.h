// The LsdbHistory is the database at any instant: of every LSA all the instances that were installed, each
// with the time from which it held.
//
// Why not checkpoints and the log between them? Because most instances are refreshes, which come whether
// anything happens or not: a month of a network of 1,000 routers is millions of them. Asked for an instant,
// every LSA looks up its own instance in its own line of them, and that costs the same after a month as
// after an hour. An instance is 24 bytes; a refresh shares the contents of what it refreshes.
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
  // Those that died of age in the last append() or advance().
  const std::vector<LsdbKey>& died() const { return died_; }
  // When the next LSA dies of age if nothing newer comes.
  std::optional<Time> next_death() const;

  // After this, and until something is appended, several threads may read now() and at() at once.
  void put_in_order() { now_.order(); }

  // Everything heard so far, as of the last append() or advance().
  const Lsdb& now() const { return now_; }

  // Everything heard up to and including `time`, as old as it is then.
  Lsdb at(Time time) const;

  // The instances of one LSA that were installed, in order: when it came, changed, was refreshed and flushed.
  std::vector<StoredLsa> instances(const LsdbKey& key) const;

  // Calls `visit(key, stored, fresh)` for every instance, LSA after LSA, each LSA's in order; `fresh` when
  // its contents are not those of the instance before it.
  template <class Visit>
  void each_instance(Visit visit) const {
    for (std::size_t lsa = 0; lsa < lines_.size(); ++lsa) {
      const Line& line = lines_[lsa];
      for (std::size_t i = 0; i < line.instances.size(); ++i) {
        const bool fresh = i == 0 || line.instances[i].contents != line.instances[i - 1].contents;
        visit(now_.entries_[lsa].key, line.stored(line.instances[i]), fresh);
      }
    }
  }

  // The instants at which routes may have changed: an LSA came, changed, was flushed or died of age.
  // Ascending, each once. Nothing that was computed for one of them changes before the next.
  const std::vector<Time>& changes() const { return changes_; }

  // Forgets instances that nobody who asks for `time` or later can get, and LSAs that were gone by then so
  // long that no copy can be under way any more. LsaIds may be others afterwards.
  void forget_before(Time time);
  // How many instances are kept, and how many bytes they and their contents take.
  std::size_t instance_count() const;
  std::size_t memory() const;

 private:
  using Death = std::pair<Time, LsaId>;

  // A StoredLsa whose bytes stand beside it: most instances say what the one before them said.
  struct Instance {
    Time arrived{};
    LsaInstance instance;
    std::uint16_t vantage = 0;
    std::uint32_t contents = 0;  // which of the line's, from the first that was ever kept
  };
  struct Line {
    std::vector<Instance> instances;
    std::vector<LsaBytes> contents;
    std::uint32_t forgotten = 0;  // contents

    void push_back(const StoredLsa& stored);
    // The first instance that came after `time`.
    std::size_t after(Time time) const;
    StoredLsa stored(const Instance& instance) const {
      return {instance.arrived, instance.instance, instance.vantage, contents[instance.contents - forgotten]};
    }
    void forget_before(Time time);
  };

  void note_change(Time time);
  void drop(const std::vector<bool>& gone);

  Lsdb now_;
  std::vector<Line> lines_;          // by LsaId
  std::vector<HeardLsa> described_;  // what was newer than ours
  std::vector<Time> changes_;
  std::vector<LsdbKey> died_;
  std::priority_queue<Death, std::vector<Death>, std::greater<>> deaths_;  // the next one first
};

}  // namespace anemone
