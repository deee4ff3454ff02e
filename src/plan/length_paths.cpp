#include "plan/length_paths.h"

#include <algorithm>

namespace anemone {

LengthPaths::LengthPaths(const FlowProblem& problem)
    : problem_(problem), distance_(problem.nodes), next_(problem.nodes), settled_(problem.nodes) {}

void LengthPaths::to(std::uint32_t target, std::span<const double> lengths) {
  std::ranges::fill(distance_, std::numeric_limits<double>::infinity());
  std::ranges::fill(next_, kNoArc);
  std::ranges::fill(settled_, 0);
  order_.clear();
  distance_[target] = 0;
  heap_.assign(1, {0, target});
  const auto farther = [](const Waiting& a, const Waiting& b) { return a.distance > b.distance; };
  while (!heap_.empty()) {
    std::ranges::pop_heap(heap_, farther);
    const std::uint32_t node = heap_.back().node;
    heap_.pop_back();
    if (settled_[node] != 0) continue;
    settled_[node] = 1;
    order_.push_back(node);
    for (const std::uint32_t arc : problem_.arcs_to(node)) {
      const std::uint32_t from = problem_.arcs[arc].from;
      const double distance = distance_[node] + lengths[arc];
      if (settled_[from] != 0 || distance >= distance_[from]) continue;
      distance_[from] = distance;
      next_[from] = arc;
      heap_.push_back({distance, from});
      std::ranges::push_heap(heap_, farther);
    }
  }
}

}  // namespace anemone
