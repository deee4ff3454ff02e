// What it takes to write ten minutes of 10,000 micro-flows a second, and to look back at them: 8,000
// connections that last, 2,000 new ones every second.

#include "flow/retrospect.h"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "base/random.h"
#include "flow/event_archive.h"

namespace {

using namespace anemone;

constexpr Time kStart = time_from_micros(1'700'000'000'000'000);
constexpr int kSeconds = 600;
constexpr std::uint32_t kLasting = 8'000;
constexpr std::uint32_t kNew = 2'000;

struct Minutes {
  Minutes()
      : folder((std::filesystem::temp_directory_path() / ("anemone-bench-" + std::to_string(::getpid())))
                   .string()) {
    for (int i = 0; i < 200; ++i) {
      names.owners.intern({"process" + std::to_string(i), "/usr/bin/p", "user", "a.service", ""});
    }
    std::filesystem::remove_all(folder);
  }
  ~Minutes() { std::filesystem::remove_all(folder); }

  MicroFlow one(std::uint32_t number, Time second) {
    MicroFlow one;
    one.event = {.time = second + Duration{random.below(900'000)},
                 .key = {Ipv4{0x0a000000 | number % 50}, Ipv4{0x0b000000 | number % 5000},
                         static_cast<std::uint16_t>(number), 443, 6, Direction::kOut},
                 .tcp_flags = 24,
                 .packets = 1 + random.below(1000),
                 .bytes = random.below(1'000'000)};
    one.lasted_us = random.below(100'000);
    one.srtt_us = 10'000 + random.below(1000);
    one.origin.owner = OwnerId{5 + number % 200};
    one.origin.pid = 1000 + number % 200;
    one.origin.interface = 2;
    return one;
  }

  void write() {
    auto archive = EventArchive::open({.folder = folder}, names);
    std::vector<MicroFlow> told;
    std::uint32_t fresh = kLasting;
    for (int s = 0; s < kSeconds; ++s) {
      const Time second = kStart + Duration{1s} * s;
      told.clear();
      for (std::uint32_t i = 0; i < kLasting; ++i) told.push_back(one(i, second));
      for (std::uint32_t i = 0; i < kNew; ++i) told.push_back(one(fresh++, second));
      (void)(*archive)->add({second, second + 1s}, told);
    }
    bytes = (*archive)->counts().bytes;
  }

  std::string folder;
  RecordNames names;
  Random random{1};
  std::uint64_t bytes = 0;
};

void write_ten_minutes(benchmark::State& state) {
  Minutes minutes;
  for (auto _ : state) {
    std::filesystem::remove_all(minutes.folder);
    minutes.write();
  }
  state.counters["bytes_per_micro_flow"] =
      static_cast<double>(minutes.bytes) / (kSeconds * (kLasting + kNew));
  state.SetItemsProcessed(state.iterations() * kSeconds * (kLasting + kNew));
}
BENCHMARK(write_ten_minutes)->Unit(benchmark::kMillisecond)->Iterations(1);

void look_back_ten_minutes(benchmark::State& state, const char* definition) {
  Minutes minutes;
  minutes.write();
  const auto asked = *parse_flow_definition(definition);
  std::size_t flows = 0;
  for (auto _ : state) {
    RecordNames names;
    flows = 0;
    auto seen = look_back(minutes.folder, asked, {kStart, kStart + 10min}, names,
                          [&](std::span<const Flow> some) { flows += some.size(); });
    benchmark::DoNotOptimize(seen);
  }
  state.counters["flows"] = static_cast<double>(flows);
  state.SetItemsProcessed(state.iterations() * kSeconds * (kLasting + kNew));
}
BENCHMARK_CAPTURE(look_back_ten_minutes, usual, "")->Unit(benchmark::kMillisecond)->Iterations(2);
BENCHMARK_CAPTURE(look_back_ten_minutes, process, "key src/24 dport process")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(2);
BENCHMARK_CAPTURE(look_back_ten_minutes, filtered, "key dst; where process process17; slice 1m")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(2);
BENCHMARK_CAPTURE(look_back_ten_minutes, one_by_one, "key src/24 dport process; slice 10s; idle 2s")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(2);

}  // namespace
