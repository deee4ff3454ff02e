// How good a set of costs is: what a search for weights makes small, for one matrix or many, with or without
// failures.
//
// `value` is what the operator asked for and the best is chosen by. `potential` is what the search walks by:
// the largest utilisation alone says nothing of moves that do not touch the busiest link, so it is softened
// to a sum of high powers of all. Of equal values the lower potential is better. Before both comes what is
// late: a target of latency is met first, and what is asked for made small then.
#pragma once

#include <cstdint>
#include <span>

#include "plan/flow_goal.h"

namespace anemone {

struct WeightScore {
  double value = 0;
  double potential = 0;
  double late = 0;  // EcmpState::late()

  bool better_than(const WeightScore& other) const {
    if (late != other.late) return late < other.late;
    return value != other.value ? value < other.value : potential < other.potential;
  }
};

// Adds up what each state (no failure, each failure) loads its arcs with.
class WeightGoal {
 public:
  // `problem` must outlive it. `reference`: a utilisation to which others are held, so that powers stay in
  // range.
  WeightGoal(const FlowProblem& problem, FlowGoal goal, double reference);

  FlowGoal goal() const { return goal_; }
  WeightScore score(std::span<const double> loads) const;
  // How much an arc is to blame for the potential, of all matrices together.
  void blame(std::span<const double> loads, std::span<double> blame) const;
  // By how much, relatively, `after` is worse than `before`: below zero when it is better.
  double worse_by(const WeightScore& before, const WeightScore& after) const;

 private:
  FlowGoal goal_;
  std::vector<double> capacity_;  // per arc
  std::vector<double> per_unit_;  // 1 / (capacity x reference), 0 where the capacity is not known
  double reference_;
  double late_unit_;  // of a hundredth of all traffic, as late as it may take
};

// Of several failures: values by the worst, or by the sum; potentials by the sum.
WeightScore together(FlowGoal goal, const WeightScore& a, const WeightScore& b);

}  // namespace anemone
