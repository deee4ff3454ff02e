#include "server/lsa_merger.h"

#include <algorithm>
#include <sstream>
#include <utility>

namespace anemone {

// One line a source: entries, marks, the last entry's time, and its name to the end of the line.
LsaMerger::LsaMerger(Time from, std::string_view progress) : to_(from) {
  std::istringstream lines{std::string(progress)};
  Taken taken;
  std::int64_t last_us = 0;
  std::string name;
  while (lines >> taken.entries >> taken.marks >> last_us && lines.get() && std::getline(lines, name)) {
    taken.last = time_from_micros(last_us);
    resume_[name] = taken;
  }
}

std::string LsaMerger::progress() const {
  std::map<std::string, Taken> all = resume_;
  for (const auto& [name, source] : sources_) {
    if (source.begun) all[name] = source.taken;
  }
  std::string text;
  for (const auto& [name, taken] : all) {
    text += std::to_string(taken.entries) + " " + std::to_string(taken.marks) + " " +
            std::to_string(micros(taken.last)) + " " + name + "\n";
  }
  return text;
}

// A log that does not hold what we had of it is another one: of that, what is later than all we have is new.
void LsaMerger::leave_out_known(const Taken& known, LsaLog& log, Taken& taken) const {
  const bool same = log.entries.size() >= known.entries && log.marks.size() >= known.marks &&
                    (known.entries == 0 || log.entries[known.entries - 1].time == known.last);
  if (same) {
    log.entries.erase(log.entries.begin(), log.entries.begin() + static_cast<std::ptrdiff_t>(known.entries));
    log.marks.erase(log.marks.begin(), log.marks.begin() + static_cast<std::ptrdiff_t>(known.marks));
    taken = known;
    return;
  }
  const std::size_t entries = log.entries.size();
  const std::size_t marks = log.marks.size();
  if (!log.entries.empty()) taken.last = log.entries.back().time;
  std::erase_if(log.entries, [&](const HeardLsa& heard) { return heard.time <= to_; });
  std::erase_if(log.marks, [&](const VantageMark& mark) { return mark.time <= to_; });
  taken.entries = entries - log.entries.size();
  taken.marks = marks - log.marks.size();
}

template <class Item>
void LsaMerger::wait(std::vector<Item>& items, const LsaLog& log, Time now,
                     std::deque<Waiting<Item>>& queue) {
  for (Item& item : items) {
    if (item.time > now + kWindow) ++counts_[log.vantages[item.vantage]].ahead;
    const Time due = std::min(item.time, now);
    queue.push_back({std::move(item), due});
  }
  items.clear();
}

void LsaMerger::add(const std::string& source, bool begins_anew, LsaLog& log, Time now) {
  Source& mine = sources_[source];
  if (!mine.begun && log.entries.empty() && log.marks.empty()) return;
  if (!mine.begun && begins_anew) {
    if (const auto known = resume_.find(source); known != resume_.end()) {
      leave_out_known(known->second, log, mine.taken);
    }
  }
  mine.begun = true;
  mine.vantages = log.vantages;
  wait(log.entries, log, now, mine.entries);
  wait(log.marks, log, now, mine.marks);
}

// Moves what is due by `until` from the front of `queue`, with the times that it has for everybody.
template <class Item>
std::uint64_t LsaMerger::take_due(std::deque<Waiting<Item>>& queue, const Source& source, Time until,
                                  LsaLog& out, std::vector<Item>& into) {
  std::uint64_t taken = 0;
  for (; !queue.empty() && queue.front().due <= until; queue.pop_front(), ++taken) {
    auto [item, due] = std::move(queue.front());
    const std::string& vantage = source.vantages[item.vantage];
    if (due <= to_) {
      MergeCounts& counts = counts_[vantage];
      ++counts.late;
      counts.latest = std::max(counts.latest, to_ - due);
      due = to_ + Duration{1};
    }
    item.time = due;
    item.vantage = out.vantage(vantage);
    into.push_back(std::move(item));
  }
  return taken;
}

bool LsaMerger::take(Time now, LsaLog& out) {
  const Time until = std::max(now - kWindow, to_ + Duration{1});  // a clock set back must not stop us
  bool any = false;
  for (auto& [name, source] : sources_) {
    if (!source.entries.empty() && source.entries.front().due <= until) {
      // the last one's own time tells the log again after a restart
      for (const auto& waiting : source.entries) {
        if (waiting.due > until) break;
        source.taken.last = waiting.item.time;
      }
    }
    const std::uint64_t entries = take_due(source.entries, source, until, out, out.entries);
    const std::uint64_t marks = take_due(source.marks, source, until, out, out.marks);
    source.taken.entries += entries;
    source.taken.marks += marks;
    any = any || entries + marks > 0;
  }
  out.sort();
  to_ = until;
  return any;
}

}  // namespace anemone
