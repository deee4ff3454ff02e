// RowPour pours many flows along one row at once: each place passes on what it has as soon as all that pour
// into it have, which a counter tells. For a few flows RowRepair::add() is quicker.
//
// A workspace: one per thread.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "load/row.h"

namespace anemone {

class RowPour {
 public:
  // `graph` must outlive it.
  explicit RowPour(const RouteGraph& graph);

  // Adds flows to the row, and to the sums what that changes.
  void pour(const Row& row, Split split, std::span<const Inflow> inflows, Sums& sums);

  // What begins at each place: its flow without what comes in.
  void sources(const Row& row, Split split, std::vector<Quanta>& own) const;

 private:
  void count_users(const Row& row);
  void pour_from(const Row& row, Split split, std::uint32_t place, Sums& sums);
  void pass_on(std::uint32_t arc, Quanta flow, Sums& sums);

  const RouteGraph& graph_;
  std::vector<Quanta> delta_;
  std::vector<std::uint32_t> pending_;  // how many next hops still lead to a place that has not passed on
  std::vector<std::uint32_t> ready_;
};

}  // namespace anemone
