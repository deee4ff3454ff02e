// RowRepair keeps one destination's row (everybody's distance, next hops and flow) right while costs change.
//
// A changed cost changes few nodes of few destinations. First the distances: those whose every shortest way
// went over an arc that got worse lose theirs and find the next best, those that an arc that got better
// serves gain (Ramalingam and Reps, J. Algorithms 21, 1996). Then the next hops of those, and of their
// neighbours. Then the flows: whoever has other next hops takes what it sent off the old ones and puts it on
// the new ones, and the differences travel on towards the destination, farthest node first, until they
// cancel out or arrive.
//
// Flows are whole numbers of a quantum (row.h). So differences cancel exactly: a repaired row, and
// the loads of its links, equal bit for bit what would be computed from nothing, however many changes came
// before.
//
// A workspace: one per thread. Nothing is allocated once its arrays have grown.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "load/row.h"
#include "route/route_graph.h"

namespace anemone {

// What repairs of a row have overwritten.
struct RowLog {
  template <class T>
  struct Entry {
    std::uint32_t place;
    T before;
  };
  std::vector<Entry<RouteGraph::Distance>> distances;
  std::vector<Entry<std::uint8_t>> hops;
  std::vector<Entry<Quanta>> flows;

  void clear() {
    distances.clear();
    hops.clear();
    flows.clear();
  }
  // Puts everything from these sizes on back into `row`, and forgets it.
  void undo(const Row& row, std::size_t distances_kept, std::size_t hops_kept, std::size_t flows_kept);
};

class RowRepair {
 public:
  // `graph` must outlive it.
  explicit RowRepair(const RouteGraph& graph);

  // Whether any of the changes can matter to this row.
  static bool concerns(std::span<const RouteGraph::Change> changes, const RouteGraph::Distance* distance) {
    for (const RouteGraph::Change& change : changes) {
      const bool worse = change.after > change.before;
      const auto near = distance[change.to];
      if (worse ? near + change.before == distance[change.from]
                : near + change.after <= distance[change.from]) {
        return true;
      }
    }
    return false;
  }

  // Brings a row that was right before `changes`, which the graph has, up to them. Appends to `log`.
  void repair(const Row& row, const Target& target, std::span<const RouteGraph::Change> changes, RowLog& log,
              Sums& sums);

  // Adds a few flows to the row, and to the sums what that changes.
  void add(const Row& row, const Target& target, std::span<const Inflow> inflows, Sums& sums);

 private:
  enum State : std::uint8_t {
    kLost = 1,      // had a way that got worse, and none as good
    kMoved = 2,     // its distance was written; old_ has the one before
    kRehop = 4,     // same distance, perhaps other next hops
    kResplit = 8,   // has other next hops: its old shares have been taken back
    kWaiting = 16,  // is among the fronts
  };

  void begin(const Row& row, const Target& target, RowLog& log, Sums& sums);
  void end(const Target& target);

  void find_lost(std::span<const RouteGraph::Change> changes);
  void lose(std::uint32_t place);
  bool has_way(std::uint32_t place) const;
  void settle_lost(bool any_better);
  bool settle_to_and_fro();
  RouteGraph::Distance best_way(std::uint32_t place) const;
  void offer_better(std::span<const RouteGraph::Change> changes);
  void offer(std::uint32_t place, RouteGraph::Distance distance);
  void spread();

  void find_new_hops(std::span<const RouteGraph::Change> changes, bool any_better);
  void look_at_users(std::uint32_t place);
  void look_again(std::uint32_t place);
  void wake_users(std::uint32_t network);
  void rehop(std::uint32_t place);
  std::uint8_t find_hop(std::uint32_t place) const;

  void move_flows();
  std::uint32_t next_front();
  void move(std::uint32_t place);
  void put(std::uint32_t arc, Quanta flow);
  void write(std::uint32_t place, Quanta delta);
  void wait(std::uint32_t place);
  void take_back(std::uint32_t place, std::uint8_t hop);

  RouteGraph::Distance old_distance(std::uint32_t place) const {
    return (state_[place] & kMoved) != 0 ? old_[place] : row_.distance[place];
  }
  bool takes_before(std::uint32_t place, std::uint32_t arc) const;

  const RouteGraph& graph_;
  Row row_{};
  RowLog* log_ = nullptr;
  Sums* sums_ = nullptr;
  Split split_ = Split::kByLink;
  std::vector<RouteGraph::Distance> seed_;  // by place; kFar where there is none
  std::vector<std::uint8_t> state_;
  std::vector<RouteGraph::Distance> old_;
  std::vector<Quanta> delta_;
  std::vector<std::uint32_t> moved_;  // places, the lost ones first
  std::vector<std::uint32_t> fewer_;  // places that lost some of their equal ways
  std::vector<std::uint32_t> rehop_;
  std::vector<std::uint64_t> heap_;  // distance and place, the nearest on top
  // Where differences of flows stand: distance and place. A few in order, the farthest last; more in a heap.
  static constexpr std::size_t kFewFronts = 16;
  std::array<std::uint64_t, kFewFronts> few_fronts_{};
  std::size_t few_ = 0;
  std::vector<std::uint64_t> more_fronts_;
  RowLog scratch_;
};

}  // namespace anemone
