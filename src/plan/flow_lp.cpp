#include "plan/flow_lp.h"

#include <ClpSimplex.hpp>
#include <algorithm>
#include <cmath>
#include <vector>

#include "plan/fortz_thorup.h"
#include "plan/length_paths.h"

namespace anemone {
namespace {

constexpr int kNone = -1;

class FlowLp {
 public:
  FlowLp(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal)
      : problem_(problem), matrix_(matrix), goal_(goal) {
    choose_unit();
    number_rows();
    for (std::size_t i = 0; i < problem.targets.size(); ++i) add_flows(i);
    if (goal == FlowGoal::kMaxUtilisation) {
      add_utilisation();
    } else {
      add_cost_pieces();
    }
    const auto columns = static_cast<int>(cost_.size());
    const CoinPackedMatrix rows(true, rows_, columns, static_cast<CoinBigIndex>(element_.size()),
                                element_.data(), row_.data(), begin_.data(), nullptr);
    model_.setLogLevel(0);
    model_.loadProblem(rows, column_low_.data(), column_high_.data(), cost_.data(), row_low_.data(),
                       row_high_.data());
  }

  std::optional<FlowSolution> solve(std::span<const double> lengths, double seconds_max) {
    start_from(lengths);
    model_.setMaximumSeconds(seconds_max);
    model_.primal();
    if (model_.status() != 0) return std::nullopt;
    return solution();
  }

 private:
  // Loads and capacities are counted in this many bits per second, so that the numbers are near 1.
  void choose_unit() {
    double sum = 0;
    std::size_t known = 0;
    for (const FlowArc& arc : problem_.arcs) {
      if (!std::isfinite(arc.capacity)) continue;
      sum += arc.capacity;
      ++known;
    }
    if (known > 0 && sum > 0) unit_ = sum / static_cast<double>(known);
  }

  bool has_row(std::size_t arc) const { return std::isfinite(problem_.arcs[arc].capacity); }
  int balance_row(std::size_t target, std::uint32_t node) const {
    const std::uint32_t own = problem_.targets[target].node;
    if (node == own) return kNone;
    return static_cast<int>(target * (problem_.nodes - 1) + node - (node > own ? 1 : 0));
  }

  void number_rows() {
    for (std::size_t target = 0; target < problem_.targets.size(); ++target) {
      const auto supply = problem_.supply(problem_.targets[target], matrix_);
      for (std::uint32_t node = 0; node < problem_.nodes; ++node) {
        if (balance_row(target, node) != kNone) row_low_.push_back(supply[node] / unit_);
      }
    }
    row_high_ = row_low_;
    for (std::size_t arc = 0; arc < problem_.arcs.size(); ++arc) {
      capacity_row_.push_back(has_row(arc) ? static_cast<int>(row_low_.size()) : kNone);
      if (!has_row(arc)) continue;
      row_low_.push_back(-COIN_DBL_MAX);
      row_high_.push_back(0);
    }
    rows_ = static_cast<int>(row_low_.size());
  }

  void begin_column(double cost, double high) {
    begin_.back() = static_cast<CoinBigIndex>(element_.size());
    cost_.push_back(cost);
    column_low_.push_back(0);
    column_high_.push_back(high);
  }
  void entry(int row, double value) {
    if (row == kNone) return;
    row_.push_back(row);
    element_.push_back(value);
  }
  void end_column() { begin_.push_back(static_cast<CoinBigIndex>(element_.size())); }

  // One column per arc; none out of the target itself.
  void add_flows(std::size_t target) {
    column_of_.emplace_back(problem_.arcs.size(), kNone);
    for (std::size_t i = 0; i < problem_.arcs.size(); ++i) {
      const FlowArc& arc = problem_.arcs[i];
      if (arc.from == problem_.targets[target].node) continue;
      column_of_.back()[i] = static_cast<int>(cost_.size());
      begin_column(goal_ == FlowGoal::kFortzThorup && !has_row(i) ? 1 : 0, COIN_DBL_MAX);
      entry(balance_row(target, arc.from), 1);
      entry(balance_row(target, arc.to), -1);
      entry(capacity_row_[i], 1);
      end_column();
    }
  }

  void add_utilisation() {
    first_goal_column_ = static_cast<int>(cost_.size());
    begin_column(1, COIN_DBL_MAX);
    for (std::size_t i = 0; i < problem_.arcs.size(); ++i) {
      entry(capacity_row_[i], -problem_.arcs[i].capacity / unit_);
    }
    end_column();
  }

  // For each arc six columns, of the cost's slopes and as wide as its pieces.
  void add_cost_pieces() {
    first_goal_column_ = static_cast<int>(cost_.size());
    for (std::size_t i = 0; i < problem_.arcs.size(); ++i) {
      if (!has_row(i)) continue;
      for (std::size_t piece = 0; piece < kFortzThorup.size(); ++piece) {
        begin_column(kFortzThorup[piece].slope, piece_width(i, piece));
        entry(capacity_row_[i], -1);
        end_column();
      }
    }
  }
  double piece_width(std::size_t arc, std::size_t piece) const {
    if (piece + 1 == kFortzThorup.size()) return COIN_DBL_MAX;
    return (kFortzThorup[piece + 1].begin - kFortzThorup[piece].begin) * problem_.arcs[arc].capacity / unit_;
  }

