#include "plan/flow_lp.h"

#include <ClpEventHandler.hpp>
#include <ClpSimplex.hpp>
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "plan/exact_flow.h"
#include "plan/flow_choices.h"
#include "plan/fortz_thorup.h"
#include "plan/length_paths.h"

namespace anemone {
namespace {

constexpr int kNone = -1;
constexpr double kShorter = 1e-10;   // of the largest length: what counts as a shorter way
constexpr double kTolerance = 1e-9;  // of the mean capacity, and of the lengths' unit

// Asks now and then whether it is over.
class Deadline : public ClpEventHandler {
 public:
  explicit Deadline(std::function<bool()> is_over) : is_over_(std::move(is_over)) {}
  int event(Event what) override { return what == endOfFactorization && is_over_() ? 0 : -1; }
  ClpEventHandler* clone() const override { return new Deadline(*this); }

 private:
  std::function<bool()> is_over_;
};

// The rows and columns of a linear programme, column by column.
struct Columns {
  std::vector<double> row_low, row_high;
  std::vector<double> cost, low, high;
  std::vector<CoinBigIndex> begin{0};
  std::vector<int> row;
  std::vector<double> element;

  int rows() const { return static_cast<int>(row_low.size()); }
  int size() const { return static_cast<int>(cost.size()); }
  int add_row(double least, double most) {
    row_low.push_back(least);
    row_high.push_back(most);
    return rows() - 1;
  }
  // Entries of the column to be added next.
  void entry(int at, double value) {
    if (at == kNone) return;
    row.push_back(at);
    element.push_back(value);
  }
  void add_column(double own_cost, double most) {
    cost.push_back(own_cost);
    low.push_back(0);
    high.push_back(most);
    begin.push_back(static_cast<CoinBigIndex>(element.size()));
  }
  void load_into(ClpSimplex& model) const {
    const CoinPackedMatrix matrix(true, rows(), size(), static_cast<CoinBigIndex>(element.size()),
                                  element.data(), row.data(), begin.data(), nullptr);
    model.loadProblem(matrix, low.data(), high.data(), cost.data(), row_low.data(), row_high.data());
  }
};

class FlowLp {
 public:
  FlowLp(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal, const FlowSolution& near)
      : problem_(problem),
        matrix_(matrix),
        goal_(goal),
        near_(near),
        choices_(problem, matrix),
        shortest_(problem),
        shortest_open_(problem) {
    choose_unit();
    open_as_near();
    model_.setLogLevel(0);
    model_.setPrimalTolerance(kTolerance);
    model_.setDualTolerance(kTolerance);
  }

