// What a FlowTable costs for each event: few flows that stay in the cache, many that do not, and many that
// come and go. The names say how many flows live at a time.

#include "flow/flow_table.h"

#include <benchmark/benchmark.h>

#include <vector>

#include "base/random.h"
#include "flow/defined_flows.h"

namespace {

using namespace anemone;

FlowKey key_number(std::uint32_t number) {
  return {Ipv4{0x0a000000 + number}, Ipv4{0x0a800000 + number % 1000}, static_cast<std::uint16_t>(number),
          443, 6};
}

// Events of random ones among `flows` flows, a microsecond apart.
std::vector<Event> random_events(std::uint32_t flows) {
  Random random(1);
  std::vector<Event> events(1 << 20);
  Time now = time_from_micros(1'700'000'000'000'000);
  for (Event& event : events) {
    event = {.time = now += Duration{1}, .key = key_number(random.below(flows)), .bytes = 1000};
  }
  return events;
}

void add_to_living_flows(benchmark::State& state) {
  const auto events = random_events(static_cast<std::uint32_t>(state.range(0)));
  FlowTable table({.flows = 4'000'000, .slice = Duration{0}, .idle = Duration{0}, .active = Duration{0}});
  std::vector<Flow> out;
  table.add(events, out);
  for (auto _ : state) table.add(events, out);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events.size()));
}
BENCHMARK(add_to_living_flows)
    ->Arg(100)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);

// A full table: every event begins a flow and pushes the oldest out.
void push_out_of_full_table(benchmark::State& state) {
  FlowTable table({.flows = static_cast<std::size_t>(state.range(0))});
  std::vector<Flow> out;
  std::vector<Event> events(4096);
  std::uint32_t number = 0;
  for (auto _ : state) {
    for (Event& event : events) event = {.time = Time{}, .key = key_number(number++), .bytes = 1000};
    table.add(events, out);
    out.clear();
  }
  state.SetItemsProcessed(state.iterations() * 4096);
}
BENCHMARK(push_out_of_full_table)->Arg(10'000)->Arg(1'000'000);

// Micro-flows of random ones among `flows`, whole and under a definition that projects and filters.
void add_micro_flows(benchmark::State& state, const char* definition) {
  RecordNames names;
  const OwnerId owner = names.owners.intern({"nginx", "/usr/sbin/nginx", "www-data", "nginx.service", ""});
  std::vector<MicroFlow> micro_flows;
  for (const Event& event : random_events(static_cast<std::uint32_t>(state.range(0)))) {
    MicroFlow micro_flow;
    micro_flow.event = event;
    micro_flow.origin.owner = owner;
    micro_flows.push_back(micro_flow);
  }
  auto flows = DefinedFlows::make(*parse_flow_definition(definition), names, 4'000'000);
  std::vector<Flow> out;
  for (auto _ : state) {
    flows->add(micro_flows, out);
    out.clear();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(micro_flows.size()));
}
BENCHMARK_CAPTURE(add_micro_flows, usual, "slice 0s; idle 0s")
    ->Arg(10'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(add_micro_flows, projected,
                  "key src/24 process; where not port 53 and process nginx; slice 0s; idle 0s")
    ->Arg(10'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
