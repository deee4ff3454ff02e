// What keeping loads through changes gains: everything from nothing, one change, a sweep of all link
// failures, two weeks of bins; peers doing the same jobs are in peers.bench.cpp. scripts/bench-routing prints
// them side by side.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "load/bin_loads.h"
#include "load/failure_sweep.h"
#include "load/generated_network.test.h"
#include "load/pair_sweep.h"
#include "load/routed_loads.h"

namespace anemone {
namespace {

unsigned threads(const benchmark::State& state) { return static_cast<unsigned>(state.range(1)); }

const RoutedLoads& kept_loads(std::int64_t routers) {
  static std::map<std::int64_t, RoutedLoads> made;
  auto at = made.find(routers);
  if (at == made.end()) {
    const RoutedLoadsConfig config{Quantity::kBits, 2};
    at = made.emplace(routers, RoutedLoads(kept_network(routers), kept_matrix(routers), config)).first;
  }
  return at->second;
}

void bm_rows_from_nothing(benchmark::State& state) {
  const Topology& net = kept_network(state.range(0));
  const TrafficMatrix& matrix = kept_matrix(state.range(0));
  for (auto _ : state) {
    benchmark::DoNotOptimize(RoutedLoads(net, matrix, {Quantity::kBits, threads(state)}));
  }
}

// The time of each change; a mean would hide what the worst link costs.
class Times {
 public:
  template <class Work>
  void measure(benchmark::State& state, Work work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    state.SetIterationTime(took.count());
    all_.push_back(took.count() * 1e3);
  }
  void tell(benchmark::State& state) {
    std::ranges::sort(all_);
    state.counters["p50_ms"] = all_[all_.size() / 2];
    state.counters["p99_ms"] = all_[all_.size() * 99 / 100];
  }

