// BinLoads routes many traffic matrices under one topology: weeks of bins.
//
// Routes do not depend on traffic, so they are found once; what is left is one sparse product, links x
// demands with demands x bins. It is done in factored form: rather than adding each demand to every link of
// its way, which is the product with the matrix of shares, traffic is poured node by node, so that a step
// serves all demands that share it (with 100 routers, a fifth of the work). The steps are listed once, in
// order; each then works on sixteen bins at a time.
//
// Limits: the same as link_load()'s, which it agrees with; one quantity.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "matrix/traffic_matrix.h"
#include "route/routes_to.h"
#include "topology/topology.h"

namespace anemone {

// What the rates of every bin are rates of. Nothing leads to a destination that is neither node nor prefix.
struct DemandEnds {
  NodeId ingress;
  Destination to;
};

class BinLoads {
 public:
  // Computes the routes; `topology` need not outlive it.
  BinLoads(const Topology& topology, std::span<const DemandEnds> demands);

  std::size_t demand_count() const { return demand_count_; }
  std::size_t link_count() const { return link_count_; }

  // `rates` are those of all demands in the first bin, then in the second, and so on; `loads` are written
  // likewise, by bin and then by LinkId; `unrouted` by bin.
  // REQUIRES: rates.size() = bins x demand_count(), loads.size() = bins x link_count(), unrouted.size() =
  // bins.
  void pour(std::span<const double> rates, std::span<double> loads, std::span<double> unrouted,
            unsigned threads) const;

 private:
  static constexpr std::size_t kLanes = 16;  // bins at a time
  struct Lanes {
    double at[kLanes];
  };
  // The demand's traffic enters at a node.
  struct Entry {
    std::uint32_t demand;
    std::uint32_t node;
  };
  // A share of what stands at a node goes over a link.
  struct Step {
    double share;
    std::uint32_t from;
    std::uint32_t to;  // kEnd: it has arrived
    std::uint32_t link;
    bool last;  // nothing is left at `from`
  };
  static constexpr std::uint32_t kEnd = 0xffff'ffff;
  // One destination: its entries and then its steps, up to these.
  struct Stage {
    std::size_t entries_end;
    std::size_t steps_end;
  };
  struct Workspace {
    std::vector<Lanes> standing;  // by node; zero between destinations
    std::vector<Lanes> on_link;
  };

  void list_stage(const Topology& topology, const RoutesTo& routes, std::span<const std::uint32_t> demands,
                  std::span<const DemandEnds> ends);
  void pour_block(const double* rates, std::size_t bins, Workspace& work) const;

  std::size_t demand_count_;
  std::size_t node_count_;
  std::size_t link_count_;
  std::vector<Entry> entries_;
  std::vector<Step> steps_;
  std::vector<Stage> stages_;
  std::vector<std::uint32_t> lost_;  // demands without a way
  PerNode<char> carries_;
};

}  // namespace anemone
