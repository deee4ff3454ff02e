// What a new flow and a drained socket cost in names: build/bench/bench_host
#include <benchmark/benchmark.h>

#include <cstring>
#include <string>

#include "host/applications.h"
#include "host/cgroup_path.h"
#include "host/owner_names.h"

using namespace anemone;

namespace {

ProcessSeen process(std::uint32_t number) {
  ProcessSeen seen{.pid = 4'000'000 + number, .started_ns = number + 1ULL, .uid = 0, .cgroup = 0, .comm = {}};
  std::memcpy(seen.comm.data(), "nginx", 5);
  return seen;
}

void known_owner(benchmark::State& state) {
  OwnerTable owners;
  OwnerNames names(owners, {.proc = "/nonexistent", .cgroup = "/nonexistent", .passwd = "/dev/null"});
  const auto processes = static_cast<std::uint32_t>(state.range(0));
  for (std::uint32_t i = 0; i < processes; ++i) names.owner_of(process(i));
  std::uint32_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(names.owner_of(process(next)));
    next = (next + 7919) % processes;
  }
}
BENCHMARK(known_owner)->Arg(100)->Arg(10'000);

void new_owner(benchmark::State& state) {
  OwnerTable owners;
  OwnerNames names(owners);
  ProcessSeen seen = process(0);
  for (auto _ : state) {
    ++seen.pid;  // long gone: one look into /proc
    benchmark::DoNotOptimize(names.owner_of(seen));
  }
}
BENCHMARK(new_owner);

void application(benchmark::State& state) {
  OwnerTable owners;
  NameTable<ApplicationId> names;
  Applications applications(owners, names, *parse_application_rules(built_in_application_rules()));
  const OwnerId owner = owners.intern({state.range(0) == 0 ? "sshd" : "curl", "", "", "", ""});
  std::uint16_t port = 0;
  for (auto _ : state) {
    ++port;
    benchmark::DoNotOptimize(applications.application_of(owner, {6, 40000, port, {}}));
  }
}
BENCHMARK(application)->ArgName("by_port")->Arg(0)->Arg(1);

void cgroup_path(benchmark::State& state) {
  const std::string path =
      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod5f1e.slice/cri-containerd-" +
      std::string(64, 'a') + ".scope";
  for (auto _ : state) benchmark::DoNotOptimize(read_cgroup_path(path));
}
BENCHMARK(cgroup_path);

}  // namespace