 private:
  std::vector<double> all_;
};

// An adjacency fails, and comes back.
void bm_link_fails_and_returns(benchmark::State& state) {
  RoutedLoads loads(kept_loads(state.range(0)));
  const std::vector<Failure> failures = link_failures(loads.topology());
  Random random(1);
  Times times;
  std::vector<CostChange> down;
  std::vector<CostChange> up;
  bool is_down = false;
  for (auto _ : state) {
    if (!is_down) {
      down.clear();
      up.clear();
      for (LinkId link : failures[random.below(static_cast<std::uint32_t>(failures.size()))].links) {
        down.push_back({link, RoutedLoads::kDown});
        up.push_back({link, loads.cost(link)});
      }
    }
    times.measure(state, [&] { loads.change(is_down ? up : down); });
    is_down = !is_down;
    loads.keep();
  }
  times.tell(state);
}

// One direction's cost becomes another one.
void bm_cost_changes(benchmark::State& state) {
  RoutedLoads loads(kept_loads(state.range(0)));
  Random random(2);
  Times times;
  for (auto _ : state) {
    const LinkId link{random.below(static_cast<std::uint32_t>(loads.topology().link_count()))};
    const Cost cost = 1 + random.below(65'535);
    times.measure(state, [&] { loads.change({link, cost}); });
    loads.keep();
  }
  times.tell(state);
}

// As a search for weights tries one: change, look, take back. Only the taking back is measured.
void bm_undo(benchmark::State& state) {
  RoutedLoads loads(kept_loads(state.range(0)));
  Random random(3);
  Times times;
  for (auto _ : state) {
    const LinkId link{random.below(static_cast<std::uint32_t>(loads.topology().link_count()))};
    loads.change({link, 1 + random.below(65'535)});
    times.measure(state, [&] { loads.undo(); });
  }
  times.tell(state);
}

void bm_sweep_all_links(benchmark::State& state) {
  const RoutedLoads& loads = kept_loads(state.range(0));
  const std::vector<Failure> failures = link_failures(loads.topology());
  for (auto _ : state) {
    std::atomic<double> sum{0};
    sweep_failures(loads, failures, threads(state),
                   [&](const FailureLoads& left) { sum.store(left.loads[0], std::memory_order_relaxed); });
    benchmark::DoNotOptimize(sum.load());
  }
  state.counters["failures"] = static_cast<double>(failures.size());
}

void bm_sweep_all_nodes(benchmark::State& state) {
  const RoutedLoads& loads = kept_loads(state.range(0));
  const std::vector<Failure> failures = node_failures(loads.topology());
  for (auto _ : state) benchmark::DoNotOptimize(worst_loads(loads, failures, threads(state)));
  state.counters["failures"] = static_cast<double>(failures.size());
}

void bm_sweep_all_pairs(benchmark::State& state) {
  const RoutedLoads& loads = kept_loads(state.range(0));
  const std::vector<Failure> failures = link_failures(loads.topology());
  for (auto _ : state) benchmark::DoNotOptimize(worst_of_pairs(loads, failures, threads(state)));
  state.counters["pairs"] = static_cast<double>(failures.size() * (failures.size() - 1) / 2);
}

// The same as one sweep after each first failure: no pair is left out.
void bm_sweep_all_pairs_singly(benchmark::State& state) {
  const std::vector<Failure> failures = link_failures(kept_network(state.range(0)));
  for (auto _ : state) {
    RoutedLoads loads(kept_loads(state.range(0)));
    for (std::size_t first = 0; first + 1 < failures.size(); ++first) {
      std::vector<CostChange> down;
      for (LinkId link : failures[first].links) down.push_back({link, RoutedLoads::kDown});
      loads.change(down);
      const auto rest = std::span(failures).subspan(first + 1);
      benchmark::DoNotOptimize(worst_loads(loads, rest, threads(state)));
      loads.undo();
    }
  }
}

// Two weeks of five minutes.
void bm_bins(benchmark::State& state) {
  constexpr std::size_t kBins = 4032;
  const Topology& net = kept_network(state.range(0));
  std::vector<DemandEnds> ends;
  for (const Demand& demand : kept_matrix(state.range(0)).demands)
    ends.push_back({demand.ingress, demand.to});
  std::vector<double> rates(kBins * ends.size());
  Random random(4);
  for (double& rate : rates) rate = random.unit();
  std::vector<double> loads(kBins * net.link_count());
  std::vector<double> unrouted(kBins);
  for (auto _ : state) {
    BinLoads(net, ends).pour(rates, loads, unrouted, threads(state));
    benchmark::DoNotOptimize(loads.data());
  }
}

constexpr auto kMs = benchmark::kMillisecond;
BENCHMARK(bm_rows_from_nothing)
    ->Args({1000, 1})
    ->Args({1000, 2})
    ->Args({5000, 2})
    ->Unit(kMs)
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK(bm_link_fails_and_returns)->Arg(1000)->Unit(kMs)->Iterations(1000)->UseManualTime();
BENCHMARK(bm_link_fails_and_returns)->Arg(5000)->Unit(kMs)->Iterations(200)->UseManualTime();
BENCHMARK(bm_cost_changes)->Arg(1000)->Unit(kMs)->Iterations(1000)->UseManualTime();
BENCHMARK(bm_cost_changes)->Arg(5000)->Unit(kMs)->Iterations(200)->UseManualTime();
BENCHMARK(bm_undo)->Arg(1000)->Unit(kMs)->Iterations(1000)->UseManualTime();
BENCHMARK(bm_sweep_all_links)
    ->Args({1000, 1})
    ->Args({1000, 2})
    ->Args({5000, 2})
    ->Unit(kMs)
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK(bm_sweep_all_nodes)
    ->Args({1000, 2})
    ->Unit(kMs)
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK(bm_sweep_all_pairs)
    ->Args({100, 2})
    ->Args({300, 2})
    ->Unit(kMs)
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK(bm_sweep_all_pairs_singly)
    ->Args({100, 2})
    ->Args({300, 2})
    ->Unit(kMs)
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK(bm_bins)
    ->Args({100, 1})
    ->Args({100, 2})
    ->Unit(kMs)
    ->Iterations(1)
    ->UseRealTime()
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace anemone
