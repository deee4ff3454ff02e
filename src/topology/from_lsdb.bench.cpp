// Building a topology from a database, and from parts that are ready: what every change of the network costs.
#include "topology/from_lsdb.h"

#include <benchmark/benchmark.h>

#include <map>

#include "lsdb/ospf_listener.h"
#include "ospf/generated_network.test.h"

namespace {

using namespace anemone;

// 4.5 links a router.
const Lsdb& database(std::int64_t routers) {
  static std::map<std::int64_t, Lsdb> made;
  auto [at, is_new] = made.try_emplace(routers);
  if (!is_new) return at->second;
  Random random(1);
  const auto count = static_cast<std::uint32_t>(routers);
  GeneratedNetwork network = GeneratedNetwork::random(count, count * 9 / 4, random);
  network.mark_all();
  std::vector<std::vector<std::uint8_t>> packets;
  network.flood(packets);
  LsaLog log;
  OspfListener listener("generated", log);
  for (const auto& packet : packets) listener.on_packet(Time{1s}, packet);
  for (const HeardLsa& heard : log.entries) at->second.install(heard);
  return at->second;
}

void parts_from_lsdb(benchmark::State& state) {
  const Lsdb& lsdb = database(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(topology_parts_from_lsdb(lsdb));
}

void whole_topology(benchmark::State& state) {
  const Lsdb& lsdb = database(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(topology_from_lsdb(lsdb));
}

BENCHMARK(parts_from_lsdb)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(whole_topology)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMicrosecond);

}  // namespace