  // Basic are the arcs of the shortest-path trees and what the goal makes of their loads.
  void start_from(std::span<const double> lengths) {
    model_.createStatus();
    for (int i = 0; i < static_cast<int>(cost_.size()); ++i) {
      model_.setColumnStatus(i, ClpSimplex::atLowerBound);
    }
    for (int i = 0; i < rows_; ++i) model_.setRowStatus(i, ClpSimplex::atUpperBound);
    LengthPaths paths(problem_);
    std::vector<double> loads(problem_.arcs.size());
    for (std::size_t i = 0; i < problem_.targets.size(); ++i) {
      paths.to(problem_.targets[i].node, lengths);
      take_tree(i, paths, loads);
    }
    if (goal_ == FlowGoal::kMaxUtilisation) {
      start_utilisation(loads);
    } else {
      start_cost_pieces(loads);
    }
  }

  void take_tree(std::size_t target, const LengthPaths& paths, std::vector<double>& loads) {
    const auto supply = problem_.supply(problem_.targets[target], matrix_);
    std::vector<double> standing(supply.begin(), supply.end());
    for (std::uint32_t node = 0; node < problem_.nodes; ++node) {
      const std::uint32_t arc = paths.next_arc()[node];
      if (arc != LengthPaths::kNoArc) {
        model_.setColumnStatus(column_of_[target][arc], ClpSimplex::basic);
      } else if (node != problem_.targets[target].node) {
        model_.setRowStatus(balance_row(target, node), ClpSimplex::basic);
      }
    }
    for (std::size_t i = paths.nearest_first().size(); i-- > 1;) {
      const std::uint32_t node = paths.nearest_first()[i];
      const std::uint32_t arc = paths.next_arc()[node];
      loads[arc] += standing[node] / unit_;
      standing[problem_.arcs[arc].to] += standing[node];
    }
  }

  void start_utilisation(std::span<const double> loads) {
    std::size_t busiest = 0;
    for (std::size_t i = 0; i < loads.size(); ++i) {
      if (has_row(i)) model_.setRowStatus(capacity_row_[i], ClpSimplex::basic);
      if (loads[i] / problem_.arcs[i].capacity > loads[busiest] / problem_.arcs[busiest].capacity)
        busiest = i;
    }
    if (!has_row(busiest)) return;
    model_.setRowStatus(capacity_row_[busiest], ClpSimplex::atUpperBound);
    model_.setColumnStatus(first_goal_column_, ClpSimplex::basic);
  }

  void start_cost_pieces(std::span<const double> loads) {
    int column = first_goal_column_;
    for (std::size_t i = 0; i < loads.size(); ++i) {
      if (!has_row(i)) continue;
      double left = loads[i];
      bool placed = false;
      for (std::size_t piece = 0; piece < kFortzThorup.size(); ++piece, ++column) {
        const double width = piece_width(i, piece);
        if (placed) continue;
        placed = left <= width;
        model_.setColumnStatus(column, placed ? ClpSimplex::basic : ClpSimplex::atUpperBound);
        left -= width;
      }
    }
  }

  FlowSolution solution() {
    FlowSolution found;
    found.loads.assign(problem_.arcs.size(), 0);
    const double* values = model_.primalColumnSolution();
    for (const auto& columns : column_of_) {
      std::vector<double> flow(problem_.arcs.size(), 0);
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i] != kNone) flow[i] = std::max(0.0, values[columns[i]]) * unit_;
        found.loads[i] += flow[i];
      }
      found.flows.push_back(std::move(flow));
    }
    const double* prices = model_.dualRowSolution();
    for (const int row : capacity_row_)
      found.lengths.push_back(row == kNone ? 1 : std::max(0.0, -prices[row]));
    found.lengths = usable_lengths(problem_, goal_, found.lengths);
    found.lower = lower_bound(problem_, matrix_, goal_, found.lengths);
    found.upper = goal_value(problem_, goal_, found.loads);
    return found;
  }

  const FlowProblem& problem_;
  std::uint32_t matrix_;
  FlowGoal goal_;
  double unit_ = 1;
  int rows_ = 0;
  int first_goal_column_ = 0;
  std::vector<double> row_low_, row_high_;
  std::vector<int> capacity_row_;            // per arc
  std::vector<std::vector<int>> column_of_;  // per target and arc
  std::vector<double> cost_, column_low_, column_high_;
  std::vector<CoinBigIndex> begin_{0};
  std::vector<int> row_;
  std::vector<double> element_;
  ClpSimplex model_;
};

}  // namespace

std::size_t flow_lp_size(const FlowProblem& problem) { return problem.targets.size() * problem.arcs.size(); }

std::optional<FlowSolution> solve_flow_lp(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal,
                                          std::span<const double> lengths, double seconds_max) {
  return FlowLp(problem, matrix, goal).solve(lengths, seconds_max);
}

}  // namespace anemone
