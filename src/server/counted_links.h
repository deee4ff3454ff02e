// What interfaces counted themselves, as the estimates and the answers of a bin want it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "counter/link_counters.h"
#include "estimate/estimate.h"
#include "server/bin_traffic.h"

namespace anemone {

// Of a stretch of a bin in which the topology stood still, rates over all of the bin; of a stretch of which
// less than half is told, none. Beyond kCountersMax those of the most traffic: meeting counters takes time
// that grows with the cube of their number.
constexpr std::size_t kCountersMax = 300;
std::vector<LinkCounter> counters_of(const LinkCounters& counters, const Topology& topology, Time from,
                                     Time to, Duration bin);

// The same of each of the bin's stretches.
std::vector<std::vector<LinkCounter>> counters_of(const LinkCounters& counters, const BinTraffic& traffic);

// By link, over the whole bin: what its counter says, where that is of half of the bin or more.
std::map<std::string, CountedRate> counted_links(const LinkCounters& counters, const BinTraffic& traffic);

}  // namespace anemone
