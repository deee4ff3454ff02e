// What a flow through a FlowProblem is to make small, and how both sides of an optimum are shown.
//
// A FlowSolution carries its own proof. `loads` are those of a flow that sends everything, so that no optimum
// lies above `upper`. `lengths` are prices per bit on each arc: what everything must pay at least, on its
// shortest path, for a price that the arcs hand back at most, so that no optimum lies below `lower` (duality
// of linear programmes; for the maximum utilisation it is the fractional cut of Shahrokhi and Matula 1990).
// lower_bound() checks that without trusting whoever found them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plan/flow_problem.h"

namespace anemone {

enum class FlowGoal : std::uint8_t {
  kMaxUtilisation,  // the largest load over capacity; arcs of unknown capacity do not count
  kFortzThorup,     // the sum of fortz_thorup.h over all arcs, bits per second times slope
};

struct FlowSolution {
  double lower = 0;
  double upper = 0;
  std::vector<double> lengths;             // per arc
  std::vector<double> loads;               // per arc, bits per second
  std::vector<std::vector<double>> flows;  // per target and arc: what the loads consist of
};

double goal_value(const FlowProblem& problem, FlowGoal goal, std::span<const double> loads);

// The best lower bound that these lengths prove. Lengths that no proof may have (below zero, on arcs of
// unknown capacity) are taken as the nearest that one may. 0 when they prove nothing.
double lower_bound(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal,
                   std::span<const double> lengths);

// The lengths as lower_bound() takes them.
std::vector<double> usable_lengths(const FlowProblem& problem, FlowGoal goal,
                                   std::span<const double> lengths);

// What the lengths hand back: their sum over the capacities, or of the conjugates of the costs. Lengths must
// be usable ones.
double price_of_capacity(const FlowProblem& problem, FlowGoal goal, std::span<const double> lengths);

// From what everything pays on shortest paths and what the arcs hand back.
double bound_of(FlowGoal goal, double paid, double price_of_capacity);

}  // namespace anemone
