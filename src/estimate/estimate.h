// The Estimator says what nobody saw: of each demand and each link how much traffic there is between
// endpoints that are not instrumented, with an interval in which it lies nine times out of ten.
//
// From endpoints alone it is gravity (estimate/gravity.h). Where somebody has counters of links or of what
// enters and leaves at nodes, it is tomogravity with that as the prior (estimate/tomogravity.h). What is
// known is never changed: it is taken off the counters, and only the rest is estimated. Where what enters and
// leaves is counted too, earlier bins correct the prior (estimate/gravity_history.h).
//
// Where there are counters, intervals are learnt from the seen part: some of the instrumented are taken as
// not instrumented, what is known of them is estimated from what the others see, and by how much that misses
// is kept (estimate/calibration.h) from bin to bin. Without counters so are those of single demands, and
// those of links and of all together come from how far gravity itself is to be believed
// (estimate/uncounted.h). With fewer than two instrumented endpoints there is nothing to learn from: then
// intervals are assumed, wide, and said to be assumed.
//
// Nothing here knows the truth about what is unseen. Not synchronised: whoever owns it locks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "estimate/calibration.h"
#include "estimate/endpoints.h"
#include "topology/topology.h"

namespace anemone {

// A counter's mean rate over the bin, as a directed link's sender counts it. Errors are relative standard
// errors: of the counter, of when it was read, of headers that one counts and the other does not.
struct LinkCounter {
  LinkId link;
  double bps = 0;
  double error_share = 0.01;
};

// What enters and leaves the network at a node: the sum over its interfaces that are no links of the
// topology.
struct EdgeCounter {
  NodeId node;
  double entering_bps = 0;
  double leaving_bps = 0;
  double error_share = 0.01;
};

// One bin, or one stretch of a bin in which the topology stood still (rates then still over the whole bin,
// so that what the stretches say adds up).
struct EstimateInput {
  std::span<const Endpoint> endpoints;
  std::span<const SeenTraffic> seen;
  std::span<const LinkCounter> link_counters;  // any, of some links or all; none of a link twice
  std::span<const EdgeCounter> edge_counters;
};

struct EstimatedDemand {
  NodeId ingress;
  Destination to;
  double seen_bps = 0;
  Interval unseen;
};

struct LinkEstimate {
  double seen_bps = 0;
  Interval load;  // seen and unseen together: never below what is seen
  std::optional<double> counter_bps;
  std::optional<double> residual_bps;  // what the counter has and the seen does not explain
};

enum class IntervalBasis : std::uint8_t {
  kLearnt,   // from traffic that was known and estimated as if it were not
  kAssumed,  // too little is known: a guess about guesses
};

struct Estimate {
  std::vector<EstimatedDemand> demands;  // every one of which something is seen or unseen
  PerLink<LinkEstimate> links;
  double seen_bps = 0;
  // Of all demands together. Without counters a demand's estimate is the median of what it may be, so that
  // demands add up to less than this.
  Interval unseen;
  // Addresses that an agent could be on, and how many of them have one.
  std::size_t could = 0;
  std::size_t instrumented = 0;
  IntervalBasis basis = IntervalBasis::kAssumed;
  std::vector<LinkId> inconsistent;  // counters that cannot be true together with the rest

  // The estimated share of all bytes that the instrumented account for; 1 when there is nothing.
  double bytes_share() const { return seen_bps + unseen.bps > 0 ? seen_bps / (seen_bps + unseen.bps) : 1; }
};

struct EstimatorConfig {
  // Into so many groups the instrumented are divided; each is once taken as not instrumented.
  std::size_t folds_max = 8;
};

class Estimator {
 public:
  explicit Estimator(EstimatorConfig config = {});
  ~Estimator();
  Estimator(Estimator&&) noexcept;
  Estimator& operator=(Estimator&&) noexcept;

  // Estimates a bin and learns from it. Bins should come in the order of time.
  // REQUIRES: ids in `input` are of `topology`; every pair seen has an instrumented end.
  Estimate estimate(const Topology& topology, const EstimateInput& input);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace anemone
