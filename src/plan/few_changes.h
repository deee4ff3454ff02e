// FewChanges looks for a handful of cost changes that together bring most: what an operator would do on a
// working network, where each change is a risk of its own.
//
// Greedily, one change after the other, each the best of all single changes that change any route; then, as
// long as it is asked to go on, takes one change back and looks for the best in its place. A cost is tried at
// exactly those values where some destination's traffic begins to share or leaves.
//
// Deterministic; anytime: best() is there from the first step on. One step tries one arc.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "plan/ecmp_state.h"
#include "plan/weight_goal.h"

namespace anemone {

struct ArcChange {
  std::uint32_t arc;
  Cost cost;
};

class FewChanges {
 public:
  // `problem` must outlive it. Begins with no change to its costs.
  FewChanges(const FlowProblem& problem, FlowGoal goal, std::size_t changes_max, Cost cost_max,
             std::uint64_t seed);

  // Tries what one arc could do. False when nothing more is to be found.
  bool step();

  const WeightScore& best() const { return best_; }
  const std::vector<ArcChange>& best_changes() const { return best_changes_; }
  std::uint64_t steps() const { return steps_; }

  // The value with these changes and no others.
  double value_of(const std::vector<ArcChange>& changes) const;

 private:
  void begin_round();
  bool end_round();
  void give_up_one();
  void try_arc(std::uint32_t arc);
  std::vector<Cost> costs_to_try(std::uint32_t arc);
  Cost next_best(std::uint32_t arc, std::size_t target) const;
  std::vector<Cost> costs_with(const std::vector<ArcChange>& changes) const;
  bool changed(std::uint32_t arc) const;

  const FlowProblem& problem_;
  WeightGoal goal_;
  std::size_t changes_max_;
  Cost cost_max_;
  Random random_;
  std::vector<Cost> costs_;  // unchanged
  EcmpState state_;
  std::vector<ArcChange> changes_;  // in force
  WeightScore present_;
  WeightScore best_;
  std::vector<ArcChange> best_changes_;
  std::vector<std::uint32_t> arcs_;  // to be tried in this round, the last first
  ArcChange found_{};
  WeightScore found_score_;
  bool has_found_ = false;
  std::size_t fruitless_ = 0;  // exchanges in a row
  std::uint64_t steps_ = 0;
};

}  // namespace anemone
