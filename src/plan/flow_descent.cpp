#include "plan/flow_descent.h"

#include <algorithm>
#include <cmath>

#include "plan/fortz_thorup.h"
#include "plan/length_paths.h"

namespace anemone {
namespace {

constexpr double kSharpnessStart = 10;
constexpr double kSharpnessGrowth = 1.6;  // per round, at most
constexpr double kShareLeast = 1e-9;      // trees that carry less of a destination's traffic are dropped
constexpr double kAverageKeeps = 0.8;     // of what it was, per round
constexpr int kSearchSteps = 24;
constexpr int kSweeps = 3;  // over the trees that a round has, after it has looked for new ones

struct ArcLoad {
  std::uint32_t arc;
  double load;
};

// One way to send all traffic of a destination.
struct Tree {
  double share = 0;
  std::vector<ArcLoad> loads;  // in the order of the arcs
};

// The slope of the smoothed goal.
class Slope {
 public:
  Slope(const FlowProblem& problem, FlowGoal goal) : problem_(problem), goal_(goal) {}

  // `sharpness` in units of 1 / utilisation; `at`: the utilisation at which the slope is 1 / capacity.
  void set(double sharpness, double at) {
    sharpness_ = sharpness;
    at_ = at;
  }
  double operator()(std::uint32_t arc, double load) const {
    const double capacity = problem_.arcs[arc].capacity;
    if (goal_ == FlowGoal::kFortzThorup) return cost_slope(load / capacity);
    if (std::isinf(capacity)) return 0;
    return std::exp(std::min(sharpness_ * (load / capacity - at_), 200.0)) / capacity;
  }

 private:
  // From one piece's slope to the next in a straight line around the kink.
  double cost_slope(double utilisation) const {
    const double half = std::min(0.5 / sharpness_, 0.04);
    double slope = 1;
    for (std::size_t i = 1; i < kFortzThorup.size(); ++i) {
      const double past = (utilisation - kFortzThorup[i].begin + half) / (2 * half);
      if (past <= 0) break;
      slope += (kFortzThorup[i].slope - kFortzThorup[i - 1].slope) * std::min(past, 1.0);
    }
    return slope;
  }

  const FlowProblem& problem_;
  FlowGoal goal_;
  double sharpness_ = kSharpnessStart;
  double at_ = 1;
};

bool same_arcs(const Tree& a, const Tree& b) {
  return std::ranges::equal(a.loads, b.loads, {}, &ArcLoad::arc, &ArcLoad::arc);
}

}  // namespace

class FlowDescent::State {
 public:
  State(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal)
      : problem_(problem), matrix_(matrix), goal_(goal), slope_(problem, goal), paths_(problem) {
    trees_.resize(problem.targets.size());
    standing_.resize(problem.nodes);
    difference_.assign(problem.arcs.size(), 0);
    lengths_.assign(problem.arcs.size(), 0);
    average_.assign(problem.arcs.size(), 0);
    for (std::size_t i = 0; i < lengths_.size(); ++i) {
      const double capacity = problem.arcs[i].capacity;
      lengths_[i] = std::isfinite(capacity) ? 1 / capacity : 0;
      if (goal == FlowGoal::kFortzThorup) lengths_[i] = 1;
    }
    for (std::size_t i = 0; i < trees_.size(); ++i) {
      paths_.to(problem.targets[i].node, lengths_);
      trees_[i].push_back(tree_found(i));
      trees_[i][0].share = 1;
    }
    sum_up();
    keep_best_flow();
    best_lengths_ = lengths_;
  }

  // Every second round looks along the average of the slopes of late: where the flow swings from side to side
  // the average proves much more than either.
  void round() {
    set_slopes();
    const std::vector<double>& lengths = ++rounds_ % 2 == 0 ? average_ : lengths_;
    const double price = price_of_capacity(problem_, goal_, lengths);
    double paid = 0;
    for (std::size_t i = 0; i < trees_.size(); ++i) {
      paths_.to(problem_.targets[i].node, lengths);
      paid += paid_to(i);
      take_in(i, tree_found(i));
    }
    keep_best_bound(bound_of(goal_, paid, price), lengths);
    for (int sweep = 0; sweep < kSweeps; ++sweep) {
      for (auto& trees : trees_) move_flow(trees);
    }
    sum_up();
    keep_best_flow();
    if (sharpness_wanted() > sharpness_) {
      sharpness_ = std::min(sharpness_ * kSharpnessGrowth, sharpness_wanted());
    }
  }

