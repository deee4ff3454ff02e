// Installing LSAs, and going back to an instant of a long log.
#include "lsdb/lsdb.h"

#include <benchmark/benchmark.h>

#include "base/random.h"
#include "lsdb/lsdb.test.h"

namespace {

using namespace anemone;

// 300 routers that refresh or change, heard at two places.
LsaLog log_of(std::size_t length) {
  Random random(1);
  LsaLog log;
  std::vector<std::int32_t> sequence(300, 1);
  Time time = kStart;
  for (std::size_t i = 0; i < length; i += 2) {
    time += std::chrono::milliseconds(500);
    const std::uint32_t who = random.below(300);
    const auto cost = static_cast<std::uint16_t>(1 + random.below(3));
    HeardLsa lsa = heard_router(time, Ipv4{who + 1}, {stub("10.0.0.0", "255.0.0.0", cost)},
                                {.sequence = ++sequence[who]});
    log.entries.push_back(lsa);
    lsa.vantage = 1;
    log.entries.push_back(lsa);
  }
  return log;
}

void install(benchmark::State& state) {
  const LsaLog log = log_of(20'000);
  for (auto _ : state) {
    Lsdb lsdb;
    for (const HeardLsa& lsa : log.entries) benchmark::DoNotOptimize(lsdb.install(lsa));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(log.entries.size()));
}

void database_at(benchmark::State& state) {
  const LsaLog log = log_of(100'000);
  const LsdbHistory history(log);
  Random random(2);
  for (auto _ : state) {
    benchmark::DoNotOptimize(history.at(kStart + std::chrono::seconds(random.below(25'000))));
  }
}

BENCHMARK(install)->Unit(benchmark::kMillisecond);
BENCHMARK(database_at)->Unit(benchmark::kMicrosecond);

}  // namespace
