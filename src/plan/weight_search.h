// WeightSearch looks for costs of one block's arcs under which shortest paths with even splitting come near
// to the bound: a local search, as of Fortz and Thorup (INFOCOM 2000), with other moves.
//
// A move changes one cost by exactly so much that something changes: an arc that is to blame is made as dear
// as the next best way of some destination (so that both share) or dearer by one (so that it is left); or
// another arc upstream of it is made so cheap. Moves that make it worse are taken with a chance that falls in
// the course of a cycle and rises with the next; cycles begin at the best so far, grow, and now and then
// shake some costs.
//
// Deterministic: the same seed and number of steps give the same costs, on any machine. Anytime: best() is
// there from the first step on.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/random.h"
#include "plan/scored_state.h"

namespace anemone {

struct WeightSearchOptions {
  FlowGoal goal = FlowGoal::kMaxUtilisation;
  double lower = 0;  // no value is below: the search ends there
  Cost cost_max = 65'535;
  std::uint64_t seed = 1;
  ArcFailures failures;  // beside no failure
};

class WeightSearch {
 public:
  // `problem` must outlive it. Begins at the costs of the problem's arcs.
  WeightSearch(const FlowProblem& problem, WeightSearchOptions options);

  // Tries these costs, and holds on to them if they are the best.
  void offer(std::vector<Cost> costs);

  // Begins a cycle at the best so far.
  void restart() { take_costs(best_costs_); }

  // One move tried. False when nothing better can be hoped for.
  bool step();

  bool done() const;
  const WeightScore& best() const { return best_; }
  const std::vector<Cost>& best_costs() const { return best_costs_; }
  std::uint64_t steps() const { return steps_; }

 private:
  struct Move {
    std::uint32_t arc;
    Cost cost;
  };

  void begin_cycle();
  void shake(std::vector<Cost>& costs);
  bool is_astray() const;
  void mix(std::vector<Cost>& costs);
  double temperature() const;
  bool find_move(Move& move);
  bool find_late(std::uint32_t& arc, std::size_t& target);
  bool leave_arc(std::uint32_t arc, std::size_t target, Move& move);
  bool attract_elsewhere(std::uint32_t arc, std::size_t target, Move& move);
  bool lower_arc(std::uint32_t arc, std::size_t target, Move& move);
  bool anything(std::uint32_t arc, Move& move);
  std::uint32_t blamed_arc();
  bool target_on(std::uint32_t arc, std::size_t& target);
  std::uint32_t walk_upstream(std::uint32_t node, std::size_t target);
  void take_costs(const std::vector<Cost>& costs);
  void became_present(const WeightScore& score);

  const FlowProblem& problem_;
  WeightSearchOptions options_;
  Random random_;
  ScoredState scored_;
  const EcmpState& state_;  // without a failure
  WeightScore present_;
  WeightScore best_;
  std::vector<Cost> best_costs_;
  std::vector<double> blame_;  // per arc, summed up
  std::vector<std::size_t> on_arc_;
  std::uint64_t steps_ = 0;
  std::uint64_t cycle_ = 0;
  std::uint64_t cycle_begin_ = 0;
  std::uint64_t cycle_length_ = 300;
  std::uint64_t fruitless_ = 0;  // cycles begun since the best was found
  double hot_ = 0;  // relative worsening that is taken with a chance of 1/e when the cycle begins
};

}  // namespace anemone
