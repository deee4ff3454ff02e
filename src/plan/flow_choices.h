// FlowChoices keeps which arcs the traffic to each target may take, and tells what is left to choose there.
//
// Near the optimum a destination's traffic is split at few nodes: elsewhere one arc is open, and what arrives
// follows it. A node that carries something and has several arcs open is a fork; what leaves it over one of
// them goes, without further choice, to the next fork or to the target. So a linear programme of all
// destinations needs a row for each fork instead of each node, and a column for each of a fork's ways instead
// of each arc: a tenth of both, or less.
//
// The first tree of a target opens an arc out of every node; whoever follows arcs with no other choice stays
// on it, and so arrives.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plan/flow_problem.h"
#include "plan/length_paths.h"

namespace anemone {

class FlowChoices {
 public:
  static constexpr std::uint32_t kTarget = 0xffff'ffff;  // as a fork: the target itself

  // A fork's arc, and where it leads to without a choice.
  struct Way {
    std::uint32_t target = 0;  // its place in problem.targets
    std::uint32_t fork = 0;    // its beginning, in forks()
    std::uint32_t end = kTarget;
    std::uint32_t first_arc = 0;  // in the arcs of all ways
    std::uint32_t arc_count = 0;
  };
  struct Fork {
    std::uint32_t target = 0;
    std::uint32_t node = 0;
    double supply = 0;  // what is sent here or upstream where nothing is to choose, bits per second
  };

  // `problem` must outlive it.
  FlowChoices(const FlowProblem& problem, std::uint32_t matrix);

  bool is_open(std::size_t target, std::uint32_t arc) const { return open_[target][arc] != 0; }
  void open(std::size_t target, std::uint32_t arc) { open_[target][arc] = 1; }

  // Looks again at what is open. REQUIRES: of every node that reaches the target an arc is open, and
  // all those together lead there.
  void find_ways();

  // As find_ways() found them; those of one fork are beside each other.
  std::span<const Fork> forks() const { return forks_; }
  std::span<const Way> ways() const { return ways_; }
  std::span<const std::uint32_t> arcs(const Way& way) const {
    return std::span(arcs_).subspan(way.first_arc, way.arc_count);
  }
  // Per arc, bits per second: of traffic on its way to its first fork.
  std::span<const double> loads() const { return loads_; }
  // Adds to `loads` those of one target only.
  void add_loads(std::size_t target, std::span<double> loads) const;

 private:
  void find_ways_to(std::uint32_t target);
  void find_carrying(std::uint32_t target);
  std::uint32_t only_arc(std::size_t target, std::uint32_t node) const;
  std::uint32_t send_to_fork(std::size_t target, std::uint32_t node, std::span<double> loads) const;
  void follow(std::uint32_t target, std::uint32_t arc);

  const FlowProblem& problem_;
  std::uint32_t matrix_;
  std::vector<std::vector<std::uint8_t>> open_;  // per target and arc
  std::vector<Fork> forks_;
  std::vector<Way> ways_;
  std::vector<std::uint32_t> arcs_;
  std::vector<double> loads_;
  std::vector<std::uint32_t> fork_at_;   // per node, of the target at hand; kTarget where there is none
  std::vector<std::uint32_t> carrying_;  // nodes that carry something to the target at hand
  std::vector<std::uint8_t> carries_;
};

}  // namespace anemone
