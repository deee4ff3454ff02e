// EcmpState is what routers make of a FlowProblem under given costs: for each destination everybody's
// distance, and on each arc the load, split evenly over equal next hops (what load/link_load.h computes once,
// kept up to date).
//
// Why not load/routed_loads.h? It follows a whole network through failures and changes of traffic; a search
// for weights asks of one block, a hundred thousand times, what one cost more or less would do, wants
// distances with the answer to choose its next move by, and several matrices poured at once. try_cost() looks
// only at destinations whose distances the arc is part of, repairs those distances (Ramalingam and Reps
// 1996), and pours again where next hops are others and downstream of them.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "plan/flow_problem.h"

namespace anemone {

class EcmpState {
 public:
  static constexpr Cost kDown = kUnreachable;  // as an arc's cost

  // `problem` must outlive it. REQUIRES: one cost per arc.
  EcmpState(const FlowProblem& problem, std::vector<Cost> costs);

  void set_costs(std::vector<Cost> costs);
  std::span<const Cost> costs() const { return costs_; }

  // Bits per second, [matrix * arcs + arc].
  std::span<const double> loads() const { return loads_; }
  // As they would be if this arc had this cost. Holds until the next call. kDown is possible.
  std::span<const double> try_cost(std::uint32_t arc, Cost cost);
  // Makes what was tried last the present.
  void keep();

  // Of a target by its place in problem.targets; kUnreachable where there is no way.
  Cost distance(std::size_t target, std::uint32_t node) const { return rows_[target].distance[node]; }
  // What passes or leaves this node for the target, of all matrices together.
  double through(std::size_t target, std::uint32_t node) const {
    double sum = 0;
    for (std::uint32_t i = 0; i < problem_.matrices; ++i) sum += rows_[target].share[place(i, node)];
    return sum * rows_[target].hops[node];
  }
  bool on_route(std::size_t target, std::uint32_t arc) const {
    return is_next_hop(rows_[target], arc, costs_[arc]);
  }

  // What has no way under these costs, of all matrices together.
  double unrouted() const;

  // Of traffic whose slowest path takes longer than problem.latency_max_us: bits per second times what is too
  // long, in microseconds. 0 when every demand meets it.
  double late() const;
  double late_if_tried() const;
  double late(std::size_t target) const { return rows_[target].late; }
  // Of the slowest of a node's equal-cost paths to each target.
  void latencies(std::size_t target, std::vector<double>& latency_us) const;

 private:
  struct ArcCost {
    std::uint32_t arc;
    Cost cost;
  };
  // All that is known of one target.
  struct Row {
    std::vector<Cost> distance;
    std::vector<std::uint32_t> hops;   // per node: how many next hops
    std::vector<double> share;         // bits per second that each of them gets, [matrix * nodes + node]
    std::vector<std::uint32_t> order;  // farthest first; only where there is a latency target
    double unrouted = 0;
    double late = 0;
  };

  bool is_next_hop(const Row& row, std::uint32_t arc, Cost cost) const {
    const FlowArc& ends = problem_.arcs[arc];
    const Cost beyond = row.distance[ends.to];
    return cost != kDown && beyond != kUnreachable && row.distance[ends.from] == beyond + cost;
  }
  // With `before` instead of the present cost of its arc.
  bool was_next_hop(const Row& row, std::uint32_t arc, const ArcCost& before) const {
    return is_next_hop(row, arc, arc == before.arc ? before.cost : costs_[arc]);
  }
  std::size_t place(std::uint32_t matrix, std::uint32_t node) const {
    return std::size_t{matrix} * problem_.nodes + node;
  }
  std::uint64_t key(const Row& row, std::uint32_t node) const {
    return std::uint64_t{row.distance[node]} << 1 | free_out_[node];
  }
  bool has_latency_target() const { return problem_.latency_max_us < kUnlimited; }
  void compute(std::size_t target, Row& row);
  std::vector<std::uint32_t> farthest_first(const Row& row) const;
  void distances_from_nothing(std::uint32_t target, Row& row);
  void repair(Row& row, std::uint32_t arc, Cost before, Cost after);
  void repair_cheaper(Row& row, std::uint32_t arc);
  void repair_dearer(Row& row, std::uint32_t arc);
  void find_cut_off(const Row& row, std::uint32_t from);
  bool has_other_way(const Row& row, std::uint32_t node) const;
  void settle(Row& row, bool only_cut_off);
  void sort(Row& row) const;
  double share(std::size_t target, const Row& row, std::uint32_t matrix, std::uint32_t node) const;
  void add_loads(const Row& row);
  void measure_unrouted(std::size_t target, Row& row) const;
  void pour_anew(std::size_t target, Row& row, const ArcCost& changed);
  void find_other_hops(std::size_t target, Row& row, const ArcCost& changed, std::uint32_t node);
  void pour_anew_at(std::size_t target, Row& row, const ArcCost& changed, std::uint32_t matrix,
                    std::uint32_t node);
  void wait_for(std::size_t target, const Row& row, std::uint32_t node);
  bool mark(std::uint32_t node, std::uint8_t as);
  void measure_latencies(const Row& row, std::span<const std::uint32_t> order,
                         std::vector<double>& latency_us) const;
  void measure_late(std::size_t target, Row& row);
  void push(Cost distance, std::uint32_t node);

  const FlowProblem& problem_;
  std::vector<Cost> costs_;
  std::vector<std::uint8_t> free_out_;  // per node: links out of it may cost nothing
  std::vector<Row> rows_;               // per target
  std::vector<double> loads_;

  std::uint32_t tried_arc_ = 0;
  Cost tried_cost_ = 0;
  std::vector<std::size_t> tried_targets_;
  std::vector<Row> tried_rows_;  // as many as were ever needed
  std::vector<double> tried_loads_;
  std::uint32_t kept_ = 0;  // since the loads were last added up anew

  std::vector<std::uint64_t> heap_;
  std::vector<std::uint8_t> cut_off_;
  std::vector<std::uint32_t> cut_off_nodes_;
  std::vector<std::uint32_t> moved_;   // nodes whose distance the last repair changed, perhaps named twice
  std::vector<std::uint8_t> marks_;    // per node; all zero between uses
  std::vector<std::uint32_t> marked_;  // nodes with marks
  std::vector<double> latency_us_;
};

}  // namespace anemone
