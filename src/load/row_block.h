// RowBlock fills sixteen rows at once, from nothing: distances by a DistanceBlock, next hops from these by
// vector instructions, both turned from sixteen destinations by place into places by destination.
//
// A workspace: one per thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "load/row.h"
#include "route/distance_block.h"

namespace anemone {

class RowBlock {
 public:
  static constexpr std::size_t kRows = DistanceBlock::kLanes;

  // Copies the graph with its costs as they are.
  explicit RowBlock(const RouteGraph& graph);

  // Writes the distances and next hops of up to kRows targets.
  // REQUIRES: as many rows as targets.
  void fill(std::span<const Target> targets, std::span<const Row> rows);

 private:
  void find_hops();
  void mark_seeds(std::span<const Target> targets, std::span<const Row> rows);

  DistanceBlock block_;
  std::vector<std::uint8_t> hops_;  // by place, then by lane
};

}  // namespace anemone
