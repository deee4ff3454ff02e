// Resumption is how an agent goes on from where the one before it was killed, and says what is lost for good.
//
// With each reading of the kernel it notes, in the spool's file `watched`, when that was, what is counted and
// in no record yet, and how far the interfaces' own counters were. A good end removes the note. Where an
// agent finds one at its start, the one before was killed, or the machine:
//
//   - what the archive has and no record was made of (flow/left_over.h) is made records of now; but nothing
//   of
//     later, when an agent with another spool may have used the same archive;
//   - what had been counted and the archive does not have is lost: all of the open slice, without an archive;
//   - what passed between the note and now was counted by nobody. The interfaces' counters say how much that
//     was at most: what passes no interface but the loopback is not in them.
//
// It is the first definition's records that this is about: those of a second one, which are the same traffic
// once more, lose their open slice. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "capture/micro_flow.h"
#include "capture/record_names.h"
#include "host/interface_counts.h"

namespace anemone {

struct ResumptionCounts {
  std::uint64_t rebuilt_packets = 0;  // of the archive, put into records
  std::uint64_t rebuilt_bytes = 0;
  std::uint64_t lost_packets = 0;  // counted, and not in the archive
  std::uint64_t lost_bytes = 0;
  Duration unwatched{};                 // nobody counted
  std::uint64_t unwatched_packets = 0;  // meanwhile, by the interfaces
  std::uint64_t unwatched_bytes = 0;    // frames'
};

class Resumption {
 public:
  using Take = std::function<void(std::span<const MicroFlow>)>;

  // Notes go to `folder`/watched.
  explicit Resumption(const std::string& folder) : path_(folder + "/watched") {}

  // Gives `take` what is left over in `archive`, none where it is empty. `mark` is the spool's; `now` is when
  // counting begins. What happened, in words for people; empty when the last agent ended well.
  std::string take_up(const std::string& archive, const std::string& mark, Time now, RecordNames& names,
                      const Take& take);

  // What was counted and is to become records of slices of `slice` (0: of no slices).
  void counted(std::span<const MicroFlow> micro_flows, Duration slice);
  // Records of all that began before this are in the spool.
  void handed_on(Time before);
  // The kernel was read at `now`, the interfaces just before.
  Result<void> note(Time now, const CountsByInterface& interfaces, const std::string& mark);
  void end_well();

  const ResumptionCounts& counts() const { return counts_; }

 private:
  struct Sum {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
  };
  struct Note {
    Time at{};
    std::string boot;
    std::string mark;
    Sum open;
    CountsByInterface interfaces;
  };

  Sum open() const;
  static std::string print(const Note& note);
  static std::optional<Note> parse(const std::string& text);
  void count_unwatched(const Note& note, Time now);
  std::string story(const Note& note) const;

  std::string path_;
  std::string boot_;          // of this run of the kernel
  std::map<Time, Sum> open_;  // by slice
  ResumptionCounts counts_;
};

}  // namespace anemone
