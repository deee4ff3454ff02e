// LengthPaths finds shortest paths to one node of a FlowProblem along lengths that are real numbers: prices
// of capacity, as the bounds use them. Costs of routing, which are whole numbers, have route/spf.h.
//
// Dijkstra's algorithm with a binary heap; a workspace for as many targets as wanted.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "plan/flow_problem.h"

namespace anemone {

class LengthPaths {
 public:
  static constexpr std::uint32_t kNoArc = 0xffff'ffff;

  // `problem` must outlive it.
  explicit LengthPaths(const FlowProblem& problem);

  // REQUIRES: no length is below zero; one for each arc.
  void to(std::uint32_t target, std::span<const double> lengths);

  // Of what to() found: infinite and kNoArc where there is no way.
  std::span<const double> distance() const { return distance_; }
  std::span<const std::uint32_t> next_arc() const { return next_; }
  std::span<const std::uint32_t> nearest_first() const { return order_; }

 private:
  struct Waiting {
    double distance;
    std::uint32_t node;
  };

  const FlowProblem& problem_;
  std::vector<double> distance_;
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint8_t> settled_;
  std::vector<Waiting> heap_;
};

}  // namespace anemone
