// The BinCache keeps the bins that were worked out last, so that the ten answers of one screen, and the
// next look at it, cost one working out. Bounded: the one longest unused gives way.
//
// Any thread may call. Two threads that miss the same bin both work it out; the second is kept.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "base/time.h"
#include "server/bin_traffic.h"

namespace anemone {

class BinCache {
 public:
  explicit BinCache(std::size_t entries_max = 512) : entries_max_(entries_max) {}

  // Null when it is not kept. `instrumented`: how many hosts are.
  std::shared_ptr<const BinTraffic> find(Time bin, std::size_t instrumented);
  void put(Time bin, std::size_t instrumented, std::shared_ptr<const BinTraffic> traffic);

 private:
  using Key = std::pair<Time, std::size_t>;
  struct Entry {
    std::shared_ptr<const BinTraffic> traffic;
    std::list<Key>::iterator use;
  };

  const std::size_t entries_max_;
  std::mutex mutex_;
  std::map<Key, Entry> entries_;
  std::list<Key> uses_;  // the last used first
};

}  // namespace anemone
