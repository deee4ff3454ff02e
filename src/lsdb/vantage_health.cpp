#include "lsdb/vantage_health.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "lsdb/unseen.h"

namespace anemone {
namespace {

constexpr Duration kLate = ListeningReport::kLate;

// What shows that a vantage point was there.
struct Sign {
  Time time;
  std::optional<VantageMarkKind> mark;  // none: it heard an LSA
};

class Sessions {
 public:
  void add(const Sign& sign) {
    if (sign.mark == VantageMarkKind::kAlive) says_alive_ = true;
    if (sign.mark == VantageMarkKind::kStarted) {
      if (open_) end(last_, false);
      begin(sign.time);
    } else if (!open_) {
      if (sign.mark == VantageMarkKind::kStopped || sign.mark == VantageMarkKind::kLost) return;
      begin(sign.time);
    } else if (says_alive_ && sign.time - last_ > kSilence) {
      end(last_, false);
      begin(sign.time);
    }
    last_ = sign.time;
    if (sign.mark == VantageMarkKind::kStopped) end(sign.time, true);
  }

  void finish(Time log_end) {
    if (!open_) return;
    const bool silent = says_alive_ && log_end - last_ > kSilence;
    end(silent ? last_ : log_end, !silent);
  }

  std::vector<TimeSpan> spans;
  std::size_t unannounced = 0;

 private:
  void begin(Time time) {
    spans.push_back({time, time});
    open_ = true;
  }
  void end(Time time, bool in_order) {
    spans.back().to = time;
    open_ = false;
    unannounced += in_order ? 0 : 1;
  }

  bool open_ = false;
  bool says_alive_ = false;
  Time last_{};
};

// What a router says on one link only is heard there and nowhere else.
bool is_of_a_link(const LsdbKey& key) {
  switch (protocol_of(key.area.domain)) {
    case Protocol::kOspf2:
      return key.type == static_cast<std::uint16_t>(ospf::LsaType::kOpaqueLink);
    case Protocol::kOspf3:
      return (key.type & 0x6000) == 0;
    case Protocol::kIsis:
      return false;
  }
  return false;
}

// One instance as all vantage points heard it.
struct Instance {
  LsdbKey key;
  LsaInstance instance;
  std::map<std::uint16_t, Time> first;  // by vantage point

  Time earliest() const {
    Time time = Time::max();
    for (const auto& [vantage, heard] : first) time = std::min(time, heard);
    return time;
  }
  std::optional<Time> earliest_of_others(std::uint16_t vantage) const {
    std::optional<Time> time;
    for (const auto& [other, heard] : first) {
      if (other != vantage && (!time || heard < *time)) time = heard;
    }
    return time;
  }
};

// Every LSA's instances in the order in which they were first heard.
std::map<LsdbKey, std::vector<Instance>> instances_of(const LsaLog& log) {
  std::map<LsdbKey, std::vector<Instance>> all;
  for (const HeardLsa& heard : log.entries) {
    if (heard.described || is_of_a_link(heard.key)) continue;
    auto& line = all[heard.key];
    const auto same = std::find_if(line.rbegin(), line.rend(), [&](const Instance& one) {
      return one.instance.sequence == heard.instance.sequence &&
             one.instance.checksum == heard.instance.checksum &&
             one.instance.flushed() == heard.instance.flushed();
    });
    if (same == line.rend()) {
      line.push_back({heard.key, heard.instance, {{heard.vantage, heard.time}}});
    } else {
      same->first.try_emplace(heard.vantage, heard.time);
    }
  }
  return all;
}

class Comparison {
 public:
  Comparison(const LsaLog& log, std::vector<VantageHealth>& vantages)
      : lines_(instances_of(log)), vantages_(vantages), heard_as_wide_(vantages.size()) {
    for (const auto& [key, line] : lines_) {
      for (const Instance& one : line) {
        for (const auto& [vantage, time] : one.first)
          heard_as_wide_[vantage] = heard_as_wide_[vantage] || key.as_wide;
      }
    }
  }

