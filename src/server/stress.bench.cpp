// From the packet that brings an LSA to everybody's routes, under stress: the full mesh of 100 routers and
// the bursts of 500 LSAs of the OSPF monitor's paper (Shaikh and Greenberg, NSDI 2004), and databases of
// 1,000 to 10,000 routers from an LSA log. Each is one long story rather than many short ones: what counts is
// in the counters. scripts/bench-stress runs them one by one and prints them.
#include <benchmark/benchmark.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lsdb/lsa_log_file.h"
#include "lsdb/lsdb_history.h"
#include "lsdb/ospf_capture.h"
#include "lsdb/ospf_listener.h"
#include "ospf/generated_network.test.h"
#include "route/area_distances.h"
#include "route/table.h"
#include "topology/from_lsdb.h"

namespace {

using namespace anemone;
using Packets = std::vector<std::vector<std::uint8_t>>;

constexpr Time kStart = Time{std::chrono::seconds(1'800'000'000)};
constexpr std::size_t kDistancesMax = std::size_t{1} << 30;

// What this thread has computed: nothing here waits for anything, and other programs do not count.
Duration now() {
  timespec spent{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(spent.tv_sec) +
                                              std::chrono::nanoseconds(spent.tv_nsec));
}
Duration wall() {
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}
double ms(Duration duration) { return static_cast<double>(duration.count()) / 1000; }

// Of this process, what is in memory now.
double resident_mb() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

double percentile(std::vector<Duration> values, int percent) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return ms(values[(values.size() - 1) * static_cast<std::size_t>(percent) / 100]);
}

// What a listening server does with packets: log file, history, topology, all routes.
class Pipeline {
 public:
  explicit Pipeline(const std::string& path)
      : path_(path), listener_("generated", log_), writer_(open(path)), distances_(AreaId{}, kDistancesMax) {
    static_cast<void>(writer_.vantage("generated"));
  }
  ~Pipeline() { std::remove(path_.c_str()); }
  Pipeline(const Pipeline&) = delete;
  Pipeline& operator=(const Pipeline&) = delete;

  void take(Time time, Bytes packet) {
    listener_.on_packet(time, packet);
    for (const HeardLsa& heard : log_.entries) {
      writer_.append(heard);
      changed_ |= history_.append(heard) == LsdbChange::kChanged;
      ++taken_;
    }
    log_.entries.clear();
  }
  // Whether there is a new topology.
  bool build() {
    if (!changed_) return false;
    changed_ = false;
    topology_ = topology_from_lsdb(history_.now());
    return true;
  }
  AreaDistances::Update route() { return distances_.update(topology_); }
  void flush() { static_cast<void>(writer_.flush(LsaLogWriter::Until::kKernel)); }
  void forget_before(Time time) { history_.forget_before(time); }

  const Lsdb& lsdb() const { return history_.now(); }
  const Topology& topology() const { return topology_; }
  const AreaDistances& distances() const { return distances_; }
  std::size_t taken() const { return taken_; }
  const OspfCounts& counts() const { return listener_.counts(); }

 private:
  static LsaLogWriter open(const std::string& path) {
    std::remove(path.c_str());
    auto writer = LsaLogWriter::open(path);
    if (!writer) std::abort();
    return std::move(*writer);
  }

  std::string path_;
  LsaLog log_;
  OspfListener listener_;
  LsaLogWriter writer_;
  LsdbHistory history_;
  Topology topology_;
  AreaDistances distances_;
  bool changed_ = false;
  std::size_t taken_ = 0;
};

std::string scratch(const std::string& name) {
  const char* folder = std::getenv("TMPDIR");
  return std::string(folder != nullptr ? folder : "/tmp") + "/anemone-stress-" + std::to_string(getpid()) +
         "-" + name;
}

// Instances of LSAs, by a hash of their bytes, since keeping 50,000 of them would be most of the memory.
class Balance {
 public:
  void sent(const Packets& packets) {
    LsaLog log;
    OspfListener listener("sent", log);
    for (const auto& packet : packets) listener.on_packet(kStart, packet);
    for (const HeardLsa& heard : log.entries) ++of_[hash(heard)];
    count_ += log.entries.size();
  }
  std::size_t count() const { return count_; }

  // Those that were sent and are not in the log file, and those in it that were not sent.
  std::size_t differs(const std::string& path) {
    auto reader = LsaLogReader::open(path);
    LsaLog log;
    if (!reader || !reader->read(log)) return count_;
    for (const HeardLsa& heard : log.entries) --of_[hash(heard)];
    std::size_t differing = 0;
    for (const auto& [lsa, balance] : of_) differing += static_cast<std::size_t>(std::abs(balance));
    return differing;
  }

 private:
  static std::size_t hash(const HeardLsa& heard) {
    const Bytes bytes = heard.bytes;
    return std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  std::map<std::size_t, int> of_;
  std::size_t count_ = 0;
};

// 100 bursts, one a second, of five flips: each takes all adjacencies of a router down or up again, and every
// router of the mesh says so. Packets come 20 microseconds apart by the schedule's clock. The pipeline takes
// whatever has come while it was busy, then makes one topology and the routes of it; the time that takes is
// measured and added to that clock. The history keeps ten seconds, the log file everything.
void mesh_bursts(benchmark::State& state) {
  constexpr int kBursts = 100;
  Random random(4);
  GeneratedNetwork network = GeneratedNetwork::mesh(100);
  const std::string path = scratch("mesh.lsalog");
  std::vector<Duration> to_topology;
  std::vector<Duration> to_routes;
  Balance balance;
  std::vector<double> resident;
  std::size_t builds = 0;
  for (auto _ : state) {
    Pipeline pipeline(path);
    network.mark_all();
    Packets packets;
    network.flood(packets);
    balance.sent(packets);
    for (const auto& packet : packets) pipeline.take(kStart, packet);
    pipeline.build();
    pipeline.route();
    Time clock = kStart;
    for (int burst = 1; burst <= kBursts; ++burst) {
      packets.clear();
      for (int flip = 0; flip < 5; ++flip) {
        network.flip(random.below(100));
        network.flood(packets);
      }
      balance.sent(packets);
      const Time begin = kStart + std::chrono::seconds(burst);
      const auto arrival = [&](std::size_t i) { return begin + std::chrono::microseconds(20 * i); };
      clock = std::max(clock, begin);
      for (std::size_t next = 0; next < packets.size();) {
        clock = std::max(clock, arrival(next));
        const std::size_t oldest = next;
        const Duration started = now();
        while (next < packets.size() && arrival(next) <= clock + (now() - started)) {
          pipeline.take(arrival(next), packets[next]);
          ++next;
        }
        pipeline.flush();
        builds += pipeline.build() ? 1 : 0;
        const Time queryable = clock + (now() - started);
        pipeline.route();
        clock += now() - started;
        for (std::size_t i = oldest; i < next; ++i) {
          to_topology.push_back(queryable - arrival(i));
          to_routes.push_back(clock - arrival(i));
        }
      }
      pipeline.forget_before(clock - 10s);
      if (burst == 20 || burst == kBursts) resident.push_back(resident_mb());
    }
    pipeline.flush();
    state.counters["lsas_sent"] = static_cast<double>(balance.count());
    state.counters["lsas_taken"] = static_cast<double>(pipeline.taken());
    state.counters["refused"] = static_cast<double>(pipeline.counts().refused.total());
    state.counters["lost_or_extra"] = static_cast<double>(balance.differs(path));
  }
  state.counters["topologies"] = static_cast<double>(builds);
  state.counters["topology_p50_ms"] = percentile(to_topology, 50);
  state.counters["topology_p99_ms"] = percentile(to_topology, 99);
  state.counters["routes_p50_ms"] = percentile(to_routes, 50);
  state.counters["routes_p99_ms"] = percentile(to_routes, 99);
  state.counters["resident_mb_at_20"] = resident.at(0);
  state.counters["resident_mb_at_100"] = resident.at(1);
}

GeneratedNetwork generated(std::int64_t routers) {
  Random random(1);
  const auto count = static_cast<std::uint32_t>(routers);
  return GeneratedNetwork::random(count, count * 9 / 4, random);
}

// A log file of the whole database, read into a history, its topology made.
void load_from_log(benchmark::State& state) {
  const std::string path = scratch("load.lsalog");
  {
    GeneratedNetwork network = generated(state.range(0));
    network.mark_all();
    Packets packets;
    network.flood(packets);
    LsaLog log;
    OspfListener listener("generated", log);
    for (const auto& packet : packets) listener.on_packet(kStart, packet);
    std::remove(path.c_str());
    auto writer = LsaLogWriter::open(path);
    static_cast<void>(writer->vantage("generated"));
    for (const HeardLsa& heard : log.entries) writer->append(heard);
  }
  const double before = resident_mb();
  for (auto _ : state) {
    const Duration started = now();
    LsaLog log;
    auto reader = LsaLogReader::open(path);
    if (!reader || !reader->read(log)) state.SkipWithError("cannot read the log");
    const Duration read = now();
    const LsdbHistory history(log);
    const Duration installed = now();
    const Topology topology = topology_from_lsdb(history.now());
    const Duration built = now();
    const double after = resident_mb();
    AreaDistances distances(AreaId{}, kDistancesMax);
    distances.update(topology);
    state.counters["lsas"] = static_cast<double>(log.entries.size());
    state.counters["directed_links"] = static_cast<double>(topology.link_count());
    state.counters["read_ms"] = ms(read - started);
    state.counters["install_ms"] = ms(installed - read);
    state.counters["topology_ms"] = ms(built - installed);
    state.counters["all_distances_ms"] = ms(now() - built);
    state.counters["kb_per_lsa"] = (after - before) * 1e3 / static_cast<double>(log.entries.size());
    state.counters["resident_mb"] = after;
    state.counters["with_distances_mb"] = resident_mb();
  }
  std::remove(path.c_str());
}

// One LSA changes one link's cost: from its packet to the topology, and to everybody's routes.
void one_changed_lsa(benchmark::State& state) {
  GeneratedNetwork network = generated(state.range(0));
  Pipeline pipeline(scratch("one.lsalog"));
  network.mark_all();
  Packets packets;
  network.flood(packets);
  Time time = kStart;
  for (const auto& packet : packets) pipeline.take(time, packet);
  pipeline.build();
  pipeline.route();
  Random random(3);
  std::vector<Duration> to_topology;
  std::vector<Duration> to_routes;
  for (auto _ : state) {
    state.PauseTiming();
    packets.clear();
    network.set_cost(random.below(network.link_count()), random.below(2) == 1,
                     static_cast<std::uint16_t>(1 + random.below(65'535)));
    network.flood(packets);
    time += 10ms;
    state.ResumeTiming();
    const Duration started = now();
    pipeline.take(time, packets[0]);
    pipeline.build();
    to_topology.push_back(now() - started);
    pipeline.route();
    to_routes.push_back(now() - started);
  }
  state.counters["topology_p50_ms"] = percentile(to_topology, 50);
  state.counters["topology_p99_ms"] = percentile(to_topology, 99);
  state.counters["routes_p50_ms"] = percentile(to_routes, 50);
  state.counters["routes_p99_ms"] = percentile(to_routes, 99);
}

// A capture file of update packets, to be sent for real: scripts/bench-live and scripts/bench-frr do.
class CaptureFile {
 public:
  explicit CaptureFile(const std::string& path) : out_(path, std::ios::binary) {
    for (const std::uint32_t word : {0xa1b2c3d4U, 0x0004'0002U, 0U, 0U, 65'535U, 101U}) put(word);  // raw IP
  }
  void add(Duration at, const std::vector<std::uint8_t>& payload) {
    ByteWriter ip;
    ip.u32(0x45c0'0000U + static_cast<std::uint32_t>(20 + payload.size()));
    ip.u32(0);
    ip.u32(0x0159'0000U);  // one hop; OSPF
    ip.u32(0x0a63'0002U);
    ip.u32(0xe000'0005U);
    const auto size = static_cast<std::uint32_t>(20 + payload.size());
    const std::int64_t us = at.count();
    for (const std::int64_t word : {us / 1'000'000, us % 1'000'000}) put(static_cast<std::uint32_t>(word));
    put(size);
    put(size);
    out_.write(reinterpret_cast<const char*>(ip.bytes().data()), 20);
    out_.write(reinterpret_cast<const char*>(payload.data()), static_cast<std::streamsize>(payload.size()));
  }

 private:
  void put(std::uint32_t word) { out_.write(reinterpret_cast<const char*>(&word), 4); }
  std::ofstream out_;
};

// The bursts of mesh_bursts with the times of their schedule, into $ANEMONE_BENCH_CAPTURE.
void write_mesh(benchmark::State& state) {
  const char* path = std::getenv("ANEMONE_BENCH_CAPTURE");
  if (path == nullptr) return state.SkipWithError("ANEMONE_BENCH_CAPTURE names the file");
  Random random(4);
  GeneratedNetwork network = GeneratedNetwork::mesh(100);
  for (auto _ : state) {
    CaptureFile file(path);
    Packets packets;
    network.mark_all();
    std::size_t lsas = network.flood(packets);
    for (int burst = 0; burst <= 100; ++burst) {
      for (std::size_t i = 0; i < packets.size(); ++i) {
        file.add(std::chrono::seconds(burst) + std::chrono::microseconds(20 * i), packets[i]);
      }
      packets.clear();
      for (int flip = 0; flip < 5 && burst < 100; ++flip) {
        network.flip(random.below(100));
        lsas += network.flood(packets);
      }
    }
    state.counters["lsas"] = static_cast<double>(lsas);
  }
}

// 1,000 routers, the first of them linked to the real router 2.0.0.1; then 40 changes of one cost each, a
// second apart, of which every other one takes the one before back. Into $ANEMONE_BENCH_CAPTURE.
void write_injection(benchmark::State& state) {
  const char* path = std::getenv("ANEMONE_BENCH_CAPTURE");
  if (path == nullptr) return state.SkipWithError("ANEMONE_BENCH_CAPTURE names the file");
  GeneratedNetwork network = generated(1'000);
  network.attach_outside(0,
                         {{0x0200'0001U}, {0x0a63'0002U}, ospf::LinkType::kPointToPoint, 10});  // 10.99.0.2
  Random random(6);
  for (auto _ : state) {
    CaptureFile file(path);
    Packets packets;
    network.mark_all();
    network.flood(packets);
    for (const auto& packet : packets) file.add(0s, packet);
    for (int change = 1; change <= 40; change += 2) {
      const std::uint32_t link = random.below(network.link_count());
      const std::uint16_t before = network.cost(link, false);
      const auto other = static_cast<std::uint16_t>(1 + random.below(65'535));
      for (const std::uint16_t cost : {other, before}) {
        packets.clear();
        network.set_cost(link, false, cost);
        network.flood(packets);
        file.add(std::chrono::seconds(cost == other ? change : change + 1), packets[0]);
      }
    }
  }
}

// The changes of a capture made while write_injection's packets were sent ($ANEMONE_BENCH_CAPTURE): from the
// packet to the topology, to the table of the real router, and to everybody's distances.
void injected_changes(benchmark::State& state) {
  const char* path = std::getenv("ANEMONE_BENCH_CAPTURE");
  if (path == nullptr) return state.SkipWithError("ANEMONE_BENCH_CAPTURE names the file");
  const std::string name = path;
  const auto recording = read_ospf_captures(std::span(&name, 1));
  if (!recording) return state.SkipWithError(recording.error().message.c_str());
  std::vector<Duration> to_topology;
  std::vector<Duration> to_table;
  std::vector<Duration> to_all;
  for (auto _ : state) {
    LsdbHistory history;
    AreaDistances distances(AreaId{});
    Topology topology;
    bool warm = false;
    std::size_t routes = 0;
    for (const HeardLsa& heard : recording->log.entries) {
      const bool of_network = !heard.described && heard.key.type == 1 && heard.key.router.value >> 24 == 1;
      if (!of_network || heard.instance.sequence < 2) {
        history.append(heard);
        continue;
      }
      if (!std::exchange(warm, true)) distances.update(topology_from_lsdb(history.now()));
      const Duration started = wall();
      if (history.append(heard) != LsdbChange::kChanged) continue;  // sent again
      topology = topology_from_lsdb(history.now());
      to_topology.push_back(wall() - started);
      const auto router = topology.find("2.0.0.1");
      if (router) routes = route_table(topology, *router).size();
      to_table.push_back(wall() - started);
      const Duration routing = wall();
      distances.update(topology);
      to_all.push_back(to_topology.back() + (wall() - routing));
    }
    state.counters["routers"] = static_cast<double>(topology.node_count());
    state.counters["routes_of_2.0.0.1"] = static_cast<double>(routes);
  }
  state.counters["changes"] = static_cast<double>(to_table.size());
  state.counters["topology_p50_ms"] = percentile(to_topology, 50);
  state.counters["topology_p90_ms"] = percentile(to_topology, 90);
  state.counters["table_p50_ms"] = percentile(to_table, 50);
  state.counters["table_p90_ms"] = percentile(to_table, 90);
  state.counters["all_routes_p50_ms"] = percentile(to_all, 50);
  state.counters["all_routes_p90_ms"] = percentile(to_all, 90);
}

BENCHMARK(write_mesh)->Iterations(1);
BENCHMARK(write_injection)->Iterations(1);
BENCHMARK(injected_changes)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(mesh_bursts)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(load_from_log)->Arg(1'600)->Arg(10'000)->Unit(benchmark::kMillisecond)->Iterations(1);
BENCHMARK(one_changed_lsa)->Arg(1'000)->Arg(1'600)->Unit(benchmark::kMillisecond)->Iterations(300);
BENCHMARK(one_changed_lsa)->Arg(10'000)->Unit(benchmark::kMillisecond)->Iterations(50);

}  // namespace
