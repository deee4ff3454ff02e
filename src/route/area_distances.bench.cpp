// One changed link in an area's distances between everybody, beside computing them anew: by ourselves, and
// by Boost.Graph (compressed sparse row graph, dijkstra_shortest_paths from every node).
#include "route/area_distances.h"

#include <benchmark/benchmark.h>

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/property_map/property_map.hpp>
#include <utility>
#include <vector>

#include "base/random.h"

namespace {

using namespace anemone;

// Average degree 4.5: a random tree and random links beside it, every direction with its own OSPF cost.
TopologyParts generated_parts(std::uint32_t routers) {
  Random random(routers);
  TopologyParts parts;
  const auto add = [&](std::uint32_t a, std::uint32_t b) {
    for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
      Link link;
      link.from = NodeId{from};
      link.to = NodeId{to};
      link.cost = 1 + random.below(65'535);
      parts.links.push_back(std::move(link));
    }
  };
  for (std::uint32_t i = 0; i < routers; ++i) {
    Node node;
    node.router_id = {i + 1};
    node.name = print_address(node.router_id);
    parts.nodes.push_back(std::move(node));
    if (i > 0) add(i, random.below(i));
  }
  while (parts.links.size() < std::size_t{routers} * 9 / 2) {
    const std::uint32_t a = random.below(routers);
    const std::uint32_t b = random.below(routers);
    if (a != b) add(a, b);
  }
  return parts;
}

std::uint32_t routers(const benchmark::State& state) { return static_cast<std::uint32_t>(state.range(0)); }

// Every step changes the topology by `change` at a random link, and then updates the distances.
template <class Change>
void steps(benchmark::State& state, Change change) {
  const TopologyParts whole = generated_parts(routers(state));
  AreaDistances distances{AreaId{}, std::size_t{1} << 30};
  distances.update(Topology(whole));
  Random random(7);
  TopologyParts parts = whole;
  std::size_t destinations = 0;
  std::size_t nodes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    change(whole, parts, random);
    const Topology topology(parts);
    state.ResumeTiming();
    const AreaDistances::Update update = distances.update(topology);
    destinations += update.destinations;
    nodes += update.nodes;
    if (update.work == AreaDistances::Work::kComputed) state.SkipWithError("not repaired");
  }
  using benchmark::Counter;
  state.counters["destinations"] = Counter(static_cast<double>(destinations), Counter::kAvgIterations);
  state.counters["distances"] = Counter(static_cast<double>(nodes), Counter::kAvgIterations);
}

void bm_cost_changes(benchmark::State& state) {
  steps(state, [](const TopologyParts&, TopologyParts& parts, Random& random) {
    const auto links = static_cast<std::uint32_t>(parts.links.size());
    parts.links[random.below(links)].cost = 1 + random.below(65'535);
  });
}

// Both directions fail, and come back in the next step.
void bm_link_fails_or_returns(benchmark::State& state) {
  bool failed = false;
  steps(state, [&](const TopologyParts& whole, TopologyParts& parts, Random& random) {
    parts = whole;
    failed = !failed;
    if (!failed) return;
    const std::size_t pair = random.below(static_cast<std::uint32_t>(parts.links.size() / 2));
    const auto at = parts.links.begin() + static_cast<std::ptrdiff_t>(2 * pair);
    parts.links.erase(at, at + 2);
  });
}

void bm_router_fails_or_returns(benchmark::State& state) {
  bool failed = false;
  steps(state, [&](const TopologyParts& whole, TopologyParts& parts, Random& random) {
    parts = whole;
    failed = !failed;
    if (!failed) return;
    const NodeId node{random.below(static_cast<std::uint32_t>(parts.nodes.size()))};
    std::erase_if(parts.links, [&](const Link& link) { return link.from == node || link.to == node; });
  });
}

void bm_computed_anew(benchmark::State& state) {
  const Topology topology(generated_parts(routers(state)));
  for (auto _ : state) {
    AreaDistances distances{AreaId{}, std::size_t{1} << 30};
    benchmark::DoNotOptimize(distances.update(topology));
  }
}

using BoostGraph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property,
                                                      boost::property<boost::edge_weight_t, Cost>>;

void bm_boost_anew(benchmark::State& state) {
  const Topology net(generated_parts(routers(state)));
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
  std::vector<Cost> costs;
  for (const Link& link : net.links()) {
    ends.emplace_back(link.from.value(), link.to.value());
    costs.push_back(link.cost);
  }
  const BoostGraph graph(boost::edges_are_unsorted_multi_pass, ends.begin(), ends.end(), costs.begin(),
                         net.node_count());
  std::vector<Cost> distances(net.node_count());
  for (auto _ : state) {
    for (std::uint32_t from = 0; from < distances.size(); ++from) {
      boost::dijkstra_shortest_paths(
          graph, from,
          boost::distance_map(
              boost::make_iterator_property_map(distances.begin(), boost::get(boost::vertex_index, graph)))
              .weight_map(boost::get(boost::edge_weight, graph)));
      benchmark::DoNotOptimize(distances.data());
    }
  }
}

BENCHMARK(bm_cost_changes)->Arg(1'000)->Arg(5'000)->Arg(10'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(bm_link_fails_or_returns)->Arg(1'000)->Arg(5'000)->Arg(10'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(bm_router_fails_or_returns)->Arg(1'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(bm_computed_anew)->Arg(1'000)->Arg(5'000)->Unit(benchmark::kMillisecond);
BENCHMARK(bm_boost_anew)->Arg(1'000)->Arg(5'000)->Unit(benchmark::kMillisecond);

}  // namespace
