// One router's table, and everybody's way to every prefix, in networks with areas.
#include "route/table.h"

#include <benchmark/benchmark.h>

#include "route/random_areas.test.h"
#include "route/routes_to_prefix.h"

namespace {

using namespace anemone;

// range(0): routers in each of ten areas; a backbone of twenty.
Topology network(const benchmark::State& state) {
  Random random(1);
  return RandomAreas(random, {.backbone_routers = 20,
                              .areas = 10,
                              .area_routers = static_cast<std::uint32_t>(state.range(0)),
                              .cost_max = 100,
                              .externals = 50})
      .topology();
}

void one_table(benchmark::State& state) {
  const Topology topology = network(state);
  std::uint32_t router = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(route_table(topology, NodeId{router}));
    router = (router + 7) % 20;
  }
  state.counters["routers"] = static_cast<double>(topology.node_count());
  state.counters["prefixes"] = static_cast<double>(topology.prefix_count());
}

void routes_to_one_prefix(benchmark::State& state) {
  const Topology topology = network(state);
  PrefixRoutes routes(topology);
  RoutesTo to;
  std::uint32_t prefix = 0;
  for (auto _ : state) {
    routes.toward(PrefixId{prefix}, to);
    benchmark::DoNotOptimize(to.hops.data());
    prefix = (prefix + 1) % static_cast<std::uint32_t>(topology.prefix_count());
  }
  state.counters["routers"] = static_cast<double>(topology.node_count());
}

BENCHMARK(one_table)->Arg(8)->Arg(48)->Unit(benchmark::kMicrosecond);
BENCHMARK(routes_to_one_prefix)->Arg(8)->Arg(48)->Unit(benchmark::kMicrosecond);

}  // namespace
