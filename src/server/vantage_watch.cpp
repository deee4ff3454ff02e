#include "server/vantage_watch.h"

#include <algorithm>

namespace anemone {

void VantageWatch::begin(Vantage& vantage, Time time) {
  if (vantage.periods.size() == kPeriodsMax) vantage.periods.erase(vantage.periods.begin());
  vantage.periods.push_back({time, time, false});
}

void VantageWatch::sign_of_life(Vantage& vantage, Time time) {
  if (vantage.periods.empty() || vantage.periods.back().stopped) begin(vantage, time);
  vantage.periods.back().last = std::max(vantage.periods.back().last, time);
}

// Of equal times the marks come first: what a listener hears, it hears after it began.
void VantageWatch::add(const LsaLog& log) {
  auto mark = log.marks.begin();
  const auto marks_up_to = [&](Time time) {
    for (; mark != log.marks.end() && mark->time <= time; ++mark) {
      marked(vantages_[log.vantages[mark->vantage]], *mark);
    }
  };
  for (const HeardLsa& lsa : log.entries) {
    marks_up_to(lsa.time);
    heard(vantages_[log.vantages[lsa.vantage]], lsa);
  }
  marks_up_to(Time::max());
}

void VantageWatch::heard(Vantage& vantage, const HeardLsa& heard) {
  sign_of_life(vantage, heard.time);
  vantage.heard = std::max(vantage.heard.value_or(heard.time), heard.time);
  if (!heard.described) ++vantage.lsas;
  if (!heard.key.as_wide) vantage.areas.insert(heard.key.area);
}

void VantageWatch::marked(Vantage& vantage, const VantageMark& mark) {
  vantage.marked = true;
  if (mark.kind == VantageMarkKind::kStarted) return begin(vantage, mark.time);
  sign_of_life(vantage, mark.time);
  if (mark.kind == VantageMarkKind::kLost) vantage.lost += mark.count;
  if (mark.kind == VantageMarkKind::kStopped) vantage.periods.back().stopped = true;
}

// The last one that had begun.
const VantageWatch::Period* VantageWatch::period_at(const Vantage& vantage, Time at) {
  const auto after = std::partition_point(vantage.periods.begin(), vantage.periods.end(),
                                          [&](const Period& period) { return period.from <= at; });
  return after == vantage.periods.begin() ? nullptr : &*std::prev(after);
}

std::vector<VantageAnswer> VantageWatch::at(Time at) const {
  std::vector<VantageAnswer> answers;
  for (const auto& [name, vantage] : vantages_) {
    const Period* period = period_at(vantage, at);
    if (period == nullptr) continue;
    VantageAnswer answer;
    answer.name = name;
    answer.heard = vantage.heard;
    answer.lsas = vantage.lsas;
    answer.lost = vantage.lost;
    for (AreaId area : vantage.areas) answer.areas.push_back(print_area(area));
    answer.since = period->from;
    answer.state = vantage.marked ? VantageState::kListening : VantageState::kRecorded;
    if (vantage.marked && period->stopped && at > period->last) {
      answer.state = VantageState::kStopped;
    } else if (vantage.marked && at > period->last + kSilence) {
      answer.state = VantageState::kSilent;
    }
    const bool over = answer.state == VantageState::kStopped || answer.state == VantageState::kSilent;
    if (over) answer.since = period->last;
    for (const Period& one : vantage.periods) {
      if (one.from > at) break;
      answer.listened.emplace_back(one.from, std::min(one.last, at));
    }
    if (!over) answer.listened.back().second = at;
    answers.push_back(std::move(answer));
  }
  return answers;
}

std::optional<Time> VantageWatch::listening_since(const LsdbKey& lsa, Time at) const {
  std::optional<Time> since;
  for (const auto& [name, vantage] : vantages_) {
    const Period* period = period_at(vantage, at);
    if (period == nullptr || (at > period->last && (period->stopped || at > period->last + kSilence)))
      continue;
    if (!lsa.as_wide && !vantage.areas.contains(lsa.area)) continue;
    since = std::min(since.value_or(period->from), period->from);
  }
  return since;
}

}  // namespace anemone
