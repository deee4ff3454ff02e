#include "load/weak_points.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/random.h"

namespace anemone {
namespace {

constexpr std::uint32_t kNone = 0xffff'ffff;

// Adjacencies as edges without direction.
struct Edge {
  LinkId link;
  NodeId a;
  NodeId b;
};

std::vector<Edge> edges_of(const Topology& topology) {
  std::vector<Edge> edges;
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    const Link& link = topology.link(id);
    if (link.is_virtual || !link.reverse.valid() || link.reverse < id || link.from == link.to) continue;
    edges.push_back({id, link.from, link.to});
  }
  return edges;
}

// 128 bits that add up without carries.
struct Label {
  std::array<std::uint64_t, 2> bits{};
  Label& operator^=(const Label& other) {
    bits[0] ^= other.bits[0];
    bits[1] ^= other.bits[1];
    return *this;
  }
  auto operator<=>(const Label&) const = default;
};

class Search {
 public:
  explicit Search(const Topology& topology)
      : topology_(topology),
        edges_(edges_of(topology)),
        first_(topology.node_count() + 1),
        order_(topology.node_count(), kNone),
        low_(topology.node_count()),
        up_(topology.node_count(), kNone),
        routers_(topology.node_count()),
        circles_(topology.node_count()),
        next_(topology.node_count()),
        parts_(topology.node_count()) {
    list_ends();
  }

  void run(WeakPoints& points) {
    for (NodeId node : topology_.nodes()) {
      if (order_[node] != kNone) continue;
      const std::size_t begin = visited_.size();
      go_down(node);
      come_back(begin, points);
    }
    list_cuts(points);
    std::ranges::sort(points.bridges, {}, &WeakPoints::Bridge::link);
    std::ranges::sort(points.articulations, {}, &WeakPoints::Articulation::node);
  }

 private:
  // What is left of a part when a node goes.
  struct Parts {
    std::uint32_t count = 0;
    std::uint32_t routers = 0;  // in all of those below
    std::uint32_t largest = 0;
    void add(std::uint32_t more) {
      ++count;
      routers += more;
      largest = std::max(largest, more);
    }
  };

  void list_ends() {
    for (const Edge& edge : edges_) ++first_[edge.a.value() + 1], ++first_[edge.b.value() + 1];
    for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
    ends_.resize(edges_.size() * 2);
    std::vector<std::uint32_t> at(first_.begin(), first_.end() - 1);
    for (std::uint32_t i = 0; i < edges_.size(); ++i) {
      ends_[at[edges_[i].a.value()]++] = i;
      ends_[at[edges_[i].b.value()]++] = i;
    }
  }

  NodeId other(std::uint32_t edge, NodeId node) const {
    return edges_[edge].a == node ? edges_[edge].b : edges_[edge].a;
  }

  // Depth first, without recursion: a chain may have thousands of routers.
  void go_down(NodeId root) {
    std::vector<NodeId> path;
    const auto enter = [&](NodeId node, std::uint32_t by) {
      order_[node] = low_[node] = static_cast<std::uint32_t>(visited_.size());
      up_[node] = by;
      routers_[node] = topology_.node(node).kind == NodeKind::kRouter ? 1 : 0;
      next_[node] = first_[node.value()];
      visited_.push_back(node);
      path.push_back(node);
    };
    enter(root, kNone);
    while (!path.empty()) {
      const NodeId node = path.back();
      if (next_[node] == first_[node.value() + 1]) {
        path.pop_back();
        continue;
      }
      const std::uint32_t edge = ends_[next_[node]++];
      const NodeId to = other(edge, node);
      if (order_[to] == kNone) {
        enter(to, edge);
      } else if (edge != up_[node] && order_[to] < order_[node]) {
        close_circle(edge, node, to);
      }
    }
  }

