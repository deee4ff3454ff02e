// FewChanges looks for a handful of cost changes that together bring most: what an operator would do on a
// working network, where each change is a risk of its own.
//
// Greedily, one change after the other, each the best of all single changes that change any route; then, as
// long as it is asked to go on, takes changes of the best back, more of them the longer nothing was gained
// and now and then with one of chance in their place, and climbs again. A cost is tried at exactly those
// values where some destination's traffic begins to share or leaves.
//
// Deterministic; anytime: best() is there from the first step on. One step tries one arc.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "plan/scored_state.h"

namespace anemone {

struct ArcChange {
  std::uint32_t arc;
  Cost cost;
};

struct FewChangesOptions {
  FlowGoal goal = FlowGoal::kMaxUtilisation;
  std::size_t changes_max = 1;
  Cost cost_max = 65'535;
  std::uint64_t seed = 1;
  ArcFailures failures;  // beside no failure
};

class FewChanges {
 public:
  // `problem` must outlive it. Begins with no change to its costs.
  FewChanges(const FlowProblem& problem, FewChangesOptions options);

  // Tries what one arc could do. False when nothing may be changed.
  bool step();

  const WeightScore& best() const { return best_; }
  const std::vector<ArcChange>& best_changes() const { return best_changes_; }
  std::uint64_t steps() const { return steps_; }

  // The value with these changes and no others.
  double value_of(const std::vector<ArcChange>& changes) const;

 private:
  void begin_round();
  void end_round();
  void begin_climb();
  void add_any();
  void try_arc(std::uint32_t arc);
  std::vector<Cost> costs_to_try(std::uint32_t arc);
  Cost next_best(std::uint32_t arc, std::size_t target) const;
  std::vector<Cost> costs_with(const std::vector<ArcChange>& changes) const;
  bool changed(std::uint32_t arc) const;

  const FlowProblem& problem_;
  FewChangesOptions options_;
  Random random_;
  std::vector<Cost> costs_;  // unchanged
  ScoredState scored_;
  const EcmpState& state_;          // without a failure
  std::vector<ArcChange> changes_;  // in force
  WeightScore present_;
  WeightScore best_;
  std::vector<ArcChange> best_changes_;
  std::vector<std::uint32_t> arcs_;  // to be tried in this round, the last first
  ArcChange found_{};
  WeightScore found_score_;
  bool has_found_ = false;
  std::size_t fruitless_ = 0;  // climbs in a row
  std::uint64_t steps_ = 0;
};

}  // namespace anemone
