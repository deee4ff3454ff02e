// How fast records go in, and how soon a bin comes out, on a day that already holds a million records.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "store/store.test.h"

using namespace anemone;

namespace {

constexpr std::size_t kHosts = 20'000;

// `count` records that start in the `slices` ten-second slices behind `from`, in the order of time.
std::vector<FlowRecord> bench_flows(Random& random, std::size_t count, Time from, std::size_t slices) {
  std::vector<FlowRecord> records;
  records.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Time start = from + 10s * static_cast<std::int64_t>(i * slices / count);
    records.push_back(flow(start + Duration{random.below(9'000'000)},
                           IpAddress(Ipv4{0x0a000000 + random.below(kHosts)}),
                           IpAddress(Ipv4{0x0a000000 + random.below(kHosts)}), random.below(1'000'000)));
    records.back().key.src_port = static_cast<std::uint16_t>(32768 + random.below(28'000));
  }
  return records;
}

std::unique_ptr<Store> must_open(const StoreFolder& folder) {
  auto store = Store::open(folder.config());
  if (!store || !(*store)->observer("h1")) std::abort();
  return std::move(*store);
}

// Records a second by the size of a batch: each batch is a commit, on disk when append() returns.
void append_records(benchmark::State& state) {
  StoreFolder folder;
  const auto store = must_open(folder);
  Random random(1);
  Batch batch;
  batch.records = bench_flows(random, static_cast<std::size_t>(state.range(0)), kDay, 100);
  for (auto _ : state) {
    ++batch.id;
    if (!store->append(batch)) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  const auto counts = store->counts();
  state.counters["bytes_per_record"] =
      static_cast<double>(counts->bytes_on_disk) / static_cast<double>(counts->records);
}
BENCHMARK(append_records)
    ->Arg(1'000)
    ->Arg(10'000)
    ->Arg(122'880)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// All records of one ten-second bin, of a million records in a day's first hour.
void read_bin(benchmark::State& state) {
  StoreFolder folder;
  const auto store = must_open(folder);
  Random random(1);
  Batch batch;
  batch.id = 1;
  batch.records = bench_flows(random, 1'000'000, kDay, 360);
  if (!store->append(batch)) std::abort();
  std::int64_t bin = 0;
  std::size_t records = 0;
  for (auto _ : state) {
    bin = (bin + 97) % 360;
    records += store->flows_between(kDay + bin * 10s, kDay + (bin + 1) * 10s)->size();
  }
  state.counters["records_per_bin"] = static_cast<double>(records) / static_cast<double>(state.iterations());
}
BENCHMARK(read_bin)->Unit(benchmark::kMillisecond)->UseRealTime();

// The loads of all 2,000 links in one bin, of a day's 8,640 bins' first 1,000.
void read_loads(benchmark::State& state) {
  StoreFolder folder;
  const auto store = must_open(folder);
  Batch batch;
  batch.id = 1;
  for (std::size_t link = 0; link < 2'000; ++link) {
    if (!store->link("link " + std::to_string(link))) std::abort();
  }
  for (int bin = 0; bin < 1'000; ++bin) {
    for (std::size_t link = 0; link < 2'000; ++link) {
      batch.loads.push_back({kDay + bin * 10s, StoredLinkId{link}, static_cast<double>(link), 1});
    }
  }
  if (!store->append(batch)) std::abort();
  std::int64_t bin = 0;
  for (auto _ : state) {
    bin = (bin + 97) % 1'000;
    if (store->loads_between(kDay + bin * 10s, kDay + (bin + 1) * 10s)->size() != 2'000) std::abort();
  }
}
BENCHMARK(read_loads)->Unit(benchmark::kMillisecond)->UseRealTime();

// Opening a store of a million records again.
void open_store(benchmark::State& state) {
  StoreFolder folder;
  {
    const auto store = must_open(folder);
    Random random(1);
    Batch batch;
    for (batch.id = 1; batch.id <= 10; ++batch.id) {
      batch.records = bench_flows(random, 100'000, kDay, 360);
      if (!store->append(batch)) std::abort();
    }
  }
  for (auto _ : state) must_open(folder);
}
BENCHMARK(open_store)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
