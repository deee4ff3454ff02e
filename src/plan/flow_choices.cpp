#include "plan/flow_choices.h"

#include <algorithm>

namespace anemone {
namespace {

constexpr std::uint32_t kNothing = 0xffff'ffff;  // as the only arc
constexpr std::uint32_t kSeveral = 0xffff'fffe;

}  // namespace

FlowChoices::FlowChoices(const FlowProblem& problem, std::uint32_t matrix)
    : problem_(problem), matrix_(matrix), fork_at_(problem.nodes), carries_(problem.nodes) {
  open_.assign(problem.targets.size(), std::vector<std::uint8_t>(problem.arcs.size()));
}

void FlowChoices::find_ways() {
  forks_.clear();
  ways_.clear();
  arcs_.clear();
  loads_.assign(problem_.arcs.size(), 0);
  for (std::uint32_t target = 0; target < problem_.targets.size(); ++target) find_ways_to(target);
}

void FlowChoices::find_ways_to(std::uint32_t target) {
  find_carrying(target);
  std::ranges::fill(fork_at_, kTarget);
  const auto first_fork = static_cast<std::uint32_t>(forks_.size());
  for (const std::uint32_t node : carrying_) {
    if (only_arc(target, node) != kSeveral) continue;
    fork_at_[node] = static_cast<std::uint32_t>(forks_.size());
    forks_.push_back({target, node, 0});
  }
  const auto supply = problem_.supply(problem_.targets[target], matrix_);
  for (const std::uint32_t from : carrying_) {
    if (supply[from] <= 0) continue;
    const std::uint32_t fork = fork_at_[send_to_fork(target, from, loads_)];
    if (fork != kTarget) forks_[fork].supply += supply[from];
  }
  for (std::uint32_t fork = first_fork; fork < forks_.size(); ++fork) {
    const std::uint32_t node = forks_[fork].node;
    for (std::uint32_t out = problem_.first_out[node]; out < problem_.first_out[node + 1]; ++out) {
      if (open_[target][out] == 0) continue;
      ways_.push_back({target, fork, kTarget, static_cast<std::uint32_t>(arcs_.size()), 0});
      follow(target, out);
    }
  }
}

void FlowChoices::add_loads(std::size_t target, std::span<double> loads) const {
  const FlowTarget& to = problem_.targets[target];
  for (std::uint32_t from = 0; from < problem_.nodes; ++from) {
    if (from != to.node && problem_.supply(to, matrix_)[from] > 0) send_to_fork(target, from, loads);
  }
}

// Whatever sends, and what can be reached from there over open arcs.
void FlowChoices::find_carrying(std::uint32_t target) {
  const std::uint32_t own = problem_.targets[target].node;
  const auto supply = problem_.supply(problem_.targets[target], matrix_);
  carrying_.clear();
  for (std::uint32_t node = 0; node < problem_.nodes; ++node) {
    carries_[node] = supply[node] > 0 && node != own ? 1 : 0;
    if (carries_[node] != 0) carrying_.push_back(node);
  }
  for (std::size_t i = 0; i < carrying_.size(); ++i) {
    const std::uint32_t node = carrying_[i];
    for (std::uint32_t out = problem_.first_out[node]; out < problem_.first_out[node + 1]; ++out) {
      const std::uint32_t to = problem_.arcs[out].to;
      if (open_[target][out] == 0 || carries_[to] != 0 || to == own) continue;
      carries_[to] = 1;
      carrying_.push_back(to);
    }
  }
}

std::uint32_t FlowChoices::only_arc(std::size_t target, std::uint32_t node) const {
  std::uint32_t found = kNothing;
  for (std::uint32_t out = problem_.first_out[node]; out < problem_.first_out[node + 1]; ++out) {
    if (open_[target][out] != 0) found = found == kNothing ? out : kSeveral;
  }
  return found;
}

// Where it gets to: a fork, or the target.
std::uint32_t FlowChoices::send_to_fork(std::size_t target, std::uint32_t node,
                                        std::span<double> loads) const {
  const FlowTarget& to = problem_.targets[target];
  const double bps = problem_.supply(to, matrix_)[node];
  while (node != to.node) {
    const std::uint32_t arc = only_arc(target, node);
    if (arc == kSeveral) break;
    loads[arc] += bps;
    node = problem_.arcs[arc].to;
  }
  return node;
}

// Finishes the last way, which begins with this arc.
void FlowChoices::follow(std::uint32_t target, std::uint32_t arc) {
  const std::uint32_t own = problem_.targets[target].node;
  arcs_.push_back(arc);
  std::uint32_t node = problem_.arcs[arc].to;
  while (node != own && fork_at_[node] == kTarget) {
    arcs_.push_back(only_arc(target, node));
    node = problem_.arcs[arcs_.back()].to;
  }
  Way& way = ways_.back();
  way.end = fork_at_[node];
  way.arc_count = static_cast<std::uint32_t>(arcs_.size()) - way.first_arc;
}

}  // namespace anemone
