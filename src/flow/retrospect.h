// Retrospect: what flows a definition would have made of the micro-flows that an archive still has.
//
// The same filter and table as live (flow/defined_flows.h), so that the sums are the same. Where the
// definition cuts by slices alone, the micro-flows of one subject in one slice are added up before the table
// sees them: most repeat every second, and an addition costs a fifth of a look-up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/result.h"
#include "flow/defined_flows.h"
#include "flow/event_file.h"

namespace anemone {

struct Retrospect {
  TimeRange covered;  // of what was asked; empty (from = to) when the archive has nothing of it
  Duration gaps{};    // within `covered`: nobody counted, or it could not be read
  std::uint64_t micro_flows = 0;
  std::uint64_t packets = 0;  // of those that the filter let in
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  std::uint64_t files_torn = 0;  // ended in half a block, or were damaged: what was good before is counted
  std::uint64_t pushed_out = 0;  // flows that may stand in several rows: there were more than `flows_max`
};

struct RetrospectLimits {
  std::size_t flows_max = 1'000'000;
  std::size_t file_bytes_max = std::size_t{512} << 20;
};

// Gives `take` the flows of packets within `wanted`, some at a time, in the order in which they were cut.
// Words of the archive are interned in `names`. An error when the definition asks for what micro-flows do not
// tell.
Result<Retrospect> look_back(const std::string& folder, const FlowDefinition& definition,
                             const TimeRange& wanted, RecordNames& names,
                             const std::function<void(std::span<const Flow>)>& take,
                             const InterfaceNumbers& interfaces = {}, const RetrospectLimits& limits = {});

// From the first to the last that the archive covers; empty when it covers nothing.
TimeRange held_range(const std::string& folder);

}  // namespace anemone
