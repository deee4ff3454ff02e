#include "history/event_lines.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <set>

namespace anemone {
namespace {

bool is_down(const std::string& kind) { return kind.ends_with("_down"); }
bool is_up_of(const std::string& kind, const std::string& down) {
  return kind.ends_with("_up") && kind.substr(0, kind.size() - 3) == down.substr(0, down.size() - 5);
}

void find_ends(std::vector<EventLine>& lines) {
  std::map<std::string, EventLine*> open;  // by subject
  for (EventLine& line : lines) {
    const auto found = open.find(line.event.subject);
    if (found != open.end() && is_up_of(line.event.kind, found->second->event.kind)) {
      found->second->lasted = line.event.time - found->second->event.time;
      open.erase(found);
    }
    if (is_down(line.event.kind)) open.insert_or_assign(line.event.subject, &line);
    if (line.event.kind == kGracefulRestart) line.lasted = line.event.settled - line.event.time;
  }
}

// What went down and did not come back, by its links: they may have come back in another event.
void find_still_down(std::vector<EventLine>& lines, const Topology& last) {
  std::set<std::string> up;
  for (LinkId id : indices<LinkId>(last.link_count())) up.insert(link_name(last, id));
  for (EventLine& line : lines) {
    if (!is_down(line.event.kind) || line.lasted || line.event.links.empty()) continue;
    line.still =
        std::ranges::none_of(line.event.links, [&](const std::string& link) { return up.contains(link); });
  }
}

// Of one subject's lines, in order, which belong to a time of flapping: at least `times` + 1 within the
// window.
std::vector<bool> flapping(const std::vector<Time>& times, const FlapLimits& limits) {
  std::vector<bool> flaps(times.size());
  for (std::size_t i = limits.times; i < times.size(); ++i) {
    if (times[i] - times[i - limits.times] > limits.window) continue;
    for (std::size_t k = i - limits.times; k <= i; ++k) flaps[k] = true;
  }
  return flaps;
}

}  // namespace

std::vector<EventLine> event_lines(const std::vector<RoutingEvent>& events, const Topology* last) {
  std::vector<EventLine> lines;
  for (const RoutingEvent& event : events) {
    if (!event.folded) lines.push_back({event, std::nullopt, false, 1, event.settled});
  }
  std::ranges::stable_sort(lines, {}, [](const EventLine& line) { return line.event.time; });
  find_ends(lines);
  if (last != nullptr) find_still_down(lines, *last);
  return lines;
}

std::vector<EventLine> fold_flapping(std::vector<EventLine> lines, const FlapLimits& limits) {
  std::map<std::string, std::vector<std::size_t>> by_subject;
  for (std::size_t i = 0; i < lines.size(); ++i) by_subject[lines[i].event.subject].push_back(i);
  std::vector<bool> gone(lines.size());
  for (const auto& [subject, members] : by_subject) {
    std::vector<Time> times;
    for (std::size_t i : members) times.push_back(lines[i].event.time);
    const std::vector<bool> flaps = flapping(times, limits);
    EventLine* first = nullptr;
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (!flaps[i]) {
        first = nullptr;
        continue;
      }
      EventLine& line = lines[members[i]];
      if (first == nullptr || line.event.time - first->until > limits.window) {
        first = &line;
        continue;
      }
      gone[members[i]] = true;
      ++first->times;
      first->until = line.event.settled;
      first->event.lsas += line.event.lsas;
      first->still = line.still;
      first->lasted.reset();
    }
  }
  std::vector<EventLine> kept;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (gone[i]) continue;
    EventLine& line = lines[i];
    if (line.times > 1) {
      line.event.text = line.event.subject + " flaps: " + std::to_string(line.times) + " changes in " +
                        print_span(line.until - line.event.time);
    }
    kept.push_back(std::move(line));
  }
  return kept;
}

std::string print_span(Duration duration) {
  std::array<char, 64> text{};
  const double s = seconds(duration);
  const auto whole = static_cast<long long>(s);
  if (s < 1) {
    std::snprintf(text.data(), text.size(), "%.0f ms", s * 1000);
  } else if (s < 60) {
    std::snprintf(text.data(), text.size(), "%.1f s", s);
  } else if (whole < 3600) {
    std::snprintf(text.data(), text.size(), "%lld min %lld s", whole / 60, whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%lld h %lld min", whole / 3600, whole % 3600 / 60);
  }
  return text.data();
}

}  // namespace anemone
