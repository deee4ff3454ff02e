#include "load/pair_sweep.h"

#include <algorithm>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "load/failure_touches.h"
#include "load/in_threads.h"

namespace anemone {
namespace {

// So many second failures are summed up together.
constexpr std::size_t kBatch = 128;

// What all need to know of single failures.
struct Alone {
  Alone(const RouteRows& rows, std::span<const Failure> failures, unsigned threads)
      : touches(rows, failures, threads), arcs(rows.graph.arc_count()) {
    on_arc.resize(failures.size() * arcs);
    unrouted.resize(failures.size());
    constexpr std::size_t kPiece = 32;
    in_threads(threads, (failures.size() + kPiece - 1) / kPiece, [&] {
      return [&, sweep = std::make_unique<FailureRows>(rows)](std::size_t piece) {
        const std::size_t first = piece * kPiece;
        const std::size_t count = std::min(kPiece, failures.size() - first);
        sweep->sweep(failures.subspan(first, count));
        for (std::size_t i = 0; i < count; ++i) {
          std::ranges::copy(sweep->on_arc(i),
                            on_arc.begin() + static_cast<std::ptrdiff_t>((first + i) * arcs));
          unrouted[first + i] = sweep->unrouted(i);
        }
      };
    });
  }

  FailureTouches touches;
  std::size_t arcs;
  std::vector<Quanta> on_arc;  // by failure and arc: what it adds
  std::vector<Quanta> unrouted;
};

// Rows on which a failure's difference can be tried.
class TriedRows {
 public:
  explicit TriedRows(const RouteRows& of) : rows(of), repair_(rows.graph) {}
  TriedRows(const TriedRows&) = delete;

  void add_difference(std::size_t target, std::span<const RouteGraph::Change> changes, Quanta* on_arc,
                      Quanta& unrouted) {
    Row row = rows.row(target);
    row.written = nullptr;
    if (!RowRepair::concerns(changes, row.distance)) return;
    take_down(rows.graph, changes);
    Sums sums{on_arc, unrouted};
    repair_.repair(row, rows.targets[target], changes, log_, sums);
    unrouted = sums.unrouted;
    log_.undo(row, 0, 0, 0);
    take_up(rows.graph, changes);
  }

  RouteRows rows;

 private:
  RowRepair repair_;
  RowLog log_;
};

// Pairs with one first failure after the other, in one thread.
class PairRows {
 public:
  PairRows(const RouteRows& rows, std::span<const Failure> failures, const Alone& alone)
      : failures_(failures),
        alone_(alone),
        none_(rows),
        one_(rows),
        repair_(one_.rows.graph),
        marks_(one_.rows.graph),
        changes_(failures.size()),
        changes_after_(failures.size()),
        gathered_(failures.size(), FailurePair::kNone),
        batches_((failures.size() + kBatch - 1) / kBatch),
        more_(kBatch * alone.arcs),
        less_(kBatch * alone.arcs),
        more_unrouted_(kBatch),
        less_unrouted_(kBatch) {
    for (std::size_t i = 0; i < failures.size(); ++i) {
      list_changes(none_.rows.graph, failures[i], changes_[i]);
    }
  }
  PairRows(const PairRows&) = delete;

  // Calls visit(second, on_arc, unrouted) for each failure after `first`; on_arc(arc) is what an arc carries.
  template <class Visit>
  void sweep(std::uint32_t first, Visit visit) {
    fail(first);
    for (std::size_t batch = (first + 1) / kBatch; batch < batches_.size(); ++batch) {
      sum_up(batch);
      const std::size_t end = std::min((batch + 1) * kBatch, failures_.size());
      for (std::size_t second = std::max<std::size_t>(first + 1, batch * kBatch); second < end; ++second) {
        const std::size_t at = second % kBatch;
        const Quanta* alone = alone_.on_arc.data() + second * alone_.arcs;
        const Quanta* more = more_.data() + at * alone_.arcs;
        const Quanta* less = less_.data() + at * alone_.arcs;
        const Quanta* one = one_.rows.on_arc.data();
        visit(
            second, [=](std::size_t arc) { return one[arc] + alone[arc] + (more[arc] - less[arc]); },
            one_.rows.unrouted + alone_.unrouted[second] + more_unrouted_[at] - less_unrouted_[at]);
      }
    }
    restore();
  }

 private:
  struct Step {
    std::size_t target;
    MarkList::LogFirst log_first;
  };
  // A second failure that has something to do with the first in a target's row.
  struct Meeting {
    std::uint32_t target;
    std::uint32_t second;
  };

