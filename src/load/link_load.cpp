#include "load/link_load.h"

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "load/block_pour.h"
#include "load/destination_routes.h"
#include "load/in_threads.h"
#include "load/pour.h"

namespace anemone {
namespace {

using Group = std::span<const Demand>;  // the demands of one destination

// The groups of `demands` in ascending order of destination; nothing when they do not stand so.
std::optional<std::vector<Group>> groups_of(std::span<const Demand> demands) {
  std::vector<Group> groups;
  for (std::size_t i = 0, first = 0; i < demands.size(); first = i) {
    while (i < demands.size() && demands[i].to == demands[first].to) ++i;
    if (i < demands.size() && demands[i].to < demands[first].to) return std::nullopt;
    groups.push_back(demands.subspan(first, i - first));
  }
  return groups;
}

// Calls pour = make() in each thread and pour(piece, load) for pieces of the groups. Each piece is summed up
// by itself, and then all in their order: what comes out does not depend on the number of threads.
template <class Make>
void pour_in_pieces(std::span<const Group> groups, unsigned threads, LinkLoad& load, Make make) {
  constexpr std::size_t kBlock = DistanceBlock::kLanes;
  constexpr std::size_t kPieces = 16;
  const std::size_t size = (groups.size() / kBlock / kPieces + 1) * kBlock;
  std::vector<LinkLoad> pieces((groups.size() + size - 1) / size);
  in_threads(threads, pieces.size(), [&] {
    return [&, pour = make()](std::size_t piece) mutable {
      pieces[piece].links.assign(load.links.size(), {});
      pour(groups.subspan(piece * size, std::min(size, groups.size() - piece * size)), pieces[piece]);
    };
  });
  for (const LinkLoad& piece : pieces) {
    for (LinkId id : load.links.ids()) load.links[id] += piece.links[id];
    load.unrouted += piece.unrouted;
  }
}

// Pours one group after another, along listed routes.
class PourSingly {
 public:
  explicit PourSingly(const Topology& topology)
      : topology_(topology), routes_(topology), standing_(topology.node_count()) {}
  void operator()(std::span<const Group> groups, LinkLoad& load) {
    for (const Group& group : groups) {
      for (const Demand& demand : group) standing_[demand.ingress] += demand.traffic;
      load.unrouted += pour(topology_, routes_.to(group.front().to), standing_, load.links);
    }
  }

 private:
  const Topology& topology_;
  DestinationRoutes routes_;
  PerNode<Traffic> standing_;
};

// Pours sixteen at a time.
class PourBlocks {
 public:
  explicit PourBlocks(const Topology& topology) : block_(topology) {}
  void operator()(std::span<const Group> groups, LinkLoad& load) {
    for (std::size_t i = 0; i < groups.size(); i += DistanceBlock::kLanes) {
      load.unrouted += block_.pour(groups.subspan(i, std::min(DistanceBlock::kLanes, groups.size() - i)));
    }
    block_.take(load.links);
  }

 private:
  BlockPour block_;
};

}  // namespace

LinkLoad link_load(const Topology& topology, const TrafficMatrix& matrix, unsigned threads) {
  std::vector<Demand> sorted;
  auto found = groups_of(matrix.demands);
  if (!found) {
    sorted = matrix.demands;
    std::sort(sorted.begin(), sorted.end(), [](const Demand& a, const Demand& b) { return a.to < b.to; });
    found = groups_of(sorted);
  }
  const std::vector<Group>& groups = *found;
  LinkLoad load{PerLink<Traffic>(topology.link_count()), {}};
  // An invalid index is the largest: nodes stand before prefixes.
  const auto prefixes = std::partition_point(
      groups.begin(), groups.end(), [](const Group& group) { return group.front().to.node.valid(); });
  const auto nodes = std::span(groups).first(static_cast<std::size_t>(prefixes - groups.begin()));
  const auto singly = [&] { return PourSingly(topology); };
  pour_in_pieces(std::span(groups).subspan(nodes.size()), threads, load, singly);
  if (DistanceBlock::fits(topology)) {
    pour_in_pieces(nodes, threads, load, [&] { return PourBlocks(topology); });
  } else {
    pour_in_pieces(nodes, threads, load, singly);
  }
  return load;
}

double max_utilisation(const Topology& topology, const LinkLoad& load) {
  double most = 0;
  for (LinkId id : load.links.ids()) {
    const double capacity = topology.link(id).capacity_bps;
    if (capacity > 0) most = std::max(most, load.links[id].bps / capacity);
  }
  return most;
}

}  // namespace anemone
