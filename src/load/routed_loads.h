// RoutedLoads keeps the load of every link while costs and traffic change: for live re-routing, for what-if,
// and for the search for better weights, which changes costs millions of times.
//
// Why not link_load() on a changed topology? That computes every route; here a change costs what it changes.
// docs/benchmarks.md has what that gains. The result is the same: the routes bit for bit, and the loads are
// those of RoutedLoads computed from nothing to the last bit (route_rows.h says why), whatever changes came
// before; link_load()'s floating point differs from them by its own rounding.
//
// What goes by costs alone is kept so (targets.h says what that is); demands for other destinations (several
// areas, most external routes), and all of a topology whose costs are too large or in which routers have free
// links, are computed from nothing by link_load() after each change: exact, not fast.
//
// One quantity: bits. Packets, where they are wanted too, are another RoutedLoads.
//
// One thread at a time; copies are independent (13 bytes for each pair of destination and node).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "load/changed_topology.h"
#include "load/route_rows.h"
#include "load/row_repair.h"
#include "load/targets.h"
#include "matrix/traffic_matrix.h"
#include "route/routes_to.h"
#include "topology/topology.h"

namespace anemone {

enum class Quantity : std::uint8_t { kBits, kPackets };

struct RoutedLoadsConfig {
  Quantity quantity = Quantity::kBits;
  unsigned threads = 1;  // while computing from nothing
};

class RoutedLoads {
 public:
  static constexpr Cost kDown = kUnreachable;

  // `topology` must outlive it.
  RoutedLoads(const Topology& topology, const TrafficMatrix& matrix, RoutedLoadsConfig config = {});

  const Topology& topology() const { return *topology_; }
  // By LinkId: bit/s, or packets/s.
  std::span<const double> loads() const { return loads_; }
  // Of demands whose ingress has no way to their destination.
  double unrouted() const { return unrouted_; }
  // What the link costs now; kDown where it is down.
  Cost cost(LinkId link) const { return costs_[link]; }

  // Gives links new costs, all at once; of a link that stands twice the last one counts. A link down (kDown)
  // returns by getting a cost.
  void change(std::span<const CostChange> changes);
  void change(CostChange change) { this->change(std::span(&change, 1)); }
  // Takes back the last change() that was not taken back or kept. REQUIRES: undoable() > 0.
  void undo();
  std::size_t undoable() const { return depth_; }
  // Nothing until now will be taken back: its notes are forgotten.
  void keep() { depth_ = 0; }

  // Other traffic on the same routes. Both keep() what was changed.
  void set_traffic(const TrafficMatrix& matrix);
  // On top of what there is; less where the rates are negative.
  void add_traffic(std::span<const Demand> demands);

  // Everybody's way to a destination as things are now. False where it is not one that is kept: nothing goes
  // there, or not by costs alone.
  bool routes(const Destination& destination, RoutesTo& routes) const;

  // For sweeps: what goes by costs alone, if anything does, and the demands that do not.
  const RouteRows* rows() const { return kept_ ? &kept_->rows : nullptr; }
  const TrafficMatrix& slow_demands() const { return slow_; }
  // One quantum of rows().
  double quantum() const { return quantum_; }
  // What of a traffic is counted.
  double rate(const Traffic& traffic) const {
    return config_.quantity == Quantity::kBits ? traffic.bps : traffic.pps;
  }
  // Where the costs are others than the topology's.
  std::vector<CostChange> changes() const;

 private:
  // What one change() needs to be taken back.
  struct Step {
    struct Mark {
      std::uint32_t target;
      std::size_t distances, hops, flows;  // where its entries begin in `log`
    };
    std::vector<CostChange> costs;  // as they were
    std::vector<RouteGraph::Change> arcs;
    std::vector<Mark> marks;
    RowLog log;
    std::vector<Quanta> on_arc;
    Quanta unrouted = 0;
  };
  struct Kept {
    explicit Kept(const Topology& topology) : rows(topology), repair(rows.graph) {}
    Kept(const Kept& other) : rows(other.rows), repair(rows.graph) {}
    RouteRows rows;
    RowRepair repair;
  };
  struct Known {
    std::uint32_t target;
    Cost nearest;
  };

  Traffic traffic(double rate) const {
    return config_.quantity == Quantity::kBits ? Traffic{rate, 0} : Traffic{0, rate};
  }
  void choose_quantum(double total);
  void take_in(std::span<const Demand> demands);
  void know(std::span<const Demand> demands);
  void pour(std::span<const Demand> demands);
  void make_quantum_coarser(double total);

  bool set_costs(std::span<const CostChange> changes, Step& step);
  void repair(Step& step);
  void leave_rows(const Step& step);
  void compute_slow();
  void sum_up();
  Step& next_step();

  const Topology* topology_;
  RoutedLoadsConfig config_;
  PerLink<Cost> costs_;
  std::optional<Kept> kept_;  // none where nothing fits
  std::map<Destination, std::optional<Known>> known_;
  std::map<Target, std::uint32_t> targets_;  // which row a target has
  std::vector<Destination> destinations_;    // by row, one destination that it serves
  double quantum_ = 1;
  double total_ = 0;  // of what the rows carry
  TrafficMatrix slow_;
  std::vector<double> slow_loads_;
  double slow_unrouted_ = 0;
  std::vector<double> loads_;
  double unrouted_ = 0;
  std::vector<Step> steps_;  // the first depth_ can be taken back; the others keep their room
  std::size_t depth_ = 0;
};

}  // namespace anemone
