#include "server/bin_cache.h"

namespace anemone {

std::shared_ptr<const BinTraffic> BinCache::find(Time bin, std::size_t instrumented, const BinStamp& stamp) {
  const std::lock_guard lock(mutex_);
  auto found = entries_.find({bin, instrumented});
  if (found == entries_.end() || found->second.stamp != stamp) return nullptr;
  uses_.splice(uses_.begin(), uses_, found->second.use);
  return found->second.traffic;
}

void BinCache::put(Time bin, std::size_t instrumented, const BinStamp& stamp,
                   std::shared_ptr<const BinTraffic> traffic) {
  const std::lock_guard lock(mutex_);
  const Key key{bin, instrumented};
  if (auto found = entries_.find(key); found != entries_.end()) {
    found->second.stamp = stamp;
    found->second.traffic = std::move(traffic);
    return;
  }
  if (entries_.size() >= entries_max_) {
    entries_.erase(uses_.back());
    uses_.pop_back();
  }
  uses_.push_front(key);
  entries_.emplace(key, Entry{stamp, std::move(traffic), uses_.begin()});
}

}  // namespace anemone
