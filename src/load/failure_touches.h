// FailureTouches knows, for every destination's row, which failures have to do with each other there.
//
// A failure turns some places and arcs of a row: places whose distance or next hops are others in it, or who
// share otherwise what they send on; and the arcs that it takes down, used or not. It relies on more: on what
// it turns, on the arcs and places that turned places then send to, and on every place through which more
// flows in it, or less.
//
// Where neither of two failures turns what the other relies on, they add up, exactly. For then, with both,
// every place has the next hops that it has in the one that turns it, or as without them: these still are
// shortest ways, since what one failure makes farther or takes away is no next hop that stays or comes with
// the other (failures make nothing nearer). A turned place has the flow that it has in the failure that turns
// it, so that its shares are the same; any other place sends all it has by its one next hop, so that
// differences add up. (One with several next hops shares in whole numbers, which do not add up to the last
// bit: it counts as turned where its flow changes.)
//
// Immutable once built.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "load/failure_rows.h"

namespace anemone {

// A place of a row, or place_count() + an arc.
using Mark = std::uint32_t;

// Lists what a failure touches of a row. A workspace: one per thread.
class MarkList {
 public:
  // `graph` must outlive it.
  explicit MarkList(const RouteGraph& graph);

  // Of a row that the failure does not concern: its own arcs.
  void untouched(std::span<const RouteGraph::Change> changes);
  // Of a row that is `after`, in a graph with the arcs down. `log` has what changed from its entry
  // `log_first` on.
  struct LogFirst {
    std::size_t distances, hops, flows;
  };
  struct Before {
    std::span<const RouteGraph::Distance> distances;
    std::span<const Quanta> flows;
  };
  void touched(const Before& before, const Row& after, const RowLog& log, const LogFirst& log_first,
               std::span<const RouteGraph::Change> changes);

  std::span<const Mark> turned() const { return turned_.all; }
  std::span<const Mark> relied_on() const { return relied_on_.all; }

 private:
  // Marks, each once.
  struct Marks {
    std::vector<Mark> all;
    std::vector<char> has;
    void add(Mark mark) {
      if (has[mark] == 0) all.push_back(mark);
      has[mark] = 1;
    }
    void clear() {
      for (const Mark mark : all) has[mark] = 0;
      all.clear();
    }
  };

  void turn(Mark mark);
  void find_turned(std::span<const RouteGraph::Distance> before, std::span<const RouteGraph::Change> changes);

  const RouteGraph& graph_;
  Marks turned_;
  Marks relied_on_;
  std::vector<std::uint32_t> farther_;
  std::vector<char> is_farther_;
};

class FailureTouches {
 public:
  FailureTouches(const RouteRows& rows, std::span<const Failure> failures, unsigned threads);

  // The failures that turn `mark` in a target's row, or rely on it; ascending.
  std::span<const std::uint32_t> turning(std::size_t target, Mark mark) const {
    return rows_[target].turning.at(mark);
  }
  std::span<const std::uint32_t> relying_on(std::size_t target, Mark mark) const {
    return rows_[target].relying_on.at(mark);
  }

  // Failures by mark.
  struct ByMark {
    std::vector<std::uint32_t> first;  // by mark, and one past the end
    std::vector<std::uint32_t> failures;
    std::span<const std::uint32_t> at(Mark mark) const {
      return std::span(failures).subspan(first[mark], first[mark + 1] - first[mark]);
    }
  };
  struct ByMarks {
    ByMark turning;
    ByMark relying_on;
  };

 private:
  std::vector<ByMarks> rows_;
};

}  // namespace anemone
