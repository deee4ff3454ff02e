// How well each vantage point listened: when, with which gaps, what it missed, and what that means for its
// area.
//
// Known from the log alone. Marks tell when a vantage point began and ended; one that writes that it is alive
// and then does not for kSilence (lsa_log.h) was deaf. What other vantage points of the same area heard and
// this one did not, within kLate, it missed; how much later it hears things than they do, in the middle, is
// how far its clock is off. A vantage point that begins again has caught up when it has heard, or seen
// described, all that was known of its areas at that moment.
//
// Two that listen in one area are a redundant pair: the area is unheard only while neither listens.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time_span.h"
#include "lsdb/lsa_log.h"
#include "lsdb/lsdb_history.h"

namespace anemone {

struct MissedLsa {
  Time time{};  // when another vantage point heard it
  LsdbKey key;
  LsaInstance instance;
};

struct CaughtUp {
  Time from{};               // when it began to listen (again)
  std::size_t known = 0;     // LSAs that others knew then
  std::size_t missing = 0;   // of them, those that it has not heard of since
  std::optional<Time> time;  // none: not yet
};

struct VantageHealth {
  std::string name;
  std::vector<AreaId> areas;         // ascending
  std::vector<TimeSpan> listening;   // the last reaches to the log's end, or to where it ended
  std::size_t unannounced_ends = 0;  // it ended without saying so
  std::uint64_t lost_packets = 0;
  std::vector<std::pair<Time, std::uint64_t>> losses;
  std::size_t compared = 0;              // instances that others of its areas heard too, or should have
  std::optional<Duration> clock_offset;  // how much later than the others it hears, in the middle
  std::optional<Duration> worst_lag;     // beyond that
  std::size_t late = 0;                  // instances more than kLate behind the others
  std::size_t missed = 0;
  std::vector<MissedLsa> missed_first;  // some of them
  std::vector<CaughtUp> caught_up;      // one for each time that it began while others knew something

  std::vector<TimeSpan> gaps() const;  // between what it listened
  bool listens(Time time) const;
};

struct AreaListening {
  AreaId area;
  std::vector<std::string> vantages;
  std::vector<TimeSpan> unheard;  // nobody listened, though somebody had before and did after
};

struct ListeningReport {
  std::vector<VantageHealth> vantages;  // as in the log
  std::vector<AreaListening> areas;     // ascending

  static constexpr Duration kLate = 10s;
  static constexpr std::size_t kMissedShown = 16;
};

// REQUIRES: `log` is sorted; `history` is made from it.
ListeningReport listening_report(const LsaLog& log, const LsdbHistory& history);

// By when an LSA that is known to exist must be heard, since its router says it anew so often: none when
// nobody listens in its area at `now`.
std::optional<Time> due_by(const ListeningReport& report, const LsdbKey& unseen, Time now);

}  // namespace anemone