  double lower() const { return lower_; }
  double upper() const { return best_.upper; }
  double gap() const { return best_.upper > 0 ? std::max(0.0, 1 - lower_ / best_.upper) : 0; }
  std::span<const double> lengths() const { return lengths_; }
  FlowSolution solution() const {
    FlowSolution found = best_;
    found.lower = lower_;
    found.lengths = usable_lengths(problem_, goal_, best_lengths_);
    return found;
  }

 private:
  // Twice as sharp as the gap needs: the softmax of m numbers is off by ln(m) / sharpness at most.
  double sharpness_wanted() const {
    const double scale = goal_ == FlowGoal::kFortzThorup ? 1 : best_.upper;
    const double arcs = std::log(static_cast<double>(problem_.arcs.size()) + 2);
    return scale > 0 ? 2 * arcs / (std::max(gap(), 1e-6) * scale) : kSharpnessStart;
  }

  void set_slopes() {
    slope_.set(sharpness_, goal_value(problem_, FlowGoal::kMaxUtilisation, loads_));
    for (std::uint32_t i = 0; i < lengths_.size(); ++i) lengths_[i] = slope_(i, loads_[i]);
    const double price = goal_ == FlowGoal::kFortzThorup ? 1 : price_of_capacity(problem_, goal_, lengths_);
    if (!(price > 0)) return;
    const double old = rounds_ == 0 ? 0 : kAverageKeeps;
    for (std::size_t i = 0; i < lengths_.size(); ++i) {
      average_[i] = old * average_[i] + (1 - old) * lengths_[i] / price;
    }
  }

  double paid_to(std::size_t target) const {
    const auto supply = problem_.supply(problem_.targets[target], matrix_);
    double paid = 0;
    for (std::uint32_t node = 0; node < problem_.nodes; ++node) {
      if (supply[node] > 0) paid += supply[node] * paths_.distance()[node];
    }
    return paid;
  }

  Tree tree_found(std::size_t target) {
    const auto supply = problem_.supply(problem_.targets[target], matrix_);
    std::ranges::copy(supply, standing_.begin());
    Tree tree;
    for (std::size_t i = paths_.nearest_first().size(); i-- > 1;) {
      const std::uint32_t node = paths_.nearest_first()[i];
      if (standing_[node] == 0) continue;
      const std::uint32_t arc = paths_.next_arc()[node];
      tree.loads.push_back({arc, standing_[node]});
      standing_[problem_.arcs[arc].to] += standing_[node];
    }
    std::ranges::sort(tree.loads, {}, &ArcLoad::arc);
    return tree;
  }

  void take_in(std::size_t target, Tree tree) {
    auto& trees = trees_[target];
    for (const Tree& known : trees) {
      if (same_arcs(known, tree)) return;
    }
    trees.push_back(std::move(tree));
  }

  double price(const Tree& tree) const {
    double sum = 0;
    for (const ArcLoad& part : tree.loads) sum += part.load * slope_(part.arc, loads_[part.arc]);
    return sum;
  }

  // From the dearest tree that is used to the cheapest.
  void move_flow(std::vector<Tree>& trees) {
    if (trees.size() < 2) return;
    Tree* cheapest = nullptr;
    Tree* dearest = nullptr;
    double least = 0;
    double most = 0;
    for (Tree& tree : trees) {
      const double own = price(tree);
      if (cheapest == nullptr || own < least) cheapest = &tree, least = own;
      if (tree.share > 0 && (dearest == nullptr || own > most)) dearest = &tree, most = own;
    }
    if (cheapest == dearest || most <= least) return;
    const double step = step_between(*dearest, *cheapest);
    cheapest->share += step;
    dearest->share = step == dearest->share ? 0 : dearest->share - step;
    for (const std::uint32_t arc : changed_)
      loads_[arc] = std::max(0.0, loads_[arc] + step * difference_[arc]);
    for (const std::uint32_t arc : changed_) difference_[arc] = 0;
    if (dearest->share < kShareLeast) {
      std::max_element(trees.begin(), trees.end(), [](const Tree& a, const Tree& b) {
        return a.share < b.share;
      })->share += dearest->share;
      dearest->share = 0;
      std::erase_if(trees, [](const Tree& tree) { return tree.share == 0; });
    }
  }