  void close_circle(std::uint32_t edge, NodeId node, NodeId above) {
    low_[node] = std::min(low_[node], order_[above]);
    const Label label{{random_.next(), random_.next()}};
    circles_[node] ^= label;
    circles_[above] ^= label;
    by_label_[label].push_back(edges_[edge].link);
  }

  // From the last visited node to the first of this part.
  void come_back(std::size_t begin, WeakPoints& points) {
    for (std::size_t i = visited_.size(); --i > begin;) {
      const NodeId node = visited_[i];
      const NodeId above = other(up_[node], node);
      circles_[above] ^= circles_[node];
      low_[above] = std::min(low_[above], low_[node]);
      routers_[above] += routers_[node];
      if (low_[node] >= order_[above]) parts_[above].add(routers_[node]);
    }
    const NodeId root = visited_[begin];
    for (std::size_t i = begin; i < visited_.size(); ++i) judge(visited_[i], root, points);
  }

  void judge(NodeId node, NodeId root, WeakPoints& points) {
    const std::uint32_t all = routers_[root];
    if (node != root && low_[node] == order_[node]) {
      points.bridges.push_back({edges_[up_[node]].link, std::min(routers_[node], all - routers_[node])});
    } else if (node != root) {
      by_label_[circles_[node]].push_back(edges_[up_[node]].link);
    }
    Parts parts = parts_[node];
    const std::uint32_t own = topology_.node(node).kind == NodeKind::kRouter ? 1 : 0;
    if (node != root) parts.add(all - own - parts.routers);
    if (parts.count > 1) points.articulations.push_back({node, all - own - parts.largest});
  }

  void list_cuts(WeakPoints& points) {
    for (auto& [label, links] : by_label_) {
      if (links.size() < 2) continue;
      std::ranges::sort(links);
      points.cuts.push_back(std::move(links));
    }
    std::ranges::sort(points.cuts);
  }

  const Topology& topology_;
  std::vector<Edge> edges_;
  std::vector<std::uint32_t> first_;  // by node, where its edges begin in ends_
  std::vector<std::uint32_t> ends_;
  std::vector<NodeId> visited_;
  PerNode<std::uint32_t> order_;    // when it was visited
  PerNode<std::uint32_t> low_;      // the earliest that those below reach without the edge up
  PerNode<std::uint32_t> up_;       // the edge it was reached by
  PerNode<std::uint32_t> routers_;  // at and below it
  PerNode<Label> circles_;          // of all circles over the edge up
  PerNode<std::uint32_t> next_;
  PerNode<Parts> parts_;
  std::map<Label, std::vector<LinkId>> by_label_;
  Random random_{1};
};

// The routers that a prefix is at, as far as there are two: those on a broadcast network share it.
std::vector<NodeId> routers_with(const Topology& topology, PrefixId prefix) {
  std::vector<NodeId> routers;
  const auto attachments = topology.attachments(prefix);
  const auto is_here = [](const Attachment& at) { return at.kind != PrefixKind::kSummary; };
  const bool any_here = std::ranges::any_of(attachments, is_here);
  const auto add = [&](NodeId router) {
    if (std::ranges::count(routers, router) == 0) routers.push_back(router);
  };
  for (const Attachment& at : attachments) {
    if (any_here && !is_here(at)) continue;  // border routers that only pass it on
    if (topology.node(at.node).kind == NodeKind::kRouter) {
      add(at.node);
    } else {
      for (LinkId in : topology.links_to(at.node)) add(topology.link(in).from);
    }
  }
  return routers;
}

}  // namespace

WeakPoints find_weak_points(const Topology& topology) {
  WeakPoints points;
  Search(topology).run(points);
  for (PrefixId prefix : indices<PrefixId>(topology.prefix_count())) {
    const std::vector<NodeId> routers = routers_with(topology, prefix);
    if (routers.size() < 2) points.lone_prefixes.push_back({prefix, routers.empty() ? NodeId{} : routers[0]});
  }
  return points;
}

}  // namespace anemone