  // The first failure happens.
  void fail(std::uint32_t first) {
    RouteRows& rows = one_.rows;
    const auto& changes = changes_[first];
    take_down(rows.graph, changes);
    Sums sums{rows.on_arc.data(), rows.unrouted};
    for (std::size_t target = 0; target < rows.size(); ++target) {
      const Row row = rows.row(target);
      if (RowRepair::concerns(changes, row.distance)) {
        const Step step{target, {log_.distances.size(), log_.hops.size(), log_.flows.size()}};
        repair_.repair(row, rows.targets[target], changes, log_, sums);
        marks_.touched({none_.rows.distances(target), none_.rows.flows(target)}, row, log_, step.log_first,
                       changes);
        steps_.push_back(step);
      } else {
        marks_.untouched(changes);
      }
      gather(first, target);
    }
    rows.unrouted = sums.unrouted;
    for (const RouteGraph::Change& change : changes) rows.graph.settle(change.arc);
    for (std::size_t i = first + 1; i < failures_.size(); ++i) {
      list_changes(rows.graph, failures_[i], changes_after_[i]);
    }
  }

  void restore() {
    RouteRows& rows = one_.rows;
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
      const MarkList::LogFirst& first = step->log_first;
      log_.undo(rows.row(step->target), first.distances, first.hops, first.flows);
    }
    steps_.clear();
    rows.on_arc = none_.rows.on_arc;
    rows.unrouted = none_.rows.unrouted;
    for (std::size_t arc = 0; arc < alone_.arcs; ++arc) {
      const auto at = static_cast<std::uint32_t>(arc);
      rows.graph.set(at, none_.rows.graph.before(at));
      rows.graph.settle(at);
    }
    std::ranges::fill(gathered_, FailurePair::kNone);
  }

  // Notes who has to do with what the first failure touches of a row.
  void gather(std::uint32_t first, std::size_t target) {
    for (const Mark mark : marks_.turned()) gather(first, target, alone_.touches.relying_on(target, mark));
    for (const Mark mark : marks_.relied_on()) gather(first, target, alone_.touches.turning(target, mark));
  }

  void gather(std::uint32_t first, std::size_t target, std::span<const std::uint32_t> failures) {
    const auto now = static_cast<std::uint32_t>(target);
    for (auto at = std::ranges::upper_bound(failures, first); at != failures.end(); ++at) {
      if (std::exchange(gathered_[*at], now) != now) batches_[*at / kBatch].push_back({now, *at});
    }
  }

  // What the second failures do after the first, less what they do without it, where they meet.
  void sum_up(std::size_t batch) {
    std::ranges::fill(more_, 0);
    std::ranges::fill(less_, 0);
    std::ranges::fill(more_unrouted_, 0);
    std::ranges::fill(less_unrouted_, 0);
    for (const auto& [target, second] : batches_[batch]) {
      const std::size_t at = second % kBatch;
      one_.add_difference(target, changes_after_[second], more_.data() + at * alone_.arcs,
                          more_unrouted_[at]);
      none_.add_difference(target, changes_[second], less_.data() + at * alone_.arcs, less_unrouted_[at]);
    }
    batches_[batch].clear();
  }

  std::span<const Failure> failures_;
  const Alone& alone_;
  TriedRows none_;  // nothing has failed
  TriedRows one_;   // the first has
  RowRepair repair_;
  MarkList marks_;
  RowLog log_;
  std::vector<Step> steps_;
  std::vector<std::vector<RouteGraph::Change>> changes_;
  std::vector<std::vector<RouteGraph::Change>> changes_after_;  // the first
  std::vector<std::uint32_t> gathered_;                         // by failure: the last target it was for
  std::vector<std::vector<Meeting>> batches_;
  std::vector<Quanta> more_, less_;  // by second failure of the batch, then by arc
  std::vector<Quanta> more_unrouted_, less_unrouted_;
};

// The same as loads of links, together with what is not in rows.
class PairSweeper {
 public:
  PairSweeper(const RoutedLoads& base, std::span<const Failure> failures, const Alone* alone)
      : base_(base), failures_(failures), loads_(base.topology().link_count()) {
    if (alone != nullptr) fast_.emplace(*base.rows(), failures, *alone);
  }

  template <class Visit>
  void sweep(std::uint32_t first, Visit& visit) {
    if (!fast_) {
      for (std::uint32_t second = first + 1; second < failures_.size(); ++second) {
        std::ranges::fill(loads_, 0);
        tell(first, second, 0, visit);
      }
      return;
    }
    const RouteGraph& graph = base_.rows()->graph;
    fast_->sweep(first, [&](std::size_t second, auto on_arc, Quanta unrouted) {
      if (!base_.slow_demands().demands.empty()) std::ranges::fill(loads_, 0);
      for (std::uint32_t arc = 0; arc < graph.arc_count(); ++arc) {
        loads_[graph.link(arc).value()] = static_cast<double>(on_arc(arc)) * base_.quantum();
      }
      tell(first, static_cast<std::uint32_t>(second), static_cast<double>(unrouted) * base_.quantum(), visit);
    });
  }

