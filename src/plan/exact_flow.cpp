#include "plan/exact_flow.h"

#include <algorithm>
#include <span>

namespace anemone {
namespace {

// Walks along what flows, depth first: each cycle that closes is taken out, and nodes that are left behind
// are in the order in which everything can be sent backward.
class Acyclic {
 public:
  Acyclic(const FlowProblem& problem, std::vector<double>& flow)
      : problem_(problem), flow_(flow), next_(problem.first_out), place_(problem.nodes, kNew) {
    for (std::uint32_t node = 0; node < problem.nodes; ++node) walk(node);
  }

  // Each node after all to which it sends.
  std::span<const std::uint32_t> order() const { return order_; }

 private:
  static constexpr std::uint32_t kNew = 0xffff'ffff;
  static constexpr std::uint32_t kLeft = 0xffff'fffe;

  void walk(std::uint32_t start) {
    if (place_[start] != kNew) return;
    enter(start);
    while (!path_.empty()) {
      const std::uint32_t node = path_.back();
      if (next_[node] == problem_.first_out[node + 1]) {
        leave();
        continue;
      }
      const std::uint32_t arc = next_[node];
      const std::uint32_t to = problem_.arcs[arc].to;
      if (flow_[arc] <= 0 || place_[to] == kLeft) {
        ++next_[node];
      } else if (place_[to] == kNew) {
        enter(to);
      } else {
        take_cycle_out(place_[to]);
      }
    }
  }

  void enter(std::uint32_t node) {
    place_[node] = static_cast<std::uint32_t>(path_.size());
    path_.push_back(node);
  }
  void leave() {
    place_[path_.back()] = kLeft;
    order_.push_back(path_.back());
    path_.pop_back();
  }

  // The cycle of the nodes from this place of the path on: each by the arc that it looks at.
  void take_cycle_out(std::uint32_t first) {
    double least = kUnlimited;
    for (std::size_t i = first; i < path_.size(); ++i) least = std::min(least, flow_[next_[path_[i]]]);
    for (std::size_t i = first; i < path_.size(); ++i) flow_[next_[path_[i]]] -= least;
    while (path_.size() > first + std::size_t{1}) {
      place_[path_.back()] = kNew;
      path_.pop_back();
    }
  }

  const FlowProblem& problem_;
  std::vector<double>& flow_;
  std::vector<std::uint32_t> next_;   // per node: the arc to look at
  std::vector<std::uint32_t> place_;  // per node: in path_
  std::vector<std::uint32_t> path_;
  std::vector<std::uint32_t> order_;
};

}  // namespace

bool send_exactly(const FlowProblem& problem, std::uint32_t matrix, std::size_t target,
                  std::vector<double>& flow) {
  std::vector<double> shares = flow;
  const Acyclic acyclic(problem, shares);
  std::vector<double> sent(flow.size());
  const auto supply = problem.supply(problem.targets[target], matrix);
  std::vector<double> standing(supply.begin(), supply.end());
  for (std::size_t i = acyclic.order().size(); i-- > 0;) {
    const std::uint32_t node = acyclic.order()[i];
    if (standing[node] <= 0 || node == problem.targets[target].node) continue;
    double sum = 0;
    for (std::uint32_t out = problem.first_out[node]; out < problem.first_out[node + 1]; ++out) {
      sum += shares[out];
    }
    if (sum <= 0) return false;
    for (std::uint32_t out = problem.first_out[node]; out < problem.first_out[node + 1]; ++out) {
      sent[out] = standing[node] * (shares[out] / sum);
      standing[problem.arcs[out].to] += sent[out];
    }
  }
  flow = std::move(sent);
  return true;
}

}  // namespace anemone