  // How much of the share of `from` to give to `to`: where the slope in that direction becomes zero.
  double step_between(const Tree& from, const Tree& to) {
    changed_.clear();
    const auto add = [&](const Tree& tree, double sign) {
      for (const ArcLoad& part : tree.loads) {
        if (difference_[part.arc] == 0) changed_.push_back(part.arc);
        difference_[part.arc] += sign * part.load;
      }
    };
    add(to, 1);
    add(from, -1);
    std::ranges::sort(changed_);
    changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
    const auto slope_at = [&](double step) {
      double sum = 0;
      for (const std::uint32_t arc : changed_) {
        if (difference_[arc] == 0) continue;
        sum += difference_[arc] * slope_(arc, std::max(0.0, loads_[arc] + step * difference_[arc]));
      }
      return sum;
    };
    if (slope_at(from.share) <= 0) return from.share;
    double low = 0;
    double high = from.share;
    for (int i = 0; i < kSearchSteps && high - low > 1e-3 * high; ++i) {
      const double middle = (low + high) / 2;
      (slope_at(middle) < 0 ? low : high) = middle;
    }
    return low;
  }

  void sum_up() {
    loads_.assign(problem_.arcs.size(), 0);
    for (const auto& trees : trees_) {
      for (const Tree& tree : trees) {
        for (const ArcLoad& part : tree.loads) loads_[part.arc] += tree.share * part.load;
      }
    }
  }

  void keep_best_bound(double bound, const std::vector<double>& lengths) {
    if (bound <= lower_) return;
    lower_ = bound;
    best_lengths_ = lengths;
  }

  void keep_best_flow() {
    const double value = goal_value(problem_, goal_, loads_);
    if (!best_.loads.empty() && value >= best_.upper) return;
    best_.upper = value;
    best_.loads = loads_;
    best_.flows.clear();
    for (const auto& trees : trees_) {
      best_.flows.emplace_back(problem_.arcs.size(), 0.0);
      for (const Tree& tree : trees) {
        for (const ArcLoad& part : tree.loads) best_.flows.back()[part.arc] += tree.share * part.load;
      }
    }
  }

  const FlowProblem& problem_;
  std::uint32_t matrix_;
  FlowGoal goal_;
  Slope slope_;
  LengthPaths paths_;
  double sharpness_ = kSharpnessStart;
  double lower_ = 0;
  FlowSolution best_;
  std::vector<double> best_lengths_;
  std::vector<double> lengths_;
  std::vector<double> average_;  // of the lengths of late, each scaled to the same price
  std::uint64_t rounds_ = 0;
  std::vector<double> loads_;
  std::vector<std::vector<Tree>> trees_;  // per target; shares add up to 1
  std::vector<double> standing_;
  std::vector<double> difference_;  // per arc; all zero between uses
  std::vector<std::uint32_t> changed_;
};

FlowDescent::FlowDescent(const FlowProblem& problem, std::uint32_t matrix, FlowGoal goal)
    : state_(std::make_unique<State>(problem, matrix, goal)) {}
FlowDescent::~FlowDescent() = default;
void FlowDescent::round() { state_->round(); }
double FlowDescent::lower() const { return state_->lower(); }
double FlowDescent::upper() const { return state_->upper(); }
double FlowDescent::gap() const { return state_->gap(); }
std::span<const double> FlowDescent::lengths() const { return state_->lengths(); }
FlowSolution FlowDescent::solution() const { return state_->solution(); }

}  // namespace anemone
