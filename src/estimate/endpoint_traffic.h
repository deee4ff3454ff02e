// From the records of a bin (as matrix/build_matrix.h placed them) to endpoints and what is seen between
// them: what the Estimator and the CoverageRanking take.
//
// An endpoint is a host that is known (an observer, instrumented or not), an address within the domain that
// no observer has, or everything behind one prefix from outside, where no agent could be. Hosts that were
// silent in this bin are endpoints too, when they are named.
#pragma once

#include <span>
#include <vector>

#include "estimate/endpoints.h"
#include "matrix/attachments.h"
#include "matrix/build_matrix.h"
#include "matrix/observers.h"
#include "record/flow_record.h"

namespace anemone {

struct EndpointTraffic {
  std::vector<Endpoint> endpoints;
  std::vector<IpAddress> addresses;  // one of each endpoint's; of those from outside the prefix's first
  std::vector<ObserverId> hosts;     // invalid where the endpoint is no known host
  std::vector<SeenTraffic> seen;     // of records that count, both ends in the network, one instrumented
};

// `part` was built from `records` under `attachments`, for a bin of `length`; rates are over all of it.
// `others` are addresses that could be instrumented, whether or not a record has them.
EndpointTraffic endpoint_traffic(std::span<const FlowRecord> records, const PartMatrix& part,
                                 const Attachments& attachments, const Observers& observers, Duration length,
                                 std::span<const IpAddress> others);

}  // namespace anemone
