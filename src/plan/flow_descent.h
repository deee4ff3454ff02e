// FlowDescent brings a flow through a FlowProblem ever nearer to the optimum and says at any moment how near
// it is at most: for networks that are too large for flow_lp.h, and as its start.
//
// The goal is smoothed (the largest utilisation becomes the softmax of all, the kinks of the Fortz-Thorup
// cost become bends), its slope on each arc is that arc's length. A destination's flow is a mixture of
// shortest-path trees. A round finds each destination's shortest tree along the lengths, which proves a lower
// bound, and moves flow from its dearest tree to the cheapest, as far as it pays (pairwise conditional
// gradient; Lacoste-Julien and Jaggi 2015). The smoothing shrinks with the gap. Garg and Koenemann's and
// Fleischer's schemes rest on the same exponential lengths and the same bound; they fix step and smoothing in
// advance for the worst case, and need a hundred times the rounds for a gap of one in a hundred.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "plan/flow_goal.h"

namespace anemone {

class FlowDescent {
 public:
  // `problem` must outlive it.
  FlowDescent(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal);
  ~FlowDescent();

  // One round: as many shortest-path trees as there are destinations.
  void round();

  double lower() const;
  double upper() const;
  // (upper - lower) / upper; 0 when there is nothing to send.
  double gap() const;

  // The slopes of the smoothed goal at the present flow: positive, and what shortest paths should follow.
  std::span<const double> lengths() const;

  // The best flow and the best lengths so far.
  FlowSolution solution() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace anemone
