#include "plan/scored_state.h"

#include <algorithm>
#include <utility>

namespace anemone {

ScoredState::ScoredState(const FlowProblem& problem, FlowGoal goal, double reference, ArcFailures failures,
                         const std::vector<Cost>& costs)
    : goal_(problem, goal, reference), failures_(std::move(failures)), state_(problem, costs) {
  for (std::size_t i = 0; i < failures_.size(); ++i) failed_.emplace_back(problem, with_failure(costs, i));
}

std::vector<Cost> ScoredState::with_failure(std::vector<Cost> costs, std::size_t failure) const {
  for (const std::uint32_t arc : failures_[failure]) costs[arc] = EcmpState::kDown;
  return costs;
}

WeightScore ScoredState::set_costs(const std::vector<Cost>& costs) {
  state_.set_costs(costs);
  WeightScore score = goal_.score(state_.loads());
  for (std::size_t i = 0; i < failed_.size(); ++i) {
    failed_[i].set_costs(with_failure(costs, i));
    score = together(goal_.goal(), score, goal_.score(failed_[i].loads()));
  }
  score.late = state_.late();
  return score;
}

WeightScore ScoredState::try_cost(std::uint32_t arc, Cost cost) {
  WeightScore score = goal_.score(state_.try_cost(arc, cost));
  tried_in_.clear();
  for (std::size_t i = 0; i < failed_.size(); ++i) {
    const bool down = failed_[i].costs()[arc] == EcmpState::kDown;
    if (!down) tried_in_.push_back(i);
    score = together(goal_.goal(), score,
                     goal_.score(down ? failed_[i].loads() : failed_[i].try_cost(arc, cost)));
  }
  score.late = state_.late_if_tried();
  return score;
}

void ScoredState::keep() {
  state_.keep();
  for (const std::size_t i : tried_in_) failed_[i].keep();
}

void ScoredState::blame(std::span<double> blame) const {
  goal_.blame(state_.loads(), blame);
  std::vector<double> own(blame.size());
  for (const EcmpState& failed : failed_) {
    goal_.blame(failed.loads(), own);
    for (std::size_t i = 0; i < own.size(); ++i) blame[i] += own[i];
  }
}

std::vector<Cost> costs_of(const FlowProblem& problem) {
  std::vector<Cost> costs;
  for (const FlowArc& arc : problem.arcs) costs.push_back(arc.cost);
  return costs;
}

double own_utilisation(const FlowProblem& problem) {
  const EcmpState state(problem, costs_of(problem));
  double most = 0;
  for (std::size_t i = 0; i < state.loads().size(); ++i) {
    most = std::max(most, state.loads()[i] / problem.arcs[i % problem.arcs.size()].capacity);
  }
  return most;
}

}  // namespace anemone
