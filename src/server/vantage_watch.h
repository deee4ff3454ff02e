// A VantageWatch knows of every vantage point when it listened: without that, silence and deafness look the
// same.
//
// A listener says when it begins and ends and, when it hears nothing, that it is alive. One that says
// nothing for kSilence (lsdb/lsa_log.h) is taken as gone since its last sign, so a killed listener is
// noticed, and a gap is exactly between the last sign and the next beginning. Vantage points without such
// marks (captures) are known by their LSAs only.
//
// Not synchronised: whoever owns it locks.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lsdb/lsa_log.h"
#include "server/answers.h"

namespace anemone {

class VantageWatch {
 public:
  static constexpr std::size_t kPeriodsMax = 10'000;  // of one vantage point; the oldest go first

  // REQUIRES: the log is sorted, and not earlier than what was added before.
  void add(const LsaLog& log);

  // As of `at`, by name; those that had not begun then are left out. Counts are the newest.
  std::vector<VantageAnswer> at(Time at) const;

  // Since when somebody who hears this area has listened without a gap up to `at`; AS-wide LSAs: anybody.
  std::optional<Time> listening_since(const LsdbKey& lsa, Time at) const;

 private:
  struct Period {
    Time from{};
    Time last{};  // sign of life
    bool stopped = false;
  };
  struct Vantage {
    bool marked = false;
    std::vector<Period> periods;
    std::optional<Time> heard;
    std::uint64_t lsas = 0;
    std::uint64_t lost = 0;
    std::set<AreaId> areas;
  };
  static const Period* period_at(const Vantage& vantage, Time at);
  static void sign_of_life(Vantage& vantage, Time time);
  static void heard(Vantage& vantage, const HeardLsa& heard);
  static void marked(Vantage& vantage, const VantageMark& mark);
  static void begin(Vantage& vantage, Time time);

  std::map<std::string, Vantage> vantages_;
};

}  // namespace anemone
