// What an archive holds and no record was made of: where an agent was killed, the slice that was open.
//
// Whoever makes records notes, in one step with each file of them, how far it had got (HandedOn). Micro-flows
// go to the archive with every reading of the kernel, so at the next start it has nearly all that the killed
// process counted: given to the flow table again, they become the records that they would have become, once.
//
// Exactly once rests on this: a file of records holds, of all blocks that were in the archive by then, the
// micro-flows that began before its slice's end, and no other. Where the clock was set back since, blocks
// seem older than they are, and are left out rather than counted twice.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/result.h"
#include "flow/event_file.h"

namespace anemone {

struct HandedOn {
  Time before{};    // micro-flows that began before this ...
  Time archived{};  // ... and stand in blocks that had been counted by then, are in records
  bool operator==(const HandedOn&) const = default;
};
inline constexpr Time kAllHandedOn = Time::max();  // as `before`

// "1763892010000000.1763892010000412", microseconds.
std::string print_handed_on(const HandedOn& handed_on);
Result<HandedOn> parse_handed_on(std::string_view text);

struct LeftOver {
  std::uint64_t micro_flows = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t files_torn = 0;  // ended in half a block: the reading that was being written
};

// Gives `take` the micro-flows of the archive in `folder` that are in no records, some at a time. Words are
// interned in `names`. A file that cannot be read is as one that is not there.
// Blocks that were begun at `until` or later are of somebody else.
LeftOver left_over(const std::string& folder, const HandedOn& handed_on, Time until, RecordNames& names,
                   const std::function<void(std::span<const MicroFlow>)>& take);

}  // namespace anemone