  std::optional<FlowSolution> solve(const std::function<bool()>& is_over) {
    const Deadline deadline(is_over);
    model_.passInEventHandler(&deadline);
    for (bool is_first = true;; is_first = false) {
      choices_.find_ways();
      build();
      set_basis();
      if (is_first) set_values();
      model_.primal(is_first ? 1 : 0);
      if (model_.status() != 0 || is_over()) return std::nullopt;
      keep_basis();
      if (!open_shorter_ways()) return solution();
    }
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

  bool is_limited(std::size_t arc) const { return std::isfinite(problem_.arcs[arc].capacity); }
  bool is_cost() const { return goal_ == FlowGoal::kFortzThorup; }

  // The arcs of the shortest-path trees, which are the first basis, and those of the flow.
  void open_as_near() {
    is_basic_.assign(problem_.targets.size(), std::vector<std::uint8_t>(problem_.arcs.size()));
    for (std::size_t i = 0; i < problem_.targets.size(); ++i) {
      const std::uint32_t own = problem_.targets[i].node;
      shortest_.to(own, near_.lengths);
      for (const std::uint32_t arc : shortest_.next_arc()) {
        if (arc == LengthPaths::kNoArc) continue;
        choices_.open(i, arc);
        is_basic_[i][arc] = 1;
      }
      for (std::uint32_t arc = 0; arc < problem_.arcs.size(); ++arc) {
        if (near_.flows[i][arc] > 0 && problem_.arcs[arc].from != own) choices_.open(i, arc);
      }
    }
  }

  // Rows: the forks, then the arcs of known capacity. Columns: the ways, then what the goal makes of loads.
  void build() {
    programme_ = {};
    capacity_row_.clear();
    for (const FlowChoices::Fork& fork : choices_.forks()) {
      programme_.add_row(fork.supply / unit_, fork.supply / unit_);
    }
    for (std::size_t arc = 0; arc < problem_.arcs.size(); ++arc) {
      const bool limited = is_limited(arc);
      capacity_row_.push_back(limited ? programme_.add_row(-COIN_DBL_MAX, -choices_.loads()[arc] / unit_)
                                      : kNone);
    }
    for (const FlowChoices::Way& way : choices_.ways()) add_way(way);
    if (is_cost()) {
      add_cost_pieces();
    } else {
      add_utilisation();
    }
    programme_.load_into(model_);
  }

  void add_way(const FlowChoices::Way& way) {
    double unlimited = 0;
    if (way.end != way.fork) {
      programme_.entry(static_cast<int>(way.fork), 1);
      if (way.end != FlowChoices::kTarget) programme_.entry(static_cast<int>(way.end), -1);
    }
    for (const std::uint32_t arc : choices_.arcs(way)) {
      programme_.entry(capacity_row_[arc], 1);
      unlimited += is_limited(arc) ? 0 : 1;
    }
    programme_.add_column(is_cost() ? unlimited : 0, COIN_DBL_MAX);
  }

  void add_utilisation() {
    for (std::size_t i = 0; i < problem_.arcs.size(); ++i) {
      programme_.entry(capacity_row_[i], -problem_.arcs[i].capacity / unit_);
    }
    programme_.add_column(1, COIN_DBL_MAX);
  }

  // For each arc six columns, of the cost's slopes and as wide as its pieces.
  void add_cost_pieces() {
    for (std::size_t i = 0; i < problem_.arcs.size(); ++i) {
      if (!is_limited(i)) continue;
      for (std::size_t piece = 0; piece < kFortzThorup.size(); ++piece) {
        programme_.entry(capacity_row_[i], -1);
        programme_.add_column(kFortzThorup[piece].slope, piece_width(i, piece));
      }
    }
  }
  double piece_width(std::size_t arc, std::size_t piece) const {
    if (piece + 1 == kFortzThorup.size()) return COIN_DBL_MAX;
    return (kFortzThorup[piece + 1].begin - kFortzThorup[piece].begin) * problem_.arcs[arc].capacity / unit_;
  }

  int first_goal_column() const { return static_cast<int>(choices_.ways().size()); }
  int first_capacity_row() const { return static_cast<int>(choices_.forks().size()); }
  std::uint8_t& is_basic(const FlowChoices::Way& way) { return is_basic_[way.target][choices_.arcs(way)[0]]; }

  // As it was, by arcs: what became a fork since keeps as basic the arc that it had.
  void set_basis() {
    model_.createStatus();
    for (int i = 0; i < first_capacity_row(); ++i) model_.setRowStatus(i, ClpSimplex::atUpperBound);
    int column = 0;
    for (const FlowChoices::Way& way : choices_.ways()) {
      model_.setColumnStatus(column++, is_basic(way) != 0 ? ClpSimplex::basic : ClpSimplex::atLowerBound);
    }
    if (goal_status_.empty()) {
      is_cost() ? start_cost_pieces() : start_utilisation();
      return;
    }
    for (const ClpSimplex::Status status : goal_status_) model_.setColumnStatus(column++, status);
    int row = first_capacity_row();
    for (const ClpSimplex::Status status : capacity_status_) model_.setRowStatus(row++, status);
  }

  void keep_basis() {
    int column = 0;
    for (const FlowChoices::Way& way : choices_.ways()) {
      is_basic(way) = model_.getColumnStatus(column++) == ClpSimplex::basic ? 1 : 0;
    }
    goal_status_.clear();
    while (column < programme_.size()) goal_status_.push_back(model_.getColumnStatus(column++));
    capacity_status_.clear();
    for (int row = first_capacity_row(); row < programme_.rows(); ++row) {
      capacity_status_.push_back(model_.getRowStatus(row));
    }
  }

  void start_utilisation() {
    std::size_t busiest = 0;
    for (std::size_t i = 0; i < near_.loads.size(); ++i) {
      if (is_limited(i)) model_.setRowStatus(capacity_row_[i], ClpSimplex::basic);
      const double least = near_.loads[busiest] / problem_.arcs[busiest].capacity;
      if (near_.loads[i] / problem_.arcs[i].capacity > least) busiest = i;
    }
    model_.setColumnStatus(first_goal_column(), ClpSimplex::atLowerBound);
    if (!is_limited(busiest)) return;
    model_.setRowStatus(capacity_row_[busiest], ClpSimplex::atUpperBound);
    model_.setColumnStatus(first_goal_column(), ClpSimplex::basic);
  }

  void start_cost_pieces() {
    int column = first_goal_column();
    for (std::size_t i = 0; i < near_.loads.size(); ++i) {
      if (!is_limited(i)) continue;
      model_.setRowStatus(capacity_row_[i], ClpSimplex::atUpperBound);
      double left = near_.loads[i] / unit_;
      for (std::size_t piece = 0; piece < kFortzThorup.size(); ++piece, ++column) {
        const double width = piece_width(i, piece);
        const bool is_full = left > width;
        const bool is_last = !is_full && left > 0;
        model_.setColumnStatus(column, is_full   ? ClpSimplex::atUpperBound
                                       : is_last ? ClpSimplex::basic
                                                 : ClpSimplex::atLowerBound);
        left = is_full ? left - width : 0;
      }
    }
  }

  // Those of the nearly optimal flow, from which CLP finds a corner that is no worse.
  void set_values() {
    double* value = model_.primalColumnSolution();
    int column = 0;
    for (const FlowChoices::Way& way : choices_.ways()) {
      value[column++] = near_.flows[way.target][choices_.arcs(way)[0]] / unit_;
    }
    if (!is_cost()) value[column] = near_.upper;
    for (std::size_t i = 0; is_cost() && i < near_.loads.size(); ++i) {
      if (!is_limited(i)) continue;
      double left = near_.loads[i] / unit_;
      for (std::size_t piece = 0; piece < kFortzThorup.size(); ++piece, ++column) {
        value[column] = std::min(left, piece_width(i, piece));
        left -= value[column];
      }
    }
    double* sum = model_.primalRowSolution();
    std::fill(sum, sum + programme_.rows(), 0);
    model_.matrix()->times(value, sum);
  }

  std::vector<double> lengths() const {
    std::vector<double> lengths;
    const double* prices = model_.dualRowSolution();
    for (const int row : capacity_row_) lengths.push_back(row == kNone ? 1 : std::max(0.0, -prices[row]));
    return usable_lengths(problem_, goal_, lengths);
  }

  // For every destination: where a way is shorter than all that are open, its arcs. False when there is none.
  bool open_shorter_ways() {
    const std::vector<double> all = lengths();
    const double less = kShorter * std::ranges::max(all);
    bool opened = false;
    std::vector<double> open(all.size());
    for (std::size_t i = 0; i < problem_.targets.size(); ++i) {
      for (std::uint32_t arc = 0; arc < all.size(); ++arc) {
        open[arc] = choices_.is_open(i, arc) ? all[arc] : kUnlimited;
      }
      const FlowTarget& target = problem_.targets[i];
      shortest_.to(target.node, all);
      shortest_open_.to(target.node, open);
      for (std::uint32_t from = 0; from < problem_.nodes; ++from) {
        if (problem_.supply(target, matrix_)[from] <= 0) continue;
        if (shortest_.distance()[from] < shortest_open_.distance()[from] - less) {
          opened |= open_way(i, from);
        }
      }
    }
    return opened;
  }

  bool open_way(std::size_t target, std::uint32_t node) {
    bool opened = false;
    while (node != problem_.targets[target].node) {
      const std::uint32_t arc = shortest_.next_arc()[node];
      opened |= !choices_.is_open(target, arc);
      choices_.open(target, arc);
      node = problem_.arcs[arc].to;
    }
    return opened;
  }

  FlowSolution solution() {
    FlowSolution found;
    found.flows.assign(problem_.targets.size(), std::vector<double>(problem_.arcs.size()));
    found.loads.assign(problem_.arcs.size(), 0);
    const double* value = model_.primalColumnSolution();
    for (const FlowChoices::Way& way : choices_.ways()) {
      const double bps = std::max(0.0, *value++) * unit_;
      for (const std::uint32_t arc : choices_.arcs(way)) found.flows[way.target][arc] += bps;
    }
    for (std::size_t i = 0; i < found.flows.size(); ++i) {
      choices_.add_loads(i, found.flows[i]);
      send_exactly(problem_, matrix_, i, found.flows[i]);
      for (std::size_t arc = 0; arc < found.loads.size(); ++arc) found.loads[arc] += found.flows[i][arc];
    }
    found.lengths = lengths();
    found.lower = lower_bound(problem_, matrix_, goal_, found.lengths);
    found.upper = goal_value(problem_, goal_, found.loads);
    return found;
  }

  const FlowProblem& problem_;
  std::uint32_t matrix_;
  FlowGoal goal_;
  const FlowSolution& near_;
  double unit_ = 1;
  FlowChoices choices_;
  LengthPaths shortest_;
  LengthPaths shortest_open_;
  Columns programme_;
  std::vector<int> capacity_row_;                    // per arc
  std::vector<std::vector<std::uint8_t>> is_basic_;  // per target and arc
  std::vector<ClpSimplex::Status> goal_status_;      // per column of the goal; empty before the first solve
  std::vector<ClpSimplex::Status> capacity_status_;  // per arc of known capacity
  ClpSimplex model_;
};

}  // namespace

std::size_t flow_lp_size(const FlowProblem& problem) { return problem.targets.size() * problem.arcs.size(); }

std::optional<FlowSolution> solve_flow_lp(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal,
                                          const FlowSolution& near, const std::function<bool()>& is_over) {
  return FlowLp(problem, matrix, goal, near).solve(is_over);
}

}  // namespace anemone
