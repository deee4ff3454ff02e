// What nobody saw where nobody has a counter: from endpoints alone.
//
// Links and the total are sums of what credible gravity gives, with a gamma distribution of the variance that
// it says it has (unseen_spread.h). A single demand is nothing like a sum: most pairs say far less than
// gravity gives, a few far more, so that its median and interval are learnt, from watched ends that are taken
// as not watched (calibration.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "estimate/calibration.h"
#include "estimate/endpoints.h"
#include "estimate/estimate.h"
#include "estimate/unseen_spread.h"

namespace anemone {

class Uncounted {
 public:
  // All must outlive it.
  Uncounted(const Topology& topology, const EstimateInput& input);

  // Takes each of these groups of watched ends as not watched, and learns how far demands are from their
  // estimates. A group says, for each endpoint, whether it is still watched.
  void learn(std::span<const std::vector<std::uint8_t>> groups, Calibration& demands) const;

  // Appends every demand of which something is seen or unseen; fills links, what is seen and what is unseen.
  void estimate(const Calibration& demands, Estimate& answer) const;

 private:
  Interval demand(const Calibration& learnt, const UnseenTraffic& unseen, std::size_t cell) const;
  void fill_links(const UnseenTraffic& unseen, Estimate& answer) const;

  const Topology& topology_;
  const EstimateInput& input_;
  EndpointGrid grid_;
  std::vector<std::uint8_t> watched_;
  std::size_t watched_ends_ = 0;
  DemandGrid seen_;
  double floor_bps_ = 0;  // of a demand, that nobody can tell from nothing
};

}  // namespace anemone
