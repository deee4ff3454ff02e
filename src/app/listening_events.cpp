#include "app/listening_events.h"

#include <algorithm>

#include "history/event_lines.h"

namespace anemone {
namespace {

constexpr const char* kKind = "listening";

RoutingEvent event_at(Time from, Time to, const std::string& subject, std::string text) {
  RoutingEvent event;
  event.time = event.began = from;
  event.settled = to;
  event.kind = kKind;
  event.subject = subject + " at " + print_time(from);  // each time by itself: a listener does not flap
  event.text = std::move(text);
  return event;
}

void add_gaps(const VantageHealth& health, const ListeningReport& report, std::vector<RoutingEvent>& events) {
  for (const TimeSpan& gap : health.gaps()) {
    std::string others;
    for (const AreaListening& area : report.areas) {
      if (std::ranges::count(area.vantages, health.name) == 0) continue;
      const bool unheard = std::ranges::any_of(
          area.unheard, [&](const TimeSpan& hole) { return hole.from < gap.to && gap.from < hole.to; });
      others += unheard ? ", nobody else listened in area " + print_area(area.area)
                        : ", others listened in area " + print_area(area.area);
    }
    events.push_back(event_at(gap.from, gap.to, health.name,
                              health.name + " heard nothing for " + print_span(gap.to - gap.from) + others));
  }
}

}  // namespace

std::vector<RoutingEvent> listening_events(const ListeningReport& report) {
  std::vector<RoutingEvent> events;
  for (const VantageHealth& health : report.vantages) {
    add_gaps(health, report, events);
    for (const auto& [time, count] : health.losses) {
      events.push_back(event_at(time, time, health.name + " loses",
                                health.name + " lost " + std::to_string(count) + " packets"));
    }
    // On a link whose routers are no neighbours nothing is flooded: a few that it misses are no fault of its
    // own.
    if (health.missed * 10 > health.compared) {
      const Time first = health.missed_first.front().time;
      events.push_back(event_at(first, first, health.name + " misses",
                                health.name + " missed " + std::to_string(health.missed) + " of " +
                                    std::to_string(health.compared) +
                                    " LSAs that others of its areas heard"));
    }
    for (const CaughtUp& caught : health.caught_up) {
      if (caught.from == health.listening.front().from && caught.time)
        continue;  // it came, and soon knew all
      events.push_back(event_at(
          caught.from, caught.time.value_or(caught.from), health.name + " catches up",
          caught.time ? health.name + " has caught up after " + print_span(*caught.time - caught.from)
                      : health.name + " has not caught up: " + std::to_string(caught.missing) + " of " +
                            std::to_string(caught.known) + " LSAs not heard since"));
    }
  }
  return events;
}

}  // namespace anemone
