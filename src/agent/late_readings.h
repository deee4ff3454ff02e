// What the kernel was asked for too late: micro-flows that reach over the end of a slice are parted there.
//
// The agent asks on the slices' ends, and a flow table counts a micro-flow to the slice of its first packet
// as a whole. On a busy machine the agent may be asked back to its CPU a second late: a second of traffic
// would be of the wrong slice, which is a tenth of it. Nobody knows any more when which packet passed, so
// packets are taken to have come evenly between the first and the last. Sums stay what they were.
//
// A few milliseconds over the end are left as they are: that is how punctual a reading is at best, and the
// kernel's clock for packets, too.
#pragma once

#include <vector>

#include "base/time.h"
#include "capture/micro_flow.h"

namespace anemone {

// Parts each micro-flow at multiples of `slice`; appends the later parts. TCP's flags are on each part, its
// retransmits on the first.
void part_at_slices(std::vector<MicroFlow>& micro_flows, Duration slice);

}  // namespace anemone
