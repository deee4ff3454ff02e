// One bin's records to its matrix: 30,000 records between 500 hosts behind 100 routers.
#include "matrix/build_matrix.h"

#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

#include "base/random.h"

namespace anemone {
namespace {

constexpr std::uint32_t kRouters = 100;
constexpr std::uint32_t kHosts = 500;
constexpr Time kStart = time_from_micros(1'000'000'000);

IpAddress host(std::uint32_t index) {
  return Ipv4{0x0a000000 + (index % kRouters) * 256 + index / kRouters + 1};
}

Topology routers() {
  TopologyParts parts;
  for (std::uint32_t i = 0; i < kRouters; ++i) {
    Node node;
    node.name = "r" + std::to_string(i);
    parts.nodes.push_back(std::move(node));
    Attachment at;
    at.prefix = Prefix(Ipv4{0x0a000000 + i * 256}, 24);
    at.node = NodeId{i};
    parts.attachments.push_back(at);
  }
  return Topology(std::move(parts));
}

void bm_build_matrix(benchmark::State& state) {
  const Topology net = routers();
  const Attachments attachments(net, {});
  std::vector<Observer> all;
  for (std::uint32_t i = 0; i < kHosts; ++i) all.push_back({ObserverId{i}, {host(i)}, true});
  const Observers observers(all);
  Random random(1);
  std::vector<FlowRecord> records;
  for (int i = 0; i < 15'000; ++i) {  // each flow as both its ends saw it
    const std::uint32_t src = random.below(kHosts);
    const std::uint32_t dst = random.below(kHosts);
    FlowRecord record;
    record.start = kStart + Duration{random.below(10'000'000)};
    record.end = record.start;
    record.key.src = host(src);
    record.key.dst = host(dst);
    record.bytes = random.below(1'000'000);
    for (std::uint32_t observer : {src, dst}) {
      record.observer = ObserverId{observer};
      records.push_back(record);
    }
  }
  const BinPart part{kStart, &attachments};
  for (auto _ : state) {
    benchmark::DoNotOptimize(build_matrix(records, std::span(&part, 1), observers, {kStart, kStart + 10s}));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * records.size()));
}
BENCHMARK(bm_build_matrix)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace anemone