  void run() {
    for (std::size_t i = 0; i < vantages_.size(); ++i) {
      const auto vantage = static_cast<std::uint16_t>(i);
      const Duration offset = clock_offset(vantage);
      for (const auto& [key, line] : lines_) {
        if (!should_hear(vantage, key)) continue;
        for (std::size_t at = 0; at < line.size(); ++at) judge(vantage, line, at, offset);
      }
    }
  }

 private:
  bool should_hear(std::uint16_t vantage, const LsdbKey& key) const {
    if (key.as_wide) return heard_as_wide_[vantage];
    return std::ranges::count(vantages_[vantage].areas, key.area) > 0;
  }

  Duration clock_offset(std::uint16_t vantage) {
    std::vector<Duration> differences;
    for (const auto& [key, line] : lines_) {
      for (const Instance& one : line) {
        const auto own = one.first.find(vantage);
        const auto others = one.earliest_of_others(vantage);
        if (own != one.first.end() && others) differences.push_back(own->second - *others);
      }
    }
    if (differences.empty()) return {};
    const auto middle = differences.begin() + static_cast<std::ptrdiff_t>(differences.size() / 2);
    std::nth_element(differences.begin(), middle, differences.end());
    VantageHealth& health = vantages_[vantage];
    health.clock_offset = *middle;
    health.worst_lag = *std::max_element(differences.begin(), differences.end()) - *middle;
    return *middle;
  }

  void judge(std::uint16_t vantage, const std::vector<Instance>& line, std::size_t at, Duration offset) {
    VantageHealth& health = vantages_[vantage];
    const auto others = line[at].earliest_of_others(vantage);
    if (!others) return;
    const Time due = *others + offset;
    const auto own = line[at].first.find(vantage);
    const auto listened = std::ranges::any_of(health.listening, [&](const TimeSpan& span) {
      return span.from <= due - kLate && due + kLate <= span.to;
    });
    if (own == line[at].first.end() && !listened) return;
    ++health.compared;
    if (own != line[at].first.end()) {
      health.late += listened && own->second - due > kLate ? 1 : 0;
      return;
    }
    for (std::size_t next = at + 1; next < line.size(); ++next) {  // a newer one took its place
      const auto heard = line[next].first.find(vantage);
      if (heard != line[next].first.end() && heard->second <= due + kLate) return;
    }
    ++health.missed;
    if (health.missed_first.size() < ListeningReport::kMissedShown) {
      health.missed_first.push_back({*others, line[at].key, line[at].instance});
    }
  }

