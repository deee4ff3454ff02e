// A month of a network of 1,000 routers: 3,500 LSAs said anew every half hour, and a failure every ten
// minutes. Prints how much memory an instance takes, and times the topology at random instants.
#include "history/routing_history.h"

#include <benchmark/benchmark.h>

#include <cstdio>

#include "base/random.h"
#include "lsdb/lsdb.test.h"
#include "ospf/generated_network.test.h"

namespace {

using namespace anemone;

constexpr std::uint32_t kRouters = 1000;
constexpr std::uint32_t kLinks = 2250;
constexpr std::uint32_t kExternals = 2500;
constexpr Duration kLength = 30 * 24h;

void take(RoutingHistory& history, Time time, Bytes lsa) { history.take(*heard_lsa(time, 0, AreaId{}, lsa)); }

std::vector<std::uint8_t> external(std::uint32_t which, std::int32_t sequence) {
  ospf::LsaHeader header;
  header.age_s = 1;
  header.options = ospf::kOptionExternal;
  header.key = {ospf::LsaType::kExternal, Ipv4{0xc000'0000U + (which << 8)},
                GeneratedNetwork::id(which % 20)};
  header.sequence = sequence;
  return ospf::write_lsa(header, ospf::ExternalLsa{{0xffff'ff00}, true, 20, {}, 0});
}

// Every LSA at its own moment of the half hour; a random link's cost changes every ten minutes.
std::unique_ptr<RoutingHistory> month() {
  Random random(1);
  GeneratedNetwork network = GeneratedNetwork::random(kRouters, kLinks, random, 100);
  auto history = std::make_unique<RoutingHistory>();
  constexpr std::uint32_t kLsas = kRouters + kExternals;
  const Duration step = Duration{30min} / kLsas;
  std::int32_t sequence = -0x7fff'ffff;
  std::uint32_t since_change = 0;
  Time time = kStart;
  for (; time < kStart + kLength; ++sequence) {
    for (std::uint32_t lsa = 0; lsa < kLsas; ++lsa, time += step) {
      if (lsa < kRouters) {
        take(*history, time, network.originate(lsa));
      } else {
        take(*history, time, external(lsa - kRouters, sequence));
      }
      if (++since_change < kLsas / 3) continue;
      since_change = 0;
      network.set_cost(random.below(kLinks), false, static_cast<std::uint16_t>(1 + random.below(100)));
      for (const std::uint32_t router : network.marked()) take(*history, time, network.originate(router));
      std::vector<std::vector<std::uint8_t>> packets;
      network.flood(packets);
    }
  }
  history->advance(time);
  const double instances = static_cast<double>(history->lsas().instance_count());
  std::printf("%.2f million instances, %.1f bytes each with their contents, %zu epochs, %zu events\n",
              instances / 1e6, static_cast<double>(history->lsas().memory()) / instances,
              history->epoch_count(), history->events(Time::min(), Time::max()).size());
  return history;
}

void topology_at(benchmark::State& state) {
  static const auto history = month();
  Random random(2);
  for (auto _ : state) {
    const auto at = kStart + std::chrono::seconds(random.below(static_cast<std::uint32_t>(seconds(kLength))));
    benchmark::DoNotOptimize(history->at(at));
  }
}

BENCHMARK(topology_at)->Unit(benchmark::kMillisecond);

}  // namespace
