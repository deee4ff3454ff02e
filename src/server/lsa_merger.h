// An LsaMerger brings what several sources hear into one order, that of its times, while it is heard.
//
// Sources are not equally quick, so everything waits for a short window before it is handed on. Whoever is
// slower than that is not waited for: what comes late gets the time up to which the others were handed on
// already, and is counted. So is a time that has not come yet by our own clock: it becomes now.
//
// It also knows how far each source was read, so that a restart goes on there (progress, resume). Pure: the
// caller says what time it is.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lsdb/lsa_log.h"

namespace anemone {

// How a vantage point's times were against ours.
struct MergeCounts {
  std::uint64_t late = 0;
  Duration latest{};        // the worst of them
  std::uint64_t ahead = 0;  // of our clock
};

class LsaMerger {
 public:
  static constexpr Duration kWindow = 300ms;

  // Nothing up to `from` is handed on with an earlier time. `progress` is what an earlier merger said.
  LsaMerger(Time from, std::string_view progress);

  // Takes entries and marks out of `log`, which is the source's own. The first time, when `begins_anew`, the
  // log holds what a merger before a restart has had already: that is left out.
  void add(const std::string& source, bool begins_anew, LsaLog& log, Time now);

  // Appends what is due at `now` to `out`, in the order of time. True when there was anything.
  bool take(Time now, LsaLog& out);

  // Everything up to here was handed on.
  Time to() const { return to_; }
  // How far the sources were read with what was handed on, as text.
  std::string progress() const;
  // By the name of the vantage point.
  const std::map<std::string, MergeCounts>& counts() const { return counts_; }

 private:
  template <class Item>
  struct Waiting {
    Item item;
    Time due{};  // its time, or when it was read if that is earlier
  };
  // What was taken of a source: how many of each, and the time of the last entry, to know the log again.
  struct Taken {
    std::uint64_t entries = 0;
    std::uint64_t marks = 0;
    Time last{};
  };
  struct Source {
    bool begun = false;
    Taken taken;
    std::deque<Waiting<HeardLsa>> entries;
    std::deque<Waiting<VantageMark>> marks;
    std::vector<std::string> vantages;
  };

  void leave_out_known(const Taken& known, LsaLog& log, Taken& taken) const;
  template <class Item>
  void wait(std::vector<Item>& items, const LsaLog& log, Time now, std::deque<Waiting<Item>>& queue);
  template <class Item>
  std::uint64_t take_due(std::deque<Waiting<Item>>& queue, const Source& source, Time until, LsaLog& out,
                         std::vector<Item>& into);

  Time to_;
  std::map<std::string, Taken> resume_;
  std::map<std::string, Source> sources_;
  std::map<std::string, MergeCounts> counts_;
};

}  // namespace anemone
