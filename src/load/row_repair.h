// RowRepair keeps one destination's row (everybody's distance, next hops and flow) right while costs change.
//
// A changed cost changes few nodes of few destinations. First the distances: those whose every shortest way
// went over an arc that got worse lose theirs and find the next best, those that an arc that got better
// serves gain (Ramalingam and Reps, J. Algorithms 21, 1996). Then the next hops of those, and of their
// neighbours. Then the flows: whoever has other next hops takes what it sent off the old ones and puts it on
// the new ones, and the differences travel on towards the destination, farthest node first, until they
// cancel out or arrive.
//
// Flows are whole numbers of a quantum (see route_rows.h). So differences cancel exactly: a repaired row, and
// the loads of its links, equal bit for bit what would be computed from nothing, however many changes came
// before.
//
// A workspace: one per thread. Nothing is allocated once its arrays have grown.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "route/route_graph.h"

namespace anemone {

// A flow, or the difference of two, in quanta.
using Quanta = std::int64_t;

// How equal ways share.
enum class Split : std::uint8_t {
  kByLink,      // evenly over links
  kByNeighbor,  // evenly over neighbours: a broadcast network counts once for each of its own next hops
};

// A destination: where it is reached, and what it costs from there on, scaled. Traffic ends at the seeds that
// no other one is nearer to.
struct Target {
  struct Seed {
    std::uint32_t place;
    RouteGraph::Distance distance;
    auto operator<=>(const Seed&) const = default;
  };
  std::vector<Seed> seeds;
  Split split = Split::kByLink;
  auto operator<=>(const Target&) const = default;
};

// By place: the distance to the destination, the next hop, and what flows through, own traffic included.
// At a place without way, the flow is what would begin there.
struct Row {
  // A next hop is which one of the place's arcs is taken.
  static constexpr std::uint8_t kNoHop = 0xff;    // the destination is here, or there is no way
  static constexpr std::uint8_t kSeveral = 0xfe;  // all arcs that make up the distance

  RouteGraph::Distance* distance;
  std::uint8_t* hop;
  Quanta* flow;
};

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

// Where loads are counted, in quanta.
struct Sums {
  Quanta* on_arc;
  Quanta unrouted = 0;
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

  // One more flow that begins at a place, or less of it.
  struct Inflow {
    std::uint32_t place;
    Quanta quanta;
  };
  void add(const Row& row, const Target& target, std::span<const Inflow> inflows, Sums& sums);

  // What begins at each place: its flow without what comes in. REQUIRES: own holds the flows.
  void take_inflows(const Row& row, const Target& target, std::span<Quanta> own);

  // The distances and next hops from nothing. Flows stay as they are.
  void compute(const Row& row, const Target& target);
  // The next hops from the distances.
  void list_hops(const Row& row, const Target& target);

 private:
  enum State : std::uint8_t {
    kLost = 1,      // had a way that got worse, and none as good
    kMoved = 2,     // its distance was written; old_ has the one before
    kRehop = 4,     // same distance, perhaps other next hops
    kResplit = 8,   // has other next hops: its old shares have been taken back
    kWaiting = 16,  // is in fronts_
  };

  void begin(const Row& row, const Target& target, RowLog& log, Sums& sums);
  void end(const Target& target);

  void find_lost(std::span<const RouteGraph::Change> changes);
  void lose(std::uint32_t place);
  bool has_way(std::uint32_t place) const;
  void measure_lost();
  void offer_better(std::span<const RouteGraph::Change> changes);
  void offer(std::uint32_t place, RouteGraph::Distance distance);
  void spread();

  void find_new_hops(std::span<const RouteGraph::Change> changes);
  void look_again(std::uint32_t place);
  void wake_users(std::uint32_t network);
  void rehop(std::uint32_t place);
  std::uint8_t find_hop(std::uint32_t place) const;

  void move_flows();
  void move(std::uint32_t place);
  void put(std::uint32_t arc, std::uint32_t to, Quanta flow);
  void wait(std::uint32_t place);
  void take_back(std::uint32_t place, std::uint8_t hop);

  RouteGraph::Distance old_distance(std::uint32_t place) const {
    return (state_[place] & kMoved) != 0 ? old_[place] : row_.distance[place];
  }
  template <class IsTaken>
  std::uint32_t onward(std::uint32_t place, IsTaken is_taken) const;
  template <class IsTaken, class Visit>
  void each_share(std::uint32_t place, IsTaken is_taken, Visit visit) const;
  auto taken_now() const;
  auto taken_before() const;

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
  std::vector<std::uint32_t> rehop_;
  std::vector<std::uint64_t> heap_;    // distance and place, the nearest on top
  std::vector<std::uint64_t> fronts_;  // the same, the farthest on top
  RowLog scratch_;
};

}  // namespace anemone
