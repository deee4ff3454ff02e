// Two weeks of five-minute bins on a network of 100 routers with 2,000 demands: one failure as a scenario,
// and every single failure.
#include "scenario/what_if.h"

#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "base/random.h"
#include "load/bin_sweep.h"
#include "load/generated_network.test.h"
#include "scenario/scenario_text.h"

namespace anemone {
namespace {

constexpr std::size_t kBins = 14 * 24 * 12;
constexpr std::size_t kDemands = 2000;

struct TwoWeeks {
  TwoWeeks() : network(std::make_shared<const Topology>(generated_network(100))), rates(kBins * kDemands) {
    Random random(1);
    for (std::size_t i = 0; i < kDemands; ++i) {
      const NodeId from{random.below(100)};
      demands.push_back({from, {NodeId{(from.value() + 1 + random.below(99)) % 100}, PrefixId{}}});
    }
    for (double& rate : rates) rate = random.below(1'000'000);
  }
  std::shared_ptr<const Topology> network;
  std::vector<DemandEnds> demands;
  std::vector<double> rates;
};

const TwoWeeks& two_weeks() {
  static const TwoWeeks made;
  return made;
}

void bm_two_weeks_one_failure(benchmark::State& state) {
  const TwoWeeks& weeks = two_weeks();
  const Link& link = weeks.network->link(LinkId{std::size_t{10}});
  const auto scenario = parse_scenario("fail link " + weeks.network->node(link.from).name + " " +
                                       weeks.network->node(link.to).name);
  for (auto _ : state) {
    WhatIf what_if(*scenario, {}, nullptr);
    TrafficMatrix matrix;
    for (const DemandEnds& ends : weeks.demands) matrix.demands.push_back({ends.ingress, ends.to, {}});
    WhatIfBin bin;
    bin.parts = {{Time{}, weeks.network}};
    bin.matrix = &matrix;
    for (std::size_t i = 0; i < kBins; ++i) {
      bin.from = Time{} + 300s * static_cast<std::int64_t>(i);
      bin.to = bin.from + 300s;
      for (std::size_t j = 0; j < kDemands; ++j)
        matrix.demands[j].traffic.bps = weeks.rates[i * kDemands + j];
      if (!what_if.add(bin)) state.SkipWithError("the scenario cannot be carried out");
    }
    benchmark::DoNotOptimize(what_if.answer());
  }
}
BENCHMARK(bm_two_weeks_one_failure)->Unit(benchmark::kMillisecond)->Iterations(1);

void bm_two_weeks_all_failures(benchmark::State& state) {
  const TwoWeeks& weeks = two_weeks();
  const std::vector<Failure> failures = link_failures(*weeks.network);
  state.counters["failures"] = static_cast<double>(failures.size());
  for (auto _ : state) {
    benchmark::DoNotOptimize(sweep_bins(*weeks.network, {weeks.demands, weeks.rates}, failures,
                                        static_cast<unsigned>(state.range(0))));
  }
}
BENCHMARK(bm_two_weeks_all_failures)
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->UseRealTime();

}  // namespace
}  // namespace anemone