  std::map<LsdbKey, std::vector<Instance>> lines_;
  std::vector<VantageHealth>& vantages_;
  std::vector<bool> heard_as_wide_;
};

void read_signs(const LsaLog& log, std::vector<VantageHealth>& vantages) {
  std::vector<std::vector<Sign>> signs(vantages.size());
  std::vector<std::set<AreaId>> areas(vantages.size());
  Time end = Time::min();
  for (const VantageMark& mark : log.marks) {
    signs[mark.vantage].push_back({mark.time, mark.kind});
    end = std::max(end, mark.time);
    if (mark.kind != VantageMarkKind::kLost) continue;
    vantages[mark.vantage].lost_packets += mark.count;
    vantages[mark.vantage].losses.emplace_back(mark.time, mark.count);
  }
  for (const HeardLsa& heard : log.entries) {
    signs[heard.vantage].push_back({heard.time, std::nullopt});
    end = std::max(end, heard.time);
    if (!heard.key.as_wide) areas[heard.vantage].insert(heard.key.area);
  }
  for (std::size_t i = 0; i < vantages.size(); ++i) {
    std::ranges::stable_sort(signs[i], {}, [](const Sign& sign) {  // a beginning before what is heard then
      return std::pair(sign.time, sign.mark == VantageMarkKind::kStarted   ? 0
                                  : sign.mark == VantageMarkKind::kStopped ? 2
                                                                           : 1);
    });
    Sessions sessions;
    for (const Sign& sign : signs[i]) sessions.add(sign);
    sessions.finish(end);
    vantages[i].listening = std::move(sessions.spans);
    vantages[i].unannounced_ends = sessions.unannounced;
    vantages[i].areas.assign(areas[i].begin(), areas[i].end());
  }
}

// When each vantage point that began while something was known of its areas had heard of all of it.
void find_caught_up(const LsaLog& log, const LsdbHistory& history, VantageHealth& health,
                    std::uint16_t vantage) {
  for (const TimeSpan& span : health.listening) {
    std::map<LsdbKey, std::int32_t> wanted;
    const Lsdb known = history.at(span.from - Duration{1});
    known.each([&](const LsdbKey& key, const StoredLsa& stored) {
      if (!key.as_wide && !is_of_a_link(key) && std::ranges::count(health.areas, key.area) > 0) {
        wanted.emplace(key, stored.instance.sequence);
      }
    });
    if (wanted.empty()) continue;
    CaughtUp caught{span.from, wanted.size(), 0, {}};
    auto from = std::ranges::lower_bound(log.entries, span.from, {}, &HeardLsa::time);
    for (; from != log.entries.end() && from->time <= span.to && !wanted.empty(); ++from) {
      if (from->vantage != vantage) continue;
      const auto found = wanted.find(from->key);
      if (found == wanted.end() || from->instance.sequence < found->second) continue;
      wanted.erase(found);
      if (wanted.empty()) caught.time = from->time;
    }
    caught.missing = wanted.size();
    health.caught_up.push_back(caught);
  }
}

// The spans between the first and the last in which none of `spans` is. Changes their order.
std::vector<TimeSpan> holes(std::vector<TimeSpan> spans) {
  std::ranges::sort(spans, {}, &TimeSpan::from);
  std::vector<TimeSpan> found;
  for (std::size_t i = 1; i < spans.size(); ++i) {
    if (spans[i].from > spans[i - 1].to) found.push_back({spans[i - 1].to, spans[i].from});
    spans[i].to = std::max(spans[i].to, spans[i - 1].to);
  }
  return found;
}

std::vector<AreaListening> areas_of(const std::vector<VantageHealth>& vantages) {
  std::map<AreaId, std::pair<AreaListening, std::vector<TimeSpan>>> areas;
  for (const VantageHealth& health : vantages) {
    for (AreaId area : health.areas) {
      auto& [listening, spans] = areas[area];
      listening.area = area;
      listening.vantages.push_back(health.name);
      spans.insert(spans.end(), health.listening.begin(), health.listening.end());
    }
  }
  std::vector<AreaListening> found;
  for (auto& [area, entry] : areas) {
    entry.first.unheard = holes(std::move(entry.second));
    found.push_back(std::move(entry.first));
  }
  return found;
}

}  // namespace

std::vector<TimeSpan> VantageHealth::gaps() const { return holes(listening); }

bool VantageHealth::listens(Time time) const {
  return std::ranges::any_of(listening,
                             [&](const TimeSpan& span) { return span.from <= time && time <= span.to; });
}

ListeningReport listening_report(const LsaLog& log, const LsdbHistory& history) {
  ListeningReport report;
  report.vantages.resize(log.vantages.size());
  for (std::size_t i = 0; i < log.vantages.size(); ++i) report.vantages[i].name = log.vantages[i];
  read_signs(log, report.vantages);
  Comparison(log, report.vantages).run();
  for (std::size_t i = 0; i < log.vantages.size(); ++i) {
    find_caught_up(log, history, report.vantages[i], static_cast<std::uint16_t>(i));
  }
  report.areas = areas_of(report.vantages);
  return report;
}

std::optional<Time> due_by(const ListeningReport& report, const LsdbKey& unseen, Time now) {
  std::optional<Time> due;
  for (const VantageHealth& health : report.vantages) {
    const bool there = std::ranges::any_of(health.areas, [&](AreaId area) {
      return unseen.as_wide ? area.domain == unseen.area.domain : area == unseen.area;
    });
    for (const TimeSpan& span : health.listening) {
      if (!there || span.from > now || span.to < now) continue;
      const Time by = span.from + kLsRefreshTime;
      if (!due || by < *due) due = by;
    }
  }
  return due;
}

}  // namespace anemone
