#include "load/failure_touches.h"

#include <memory>
#include <numeric>

#include "load/in_threads.h"

namespace anemone {

MarkList::MarkList(const RouteGraph& graph) : graph_(graph), is_farther_(graph.place_count()) {
  turned_.has.resize(graph.place_count() + graph.arc_count());
  relied_on_.has.resize(graph.place_count() + graph.arc_count());
}

void MarkList::turn(Mark mark) {
  turned_.add(mark);
  relied_on_.add(mark);
}

void MarkList::untouched(std::span<const RouteGraph::Change> changes) {
  turned_.clear();
  relied_on_.clear();
  const auto places = static_cast<Mark>(graph_.place_count());
  for (const RouteGraph::Change& change : changes) turn(places + change.arc);
}

void MarkList::touched(const Before& before, const Row& after, const RowLog& log, const LogFirst& log_first,
                       std::span<const RouteGraph::Change> changes) {
  turned_.clear();
  relied_on_.clear();
  for (std::size_t i = log_first.distances; i < log.distances.size(); ++i) {
    farther_.push_back(log.distances[i].place);
    is_farther_[farther_.back()] = 1;
  }
  find_turned(before.distances, changes);
  const auto places = static_cast<Mark>(graph_.place_count());
  for (const Mark place : turned_.all) {
    for (std::uint32_t arc = graph_.first_out(place); arc < graph_.first_out(place + 1); ++arc) {
      if (!after.takes(graph_, place, arc)) continue;
      relied_on_.add(places + arc);
      relied_on_.add(graph_.out_arc(arc).place);
    }
  }
  for (const RouteGraph::Change& change : changes) turn(places + change.arc);
  for (std::size_t i = log_first.flows; i < log.flows.size(); ++i) {
    const std::uint32_t place = log.flows[i].place;
    if (after.flow[place] == before.flows[place]) continue;
    relied_on_.add(place);
    if (after.hop[place] == Row::kSeveral) turn(place);
  }
  for (const std::uint32_t place : farther_) is_farther_[place] = 0;
  farther_.clear();
}

// Those that are farther; whoever had them, or an arc that is down, for a next hop; and who shares by the
// ways on that a turned network has.
void MarkList::find_turned(std::span<const RouteGraph::Distance> before,
                           std::span<const RouteGraph::Change> changes) {
  for (const std::uint32_t place : farther_) turn(place);
  for (const RouteGraph::Change& change : changes) {
    if (before[change.to] + change.before == before[change.from]) turn(change.from);
  }
  for (std::size_t i = 0; i < turned_.all.size(); ++i) {
    const std::uint32_t place = turned_.all[i];
    if (is_farther_[place] == 0 && !graph_.is_network(place)) continue;
    for (const RouteGraph::Arc& arc : graph_.in(place)) {
      if (before[place] + arc.cost == before[arc.place]) turn(arc.place);
    }
  }
}

namespace {

// Lists what all failures touch of a row. A workspace: one per thread.
class RowMarks {
 public:
  RowMarks(const RouteRows& rows, std::span<const Failure> failures)
      : rows_(rows),
        graph_(rows.graph),
        repair_(graph_),
        marks_(graph_),
        changes_(failures.size()),
        on_arc_(graph_.arc_count()) {
    for (std::size_t i = 0; i < failures.size(); ++i) list_changes(graph_, failures[i], changes_[i]);
  }
  RowMarks(const RowMarks&) = delete;

  FailureTouches::ByMarks list(std::size_t target) {
    copy(target);
    turning_.clear();
    relying_.clear();
    for (std::uint32_t failure = 0; failure < changes_.size(); ++failure) {
      look_at(target, changes_[failure]);
      for (const Mark mark : marks_.turned()) turning_.push_back({mark, failure});
      for (const Mark mark : marks_.relied_on()) relying_.push_back({mark, failure});
    }
    return {by_mark(turning_), by_mark(relying_)};
  }

 private:
  struct Found {
    Mark mark;
    std::uint32_t failure;
  };

  FailureTouches::ByMark by_mark(std::span<const Found> found) {
    FailureTouches::ByMark sorted;
    sorted.first.assign(graph_.place_count() + graph_.arc_count() + 1, 0);
    for (const Found& one : found) ++sorted.first[one.mark + 1];
    std::partial_sum(sorted.first.begin(), sorted.first.end(), sorted.first.begin());
    next_.assign(sorted.first.begin(), sorted.first.end());
    sorted.failures.resize(found.size());
    for (const Found& one : found) sorted.failures[next_[one.mark]++] = one.failure;
    return sorted;
  }

  void copy(std::size_t target) {
    const auto put = [](auto& to, auto from) { to.assign(from.begin(), from.end()); };
    put(distance_, rows_.distances(target));
    put(hop_, rows_.hops(target));
    put(flow_, rows_.flows(target));
  }

  void look_at(std::size_t target, std::span<const RouteGraph::Change> changes) {
    const Row row{distance_.data(), hop_.data(), flow_.data(), flow_.data()};
    if (!RowRepair::concerns(changes, row.distance)) return marks_.untouched(changes);
    Sums sums{on_arc_.data()};
    take_down(graph_, changes);
    repair_.repair(row, rows_.targets[target], changes, log_, sums);
    marks_.touched({rows_.distances(target), rows_.flows(target)}, row, log_, {}, changes);
    take_up(graph_, changes);
    log_.undo(row, 0, 0, 0);
  }

  const RouteRows& rows_;
  RouteGraph graph_;
  RowRepair repair_;
  MarkList marks_;
  std::vector<std::vector<RouteGraph::Change>> changes_;
  std::vector<RouteGraph::Distance> distance_;
  std::vector<std::uint8_t> hop_;
  std::vector<Quanta> flow_;
  std::vector<Quanta> on_arc_;  // not looked at
  RowLog log_;
  std::vector<Found> turning_;
  std::vector<Found> relying_;
  std::vector<std::uint32_t> next_;
};

}  // namespace

FailureTouches::FailureTouches(const RouteRows& rows, std::span<const Failure> failures, unsigned threads)
    : rows_(rows.size()) {
  in_threads(threads, rows.size(), [&] {
    return [&, marks = std::make_unique<RowMarks>(rows, failures)](std::size_t target) {
      rows_[target] = marks->list(target);
    };
  });
}

}  // namespace anemone
