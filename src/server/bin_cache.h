// The BinCache keeps the bins that were worked out last, so that the ten answers of one screen, and the
// next look at it, cost one working out. Bounded: the one longest unused gives way. What it was worked out
// of may change (records that come late): an entry is good for one stamp, and replaced under another.
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

// What a bin was worked out of, by versions.
struct BinStamp {
  std::uint64_t records = 0;
  std::uint64_t hosts = 0;
  std::uint64_t routing = 0;
  std::int64_t second = 0;  // where time itself changes it

  bool operator==(const BinStamp&) const = default;
};

class BinCache {
 public:
  explicit BinCache(std::size_t entries_max = 512) : entries_max_(entries_max) {}

  // Null when it is not kept, or is of another stamp. `instrumented`: how many hosts are.
  std::shared_ptr<const BinTraffic> find(Time bin, std::size_t instrumented, const BinStamp& stamp);
  void put(Time bin, std::size_t instrumented, const BinStamp& stamp,
           std::shared_ptr<const BinTraffic> traffic);

 private:
  using Key = std::pair<Time, std::size_t>;
  struct Entry {
    BinStamp stamp;
    std::shared_ptr<const BinTraffic> traffic;
    std::list<Key>::iterator use;
  };

  const std::size_t entries_max_;
  std::mutex mutex_;
  std::map<Key, Entry> entries_;
  std::list<Key> uses_;  // the last used first
};

}  // namespace anemone
