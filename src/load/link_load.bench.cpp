// Complete equal-cost loads of a dense matrix, beside what Boost.Graph and igraph need for the distances
// alone, on the same generated networks. scripts/bench-load prints medians and ratios.
#include <benchmark/benchmark.h>

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/property_map/property_map.hpp>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#if __has_include(<igraph/igraph.h>)
#include <igraph/igraph.h>
#endif

#include "load/generated_network.test.h"
#include "load/link_load.h"
#include "route/distance_block.h"

namespace anemone {
namespace {

void bm_loads(benchmark::State& state) {
  const Topology& net = kept_network(state.range(0));
  const TrafficMatrix& demands = kept_matrix(state.range(0));
  const auto threads = static_cast<unsigned>(state.range(1));
  for (auto _ : state) benchmark::DoNotOptimize(link_load(net, demands, threads));
}

using BoostGraph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property,
                                                      boost::property<boost::edge_weight_t, Cost>>;

BoostGraph boost_graph(const Topology& net) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
  std::vector<Cost> costs;
  for (const Link& link : net.links()) {
    ends.emplace_back(link.from.value(), link.to.value());
    costs.push_back(link.cost);
  }
  return {boost::edges_are_unsorted_multi_pass, ends.begin(), ends.end(), costs.begin(), net.node_count()};
}

void boost_distances(const BoostGraph& graph, std::uint32_t from, std::vector<Cost>& distances) {
  boost::dijkstra_shortest_paths(
      graph, from,
      boost::distance_map(
          boost::make_iterator_property_map(distances.begin(), boost::get(boost::vertex_index, graph)))
          .weight_map(boost::get(boost::edge_weight, graph)));
}

void bm_boost_distances(benchmark::State& state) {
  const BoostGraph graph = boost_graph(kept_network(state.range(0)));
  std::vector<Cost> distances(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    for (std::uint32_t from = 0; from < distances.size(); ++from) {
      boost_distances(graph, from, distances);
      benchmark::DoNotOptimize(distances.data());
    }
  }
}

#if __has_include(<igraph/igraph.h>)
void bm_igraph_distances(benchmark::State& state) {
  const Topology& net = kept_network(state.range(0));
  igraph_vector_int_t ends;
  igraph_vector_t costs;
  igraph_vector_int_init(&ends, 0);
  igraph_vector_init(&costs, 0);
  for (const Link& link : net.links()) {
    igraph_vector_int_push_back(&ends, link.from.value());
    igraph_vector_int_push_back(&ends, link.to.value());
    igraph_vector_push_back(&costs, link.cost);
  }
  igraph_t graph;
  igraph_create(&graph, &ends, static_cast<igraph_integer_t>(net.node_count()), IGRAPH_DIRECTED);
  igraph_matrix_t distances;
  igraph_matrix_init(&distances, 0, 0);
  for (auto _ : state) {
    igraph_distances_dijkstra(&graph, &distances, igraph_vss_all(), igraph_vss_all(), &costs, IGRAPH_OUT);
    benchmark::DoNotOptimize(MATRIX(distances, 0, 1));
  }
  igraph_matrix_destroy(&distances);
  igraph_destroy(&graph);
  igraph_vector_destroy(&costs);
  igraph_vector_int_destroy(&ends);
}
BENCHMARK(bm_igraph_distances)->Arg(1000)->Arg(5000)->Unit(benchmark::kMillisecond)->Iterations(1);
#endif

BENCHMARK(bm_loads)
    ->Args({1000, 1})
    ->Args({1000, 2})
    ->Args({5000, 1})
    ->Args({5000, 2})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK(bm_boost_distances)->Arg(1000)->Arg(5000)->Unit(benchmark::kMillisecond)->Iterations(1);

// Before anything is measured: our distances on the small network are Boost's, every one of them.
[[maybe_unused]] const bool verified = [] {
  const Topology& net = kept_network(1000);
  const BoostGraph graph = boost_graph(net);
  std::vector<std::vector<Cost>> from(net.node_count(), std::vector<Cost>(net.node_count()));
  for (std::uint32_t i = 0; i < from.size(); ++i) boost_distances(graph, i, from[i]);
  DistanceBlock block(net);
  for (std::uint32_t to = 0; to < from.size(); ++to) {
    const NodeId destination{to};
    block.to(std::span(&destination, 1));
    for (std::uint32_t i = 0; i < from.size(); ++i) {
      if (block.cost(NodeId{i}, 0) == from[i][to]) continue;
      std::fprintf(stderr, "distance from r%u to r%u is not Boost's\n", i, to);
      std::exit(1);
    }
  }
  std::fprintf(stderr, "all %zu distances of the 1000-router network equal Boost's\n",
               from.size() * from.size());
  return true;
}();

}  // namespace
}  // namespace anemone
