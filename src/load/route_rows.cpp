#include "load/route_rows.h"

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>

#include "load/in_threads.h"
#include "load/row_block.h"
#include "load/row_pour.h"
#include "load/row_repair.h"

namespace anemone {
namespace {

// So many targets are taken by a thread at once.
constexpr std::size_t kPiece = RowBlock::kRows;

// Of a place, the arcs that are next hops.
template <class Visit>
void each_hop(const RouteGraph& graph, std::span<const RouteGraph::Distance> distance, std::uint8_t hop,
              std::uint32_t place, Visit visit) {
  if (hop == Row::kNoHop) return;
  const auto arcs = graph.out(place);
  for (std::uint32_t i = 0; i < arcs.size(); ++i) {
    if (distance[arcs[i].place] + arcs[i].cost == distance[place]) visit(graph.first_out(place) + i);
  }
}

}  // namespace

Row RouteRows::row(std::size_t target) {
  const std::size_t first = target * graph.place_count();
  return {distances_.data() + first, hops_.data() + first, flows_.data() + first, flows_.data() + first};
}

void RouteRows::add(std::span<const Target> more, unsigned threads) {
  const std::size_t first = targets.size();
  targets.insert(targets.end(), more.begin(), more.end());
  const std::size_t entries = targets.size() * graph.place_count();
  distances_.resize(entries);
  hops_.resize(entries);
  flows_.resize(entries);
  in_threads(threads, (more.size() + kPiece - 1) / kPiece, [&] {
    return [this, first, block = RowBlock(graph)](std::size_t piece) mutable {
      const std::size_t begin = first + piece * kPiece;
      const auto some = std::span(targets).subspan(begin, std::min(kPiece, targets.size() - begin));
      std::array<Row, kPiece> rows;
      for (std::size_t i = 0; i < some.size(); ++i) rows[i] = row(begin + i);
      block.fill(some, std::span(rows).first(some.size()));
    };
  });
}

void RouteRows::clear_flows() {
  std::fill(flows_.begin(), flows_.end(), 0);
  std::fill(on_arc.begin(), on_arc.end(), 0);
  unrouted = 0;
}

void RouteRows::pour(std::span<const Inflows> all, unsigned threads) {
  std::mutex adding;
  in_threads(threads, (all.size() + kPiece - 1) / kPiece, [&] {
    return [&, pour = RowPour(graph), repair = RowRepair(graph),
            on = std::vector<Quanta>()](std::size_t piece) mutable {
      on.assign(graph.arc_count(), 0);
      Sums sums{on.data()};
      const std::size_t begin = piece * kPiece;
      for (const Inflows& one : all.subspan(begin, std::min(kPiece, all.size() - begin))) {
        const Target& target = targets[one.target];
        if (one.inflows.size() < graph.place_count() / 32) {
          repair.add(row(one.target), target, one.inflows, sums);
        } else {
          pour.pour(row(one.target), target.split, one.inflows, sums);
        }
      }
      const std::lock_guard lock(adding);
      for (std::size_t arc = 0; arc < on.size(); ++arc) on_arc[arc] += on[arc];
      unrouted += sums.unrouted;
    };
  });
}

void RouteRows::sources(std::size_t target, std::vector<Quanta>& own) {
  RowPour(graph).sources(row(target), targets[target].split, own);
}

void RouteRows::list_routes(std::size_t target, RoutesTo& routes) const {
  const auto distance = distances(target);
  const auto hop = hops(target);
  const bool by_neighbor = targets[target].split == Split::kByNeighbor;
  const std::size_t nodes = graph.place_count();
  routes.cost.assign(nodes, kUnreachable);
  routes.first.clear();
  routes.hops.clear();
  routes.order.clear();
  for (std::size_t node = 0; node < nodes; ++node) {
    const std::uint32_t place = graph.place(NodeId{node});
    routes.cost[NodeId{node}] = graph.cost(distance[place], place);
    if (distance[place] < RouteGraph::kFar) routes.order.emplace_back(node);
    routes.first.push_back(static_cast<std::uint32_t>(routes.hops.size()));
    each_hop(graph, distance, hop[place], place, [&](std::uint32_t arc) {
      const std::uint32_t to = graph.out_arc(arc).place;
      std::size_t times = 0;
      if (by_neighbor && graph.is_network(to)) {
        each_hop(graph, distance, hop[to], to, [&](std::uint32_t) { ++times; });
      }
      routes.hops.insert(routes.hops.end(), std::max<std::size_t>(times, 1), graph.link(arc));
    });
  }
  routes.first.push_back(static_cast<std::uint32_t>(routes.hops.size()));
  std::ranges::stable_sort(routes.order, std::greater<>{},
                           [&](NodeId node) { return distance[graph.place(node)]; });
}

}  // namespace anemone
