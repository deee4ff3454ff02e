// A RestPlan says when a listener's adjacencies leave Exchange for a moment, all together.
//
// A router may forget a flushed LSA only when none of its neighbours is in Exchange or Loading (RFC 2328
// section 14), and we are for ever. An LSA that it keeps at MaxAge routes nothing, but when its originator
// says it anew, from a lower sequence number, the old one comes back first. So some seconds after a flush we
// rest. Most routers then forget at once. FRR looks only when a timer of 60 seconds comes round that began
// with the flush: where flushed LSAs are still there after a rest, the next rest is just then; and where we
// do not know when the timer began, since that was before our time, each rest after that comes a little
// earlier in the minute, until one of them meets it.
//
// Pure. One plan for all interfaces of a process: a router may be our neighbour on several.
#pragma once

#include <optional>

#include "base/time.h"

namespace anemone {

class RestPlan {
 public:
  // An LSA that we had was flushed.
  void flushed(Time now);
  // A neighbour still has an LSA at MaxAge that had been flushed before.
  void kept(Time now);
  // Somebody wants to hear everything described again, soon after `time`.
  void ask(Time time);

  // Until when to rest; none when it is no time for that.
  std::optional<Time> resting(Time now);
  // When to ask again at the latest.
  Time next(Time now) const;

 private:
  struct Window {
    Time begin{};
    Time end{};
  };
  std::optional<Window> window_;     // the next, or the one that is on
  std::optional<Time> first_flush_;  // since all was forgotten, as far as we know
  std::optional<Window> last_;
  bool slow_ = false;  // the last was one for a slow timer
};

}  // namespace anemone
