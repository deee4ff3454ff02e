// Events as they are read: how long each lasted, and what flaps told once.
//
// A link that was down lasted until it was up again. What changed more often than kFlaps times within kWindow
// flaps: one line says so, instead of a line for each time.
#pragma once

#include <optional>
#include <vector>

#include "history/routing_event.h"

namespace anemone {

struct EventLine {
  RoutingEvent event;              // the first, if several
  std::optional<Duration> lasted;  // down: until it was up again
  bool still = false;              // it has not ended
  std::size_t times = 1;
  Time until{};  // when the last of them settled
};

struct FlapLimits {
  std::size_t times = 4;
  Duration window = 10min;
};

// In the order of their times. `last` is the topology at the end; null leaves `still` false.
std::vector<EventLine> event_lines(const std::vector<RoutingEvent>& events, const Topology* last);

// The same with what flaps in one line each.
std::vector<EventLine> fold_flapping(std::vector<EventLine> lines, const FlapLimits& limits);

// "4.1 s", "12 min 5 s", "3 h 20 min": for people.
std::string print_span(Duration duration);

}  // namespace anemone
