#include "plan/flow_blocks.h"

#include <algorithm>
#include <utility>

namespace anemone {
namespace {

constexpr std::uint32_t kNone = 0xffff'ffff;

// Each node's block towards where the search began, by a depth-first search without recursion: calls could
// nest as deep as the network has nodes. An arc lies in the block of that end which was found later.
class BlockFinder {
 public:
  explicit BlockFinder(const FlowProblem& problem)
      : neighbors_(problem.nodes),
        number_(problem.nodes, 0),
        low_(problem.nodes, 0),
        next_(problem.nodes, 0),
        block_of_(problem.nodes, kNone) {
    for (const FlowArc& arc : problem.arcs) {
      neighbors_[arc.from].push_back(arc.to);
      neighbors_[arc.to].push_back(arc.from);
    }
    for (std::uint32_t node = 0; node < problem.nodes; ++node) {
      if (number_[node] == 0) search(node);
    }
  }

  std::uint32_t block_of(const FlowArc& arc) const {
    return block_of_[number_[arc.from] > number_[arc.to] ? arc.from : arc.to];
  }
  std::uint32_t count() const { return count_; }

 private:
  void search(std::uint32_t root) {
    enter(root);
    while (!path_.empty()) {
      const std::uint32_t node = path_.back();
      if (next_[node] < neighbors_[node].size()) {
        const std::uint32_t to = neighbors_[node][next_[node]++];
        if (number_[to] == 0) {
          enter(to);
        } else {
          low_[node] = std::min(low_[node], number_[to]);
        }
        continue;
      }
      path_.pop_back();
      if (!path_.empty()) leave(node, path_.back());
    }
    found_.clear();
  }

  void enter(std::uint32_t node) {
    number_[node] = low_[node] = ++entered_;
    path_.push_back(node);
    found_.push_back(node);
  }

  // All that was found behind `node` is a block when nothing of it leads past `parent`.
  void leave(std::uint32_t node, std::uint32_t parent) {
    low_[parent] = std::min(low_[parent], low_[node]);
    if (low_[node] < number_[parent]) return;
    std::uint32_t last = kNone;
    while (last != node) {
      last = found_.back();
      found_.pop_back();
      block_of_[last] = count_;
    }
    ++count_;
  }

  std::vector<std::vector<std::uint32_t>> neighbors_;
  std::vector<std::uint32_t> number_;  // in which order found, from 1; 0 = not yet
  std::vector<std::uint32_t> low_;     // the earliest that it or what is behind it is linked with
  std::vector<std::size_t> next_;
  std::vector<std::uint32_t> block_of_;
  std::vector<std::uint32_t> path_;
  std::vector<std::uint32_t> found_;  // in no block yet
  std::uint32_t entered_ = 0;
  std::uint32_t count_ = 0;
};

class Splitter {
 public:
  explicit Splitter(const FlowProblem& problem) : problem_(problem), finder_(problem) {
    blocks_.resize(finder_.count());
    nodes_of_.resize(finder_.count());
    blocks_at_.resize(problem.nodes);
    for (const FlowArc& arc : problem.arcs) {
      const std::uint32_t block = finder_.block_of(arc);
      FlowArc own = arc;
      own.from = number_in(block, arc.from);
      own.to = number_in(block, arc.to);
      blocks_[block].arcs.push_back(own);
    }
    for (std::uint32_t i = 0; i < blocks_.size(); ++i) {
      blocks_[i].nodes = static_cast<std::uint32_t>(nodes_of_[i].size());
      blocks_[i].matrices = problem.matrices;
      blocks_[i].unrouted.assign(problem.matrices, 0);
      index_arcs(blocks_[i]);
    }
    target_at_.resize(blocks_.size());
    for (std::uint32_t i = 0; i < blocks_.size(); ++i) target_at_[i].assign(blocks_[i].nodes, kNone);
  }

  std::vector<FlowProblem> split() {
    for (const FlowTarget& target : problem_.targets) hand_on(target);
    for (FlowProblem& block : blocks_) {
      std::ranges::sort(block.targets, {}, &FlowTarget::node);
    }
    std::erase_if(blocks_, [](const FlowProblem& block) { return block.targets.empty(); });
    return std::move(blocks_);
  }

 private:
  // Where a node is in a block.
  struct Place {
    std::uint32_t block, number;
  };
  // A block on the way to a target, left at the node `exit` (its number in the whole).
  struct Step {
    std::uint32_t block, exit;
  };

  std::uint32_t number_in(std::uint32_t block, std::uint32_t node) {
    for (const Place& place : blocks_at_[node]) {
      if (place.block == block) return place.number;
    }
    const auto number = static_cast<std::uint32_t>(nodes_of_[block].size());
    nodes_of_[block].push_back(node);
    blocks_at_[node].push_back({block, number});
    return number;
  }

  // Blocks in the order in which they are met from the target on; each hands what stands at its nodes to its
  // exit, the farthest first.
  void hand_on(const FlowTarget& target) {
    std::vector<Step> steps;
    std::vector<bool> seen(blocks_.size());
    const auto meet = [&](std::uint32_t node) {
      for (const Place& place : blocks_at_[node]) {
        if (!seen[place.block]) steps.push_back({place.block, node});
        seen[place.block] = true;
      }
    };
    meet(target.node);
    for (std::size_t i = 0; i < steps.size(); ++i) {
      for (const std::uint32_t node : nodes_of_[Step(steps[i]).block]) meet(node);
    }
    std::vector<double> standing = target.supply;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) cross(*step, standing);
  }

  void cross(const Step& step, std::vector<double>& standing) {
    const std::vector<std::uint32_t>& nodes = nodes_of_[step.block];
    for (std::uint32_t matrix = 0; matrix < problem_.matrices; ++matrix) {
      double* here = standing.data() + std::size_t{matrix} * problem_.nodes;
      for (std::uint32_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i] == step.exit || here[nodes[i]] == 0) continue;
        FlowTarget& target = target_in(step.block, number_in(step.block, step.exit));
        target.supply[std::size_t{matrix} * nodes.size() + i] += here[nodes[i]];
        here[step.exit] += here[nodes[i]];
        here[nodes[i]] = 0;
      }
    }
  }

  FlowTarget& target_in(std::uint32_t block, std::uint32_t node) {
    FlowProblem& own = blocks_[block];
    std::uint32_t& at = target_at_[block][node];
    if (at == kNone) {
      at = static_cast<std::uint32_t>(own.targets.size());
      own.targets.push_back({node, std::vector<double>(std::size_t{own.nodes} * own.matrices)});
    }
    return own.targets[at];
  }

  const FlowProblem& problem_;
  BlockFinder finder_;
  std::vector<FlowProblem> blocks_;
  std::vector<std::vector<std::uint32_t>> nodes_of_;   // per block: its nodes' numbers in the whole
  std::vector<std::vector<Place>> blocks_at_;          // per node
  std::vector<std::vector<std::uint32_t>> target_at_;  // per block and node: its place among the targets
};

}  // namespace

std::vector<FlowProblem> split_into_blocks(const FlowProblem& problem) { return Splitter(problem).split(); }

}  // namespace anemone