 private:
  template <class Visit>
  void tell(std::uint32_t first, std::uint32_t second, double unrouted, Visit& visit) {
    if (!base_.slow_demands().demands.empty()) {
      down_ = failures_[first].links;
      down_.insert(down_.end(), failures_[second].links.begin(), failures_[second].links.end());
      unrouted += add_slow_loads(base_, down_, loads_);
    }
    visit(PairLoads{{first, second}, loads_, unrouted});
  }

  const RoutedLoads& base_;
  std::span<const Failure> failures_;
  std::vector<double> loads_;
  std::vector<LinkId> down_;
  std::optional<PairRows> fast_;
};

// Each thread visits with what it makes.
template <class MakeVisit>
void sweep_with(const RoutedLoads& base, std::span<const Failure> failures, unsigned threads,
                MakeVisit make_visit) {
  std::optional<Alone> alone;
  if (base.rows() != nullptr) alone.emplace(*base.rows(), failures, threads);
  const Alone* known = alone ? &*alone : nullptr;
  in_threads(threads, failures.size(), [&] {
    return [sweeper = std::make_unique<PairSweeper>(base, failures, known), visit = make_visit()](
               std::size_t first) mutable { sweeper->sweep(static_cast<std::uint32_t>(first), visit); };
  });
}

// Whether `a` is to be named rather than `b` where both lead to the same.
bool is_simpler(const FailurePair& a, const FailurePair& b) {
  const auto rank = [](const FailurePair& pair) {
    const int count =
        (pair.first != FailurePair::kNone ? 1 : 0) + (pair.second != FailurePair::kNone ? 1 : 0);
    return std::tuple(count, pair.first, pair.second);
  };
  return rank(a) < rank(b);
}

void take_if_worse(double& worst, FailurePair& by, double load, const FailurePair& failures) {
  if (load < worst || (load == worst && !is_simpler(failures, by))) return;
  worst = load;
  by = failures;
}

void take_worse(WorstOfPairs& worst, const PairLoads& left) {
  for (LinkId id : worst.loads.ids()) {
    take_if_worse(worst.loads[id], worst.failures[id], left.loads[id.value()], left.failures);
  }
  take_if_worse(worst.unrouted, worst.unrouted_failures, left.unrouted, left.failures);
}

// The same where pairs come in ascending order, as in each thread, so that what is as bad is never simpler.
void take_next_worse(WorstOfPairs& worst, const PairLoads& left) {
  for (LinkId id : worst.loads.ids()) {
    if (left.loads[id.value()] <= worst.loads[id]) continue;
    worst.loads[id] = left.loads[id.value()];
    worst.failures[id] = left.failures;
  }
  if (left.unrouted <= worst.unrouted) return;
  worst.unrouted = left.unrouted;
  worst.unrouted_failures = left.failures;
}

void take_worse(WorstOfPairs& worst, const WorstOfPairs& other) {
  for (LinkId id : worst.loads.ids()) {
    take_if_worse(worst.loads[id], worst.failures[id], other.loads[id], other.failures[id]);
  }
  take_if_worse(worst.unrouted, worst.unrouted_failures, other.unrouted, other.unrouted_failures);
}

}  // namespace

void sweep_pairs(const RoutedLoads& base, std::span<const Failure> failures, unsigned threads,
                 const std::function<void(const PairLoads&)>& visit) {
  sweep_with(base, failures, threads, [&] { return [&](const PairLoads& left) { visit(left); }; });
}

WorstOfPairs worst_of_pairs(const RoutedLoads& base, std::span<const Failure> failures, unsigned threads) {
  const std::vector<double> now(base.loads().begin(), base.loads().end());
  WorstOfPairs worst{PerLink<double>(now), PerLink<FailurePair>(now.size()), base.unrouted(), {}};
  std::mutex merging;
  sweep_failures(base, failures, threads, [&](const FailureLoads& left) {
    const std::lock_guard lock(merging);
    const FailurePair failure{static_cast<std::uint32_t>(left.failure), FailurePair::kNone};
    take_worse(worst, PairLoads{failure, left.loads, left.unrouted});
  });
  std::list<WorstOfPairs> by_thread;
  sweep_with(base, failures, threads, [&] {
    const std::lock_guard lock(merging);
    WorstOfPairs& own = by_thread.emplace_back(worst);
    return [&own](const PairLoads& left) { take_next_worse(own, left); };
  });
  for (const WorstOfPairs& own : by_thread) take_worse(worst, own);
  return worst;
}

}  // namespace anemone
