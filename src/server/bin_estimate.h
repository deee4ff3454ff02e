// What a bin's traffic says of the traffic that nobody saw (estimate/estimate.h), link by link.
//
// The Estimator learns from bin to bin how wrong it is; here it learns anew for each answer, from the few
// bins before, so that an answer depends on what is asked and not on what was asked earlier. The last
// answers are kept: bins of the past seldom change, and screens ask again.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "counter/link_counters.h"
#include "estimate/estimate.h"
#include "server/bin_traffic.h"

namespace anemone {

// Means over the bin.
struct BinEstimate {
  std::map<std::string, Interval> links;  // by id: seen and unseen together
  Interval unseen;                        // of all demands
  std::size_t could = 0;                  // addresses that an agent could be on,
  std::size_t instrumented = 0;           // and has one
  bool assumed = true;                    // too little is known to learn how wrong it is
};

// Of a bin with more ends of traffic than this nothing is estimated: the work grows with their square.
constexpr std::size_t kEstimatedEndpointsMax = 500;

// What interfaces counted in each stretch of a bin (server/counted_links.h); none where nobody counts.
using BinCounters = std::vector<std::vector<LinkCounter>>;

// Null when there are too many ends. `estimator` learns from it.
// REQUIRES: of `counters` as many as the bin has stretches, or none.
std::shared_ptr<const BinEstimate> estimate_bin(const BinTraffic& traffic, const BinCounters& counters,
                                                Estimator& estimator);

// Any thread may call.
class BinEstimates {
 public:
  static constexpr std::size_t kKept = 32;

  using Bins = std::span<const std::shared_ptr<const BinTraffic>>;

  // Of the last of these bins, which follow each other and are seen by the same hosts: null as above.
  // `counters` may be null. REQUIRES: at least one bin.
  std::shared_ptr<const BinEstimate> of(Bins bins, const LinkCounters* counters);

 private:
  struct Kept {
    std::shared_ptr<const BinTraffic> bin;
    std::vector<BinCounters> counters;  // of all bins
    std::shared_ptr<const BinEstimate> estimate;
  };
  std::mutex mutex_;
  std::list<Kept> kept_;  // the newest first
};

}  // namespace anemone
