#include <algorithm>
#include <cmath>
#include <thread>

#include "base/random.h"
#include "server/live_network.test.h"

using namespace anemone;

namespace {

// r1 - r2 - r3 cost 20, r1 - r3 directly cost 30.
struct Triangle : LiveNetwork {
  explicit Triangle(LiveTrafficConfig config = {}) : LiveNetwork(3, config) {
    set_cost(1, 2, 10);
    set_cost(2, 3, 10);
    set_cost(1, 3, 30);
    flood(kNoon - 60s);
    pass(kNoon);
  }
  const IpAddress a = host_address(1, 10);
  const IpAddress b = host_address(3, 10);
  const std::string agent_a = host_name(1, 10);
  const std::string agent_b = host_name(3, 10);
};

}  // namespace

TEST_CASE("a record is in the loads as soon as its file is taken, once, whoever else reports it") {
  Triangle net;
  net.pass(kNoon + 10s);
  CHECK(net.send(net.agent_a, kNoon + 10s, {net.record(kNoon + 1s, 8s, net.a, net.b, 1'000'000)}) ==
        IntakeOutcome::kKept);
  const Time bin = kNoon;
  CHECK(net.bps(net.load(bin), 1, 2) == 800'000);
  CHECK(net.bps(net.load(bin), 2, 3) == 800'000);
  CHECK(net.bps(net.load(bin), 1, 3) == 0);
  // The receiver's agent says the same, and what it sent back.
  net.send(net.agent_b, kNoon + 10s,
           {net.record(kNoon + 1s, 8s, net.a, net.b, 990'000, true),
            net.record(kNoon + 1s, 8s, net.b, net.a, 50'000)});
  CHECK(net.bps(net.load(bin), 1, 2) == 800'000);
  CHECK(net.bps(net.load(bin), 2, 1) == 40'000);
  // A second definition sees the same traffic once more.
  net.send(net.agent_a, kNoon + 10s, {net.record(kNoon + 1s, 8s, net.a, net.b, 1'000'000)}, "nginx", 2);
  CHECK(net.bps(net.load(bin), 1, 2) == 800'000);
}

TEST_CASE("a change of the topology moves what is open at once: what was sent last stands for what comes") {
  Triangle net;
  net.pass(kNoon + 10s);
  net.send(net.agent_a, kNoon + 10s, {net.record(kNoon + 1s, 8s, net.a, net.b, 1'000'000)});
  net.pass(kNoon + 12s);
  const LoadAnswer before = net.load();
  CHECK(before.envelope.bin.from == kNoon + 10s);
  CHECK(!before.envelope.bin.complete);
  CHECK(before.envelope.bin.stable);
  CHECK(before.envelope.bin.carried_share == 1);
  CHECK(net.bps(before, 1, 2) == 800'000);
  net.set_cost(1, 2, 0);
  net.flood(kNoon + 12s + 500ms);
  const LoadAnswer after = net.load();
  CHECK(net.bps(after, 1, 3) == 800'000);
  CHECK(net.bps(after, 2, 3) == 0);
  CHECK(!after.envelope.bin.stable);
  // The bin that was over by then keeps the way that it took.
  CHECK(net.bps(net.load(kNoon), 1, 2) == 800'000);
}

TEST_CASE("a bin with a change in it has its records split by time, once they are there") {
  Triangle net;
  net.pass(kNoon + 4s);
  net.set_cost(1, 2, 0);
  net.flood(kNoon + 4s);
  net.pass(kNoon + 10s + 400ms);
  net.send(net.agent_a, kNoon + 10s, {net.record(kNoon, 10s, net.a, net.b, 1'000'000)});
  const LoadAnswer load = net.load(kNoon);
  CHECK(load.envelope.bin.complete);
  CHECK(net.bps(load, 1, 2) == doctest::Approx(320'000));
  CHECK(net.bps(load, 1, 3) == doctest::Approx(480'000));
  for (const LinkAnswer& link : load.links) {
    CHECK(link.uncertain_share == (link.load_bps > 0 ? 1 : 0));  // all of it may have gone either way
  }
}

TEST_CASE("what was lost between two places is what one end's agent sent and the other's did not get") {
  Triangle net;
  net.pass(kNoon + 10s);
  net.send(net.agent_a, kNoon + 10s, {net.record(kNoon + 2s, 6s, net.a, net.b, 1'000'000)});
  CHECK(net.platform->path_losses({kNoon, 1})->pairs.empty());  // nobody tells what came
  net.send(net.agent_b, kNoon + 10s, {net.record(kNoon + 2s, 6s, net.a, net.b, 990'000, true)});
  CHECK(net.platform->path_losses({kNoon, 1})->pairs.empty());  // nor where the receiver is
  net.send(net.agent_b, kNoon + 10s, {net.record(kNoon + 2s, 1s, net.b, net.a, 1'000)});
  const auto losses = net.platform->path_losses({kNoon, 1});
  REQUIRE(losses);
  REQUIRE(losses->pairs.size() == 2);  // either way
  const PairLoss& pair = losses->pairs[0];
  CHECK(pair.from == "1.0.0.1");
  CHECK(pair.to == "10.0.3.0/24");
  CHECK(pair.sent_bytes == 1'000'000);
  CHECK(pair.received_bytes == 990'000);
  CHECK(pair.low_bytes <= 10'000);
  CHECK(pair.high_bytes >= 10'000);
  CHECK(pair.high_bytes < 1'000'000);
  // Where one of both is not instrumented nothing can be said.
  CHECK(net.platform->path_losses({kNoon, 0.5})->pairs.empty());
}

TEST_CASE("what is in no demand is told by reason, with the addresses that it is about") {
  Triangle net;
  net.pass(kNoon + 10s);
  const IpAddress nowhere = Ipv4{0xcb007109};
  const IpAddress group = Ipv4{0xef010101};
  net.send(net.agent_a, kNoon + 10s,
           {net.record(kNoon, 9s, net.a, nowhere, 1'000'000), net.record(kNoon, 9s, net.a, group, 500'000),
            net.record(kNoon, 9s, net.a, host_address(1, 11), 250'000)});
  const LoadAnswer load = net.load(kNoon);
  CHECK(load.unattached_bps == 800'000);
  REQUIRE(load.unattached.size() == 1);
  CHECK(load.unattached[0].reason == "no_destination");
  CHECK(load.unattached[0].bps == 800'000);
  CHECK(load.unattached[0].examples == std::vector<std::string>{"203.0.113.9"});
  REQUIRE(load.apart.size() == 2);
  CHECK(load.apart[0].reason == "multicast");
  CHECK(load.apart[1].reason == "same_network");
  // Over two bins the same, on average.
  net.pass(kNoon + 20s + 400ms);
  net.send(net.agent_a, kNoon + 20s, {net.record(kNoon + 10s, 9s, net.a, net.b, 1'000)});
  const auto mean = net.platform->load({kNoon + 19s, 1, 15s});
  REQUIRE(mean);
  REQUIRE(mean->unattached.size() == 1);
  CHECK(mean->unattached[0].bps == 400'000);
}

TEST_CASE("an agent that falls silent is carried forward for a while, then told as late and left out") {
  Triangle net;
  const auto both = [&](Time slice) {
    net.pass(slice + 10s + 400ms);
    net.send(net.agent_a, slice + 10s, {net.record(slice, 9s, net.a, net.b, 1'000'000)});
    net.send(net.agent_b, slice + 10s, {net.record(slice, 9s, net.b, net.a, 500'000)});
  };
  both(kNoon);
  for (int i = 1; i <= 5; ++i) {
    const Time slice = kNoon + i * 10s;
    net.pass(slice + 10s + 400ms);
    net.send(net.agent_b, slice + 10s, {net.record(slice, 9s, net.b, net.a, 500'000)});
    const LoadAnswer load = net.load(slice);
    CAPTURE(i);
    const bool awaited = i < 5;  // patience is 45 s
    CHECK(net.bps(load, 1, 2) == (awaited ? 800'000 : 0));
    CHECK(net.bps(load, 3, 2) == 400'000);
    CHECK(load.envelope.bin.complete == !awaited);
    CHECK(load.envelope.watermark == (awaited ? kNoon + 10s : kNoon + 60s));
    REQUIRE(load.envelope.late.size() == (awaited ? 0 : 1));
    if (!awaited) CHECK(load.envelope.late[0].agent == net.agent_a);
  }
  // It comes back with what it had.
  net.send(net.agent_a, kNoon + 60s, {net.record(kNoon + 20s, 9s, net.a, net.b, 2'000'000)});
  CHECK(net.bps(net.load(kNoon + 20s), 1, 2) == 1'600'000);
  CHECK(net.load().envelope.late.empty());
}

TEST_CASE("whose a link's load is: processes and users as their agents tell, by share") {
  Triangle net;
  net.pass(kNoon + 10s);
  net.send(net.agent_a, kNoon + 10s, {net.record(kNoon, 9s, net.a, net.b, 3'000'000)}, "nginx");
  net.send(host_name(1, 11), kNoon + 10s, {net.record(kNoon, 9s, host_address(1, 11), net.b, 1'000'000)},
           "rsync");
  const LoadAnswer load = net.load(kNoon);
  std::string id;
  for (const LinkAnswer& link : load.links) {
    if (link.from == "1.0.0.1" && link.to == "1.0.0.2") id = link.id;
  }
  auto link = net.platform->link(id, {kNoon, 1});
  REQUIRE_MESSAGE(link, link.error().message);
  REQUIRE(link->processes.size() == 2);
  CHECK(link->processes[0].label == "nginx");
  CHECK(link->processes[0].share == 0.75);
  CHECK(link->processes[1].label == "rsync");
  REQUIRE(link->users.size() == 1);
  CHECK(link->users[0].label == "www-data");
  CHECK(link->hosts[0].label == "10.0.3.10");  // nobody told its name
  CHECK(link->hosts[1].label == net.agent_a);
  auto top = net.platform->top("processes", {kNoon, 1}, 10);
  REQUIRE(top);
  CHECK(top->rows[0].bps == 2'400'000);
  const TopologyAnswer topology = *net.platform->topology({kNoon + 5s, 1});
  REQUIRE(topology.hosts.size() == 2);
  for (const HostAnswer& host : topology.hosts) CHECK(host.router == "1.0.0.1");
}

namespace {

// What links must carry, found without any of what is tested: unique shortest paths by Floyd and Warshall.
class Expected {
 public:
  Expected(std::uint32_t routers, Random& random) : n_(routers + 1) {
    for (int era = 0; era < 2; ++era) {
      cost_.emplace_back(n_, std::vector<std::uint32_t>(n_, 0));
    }
    for (std::uint32_t a = 1; a < n_; ++a) {
      for (std::uint32_t b = 1; b < a; ++b) {
        if (b + 1 != a && random.below(2) == 0) continue;
        const std::uint32_t cost = 1 + random.below(5'000);
        cost_[0][a][b] = cost_[0][b][a] = cost;
        const bool moves = random.below(3) == 0;
        cost_[1][a][b] = cost_[1][b][a] = moves ? 1 + random.below(5'000) : cost;
      }
    }
  }
  std::uint32_t cost(int era, std::uint32_t a, std::uint32_t b) const { return cost_[era][a][b]; }

  void add(int era, std::uint32_t from, std::uint32_t to, double bits) {
    std::vector<std::vector<std::uint64_t>> d(n_, std::vector<std::uint64_t>(n_, 1U << 30));
    for (std::uint32_t a = 1; a < n_; ++a) {
      d[a][a] = 0;
      for (std::uint32_t b = 1; b < n_; ++b) {
        if (cost_[era][a][b] > 0) d[a][b] = cost_[era][a][b];
      }
    }
    for (std::uint32_t k = 1; k < n_; ++k)
      for (std::uint32_t a = 1; a < n_; ++a)
        for (std::uint32_t b = 1; b < n_; ++b) d[a][b] = std::min(d[a][b], d[a][k] + d[k][b]);
    while (from != to) {
      std::uint32_t next = 0;
      for (std::uint32_t b = 1; b < n_; ++b) {
        const std::uint32_t cost = cost_[era][from][b];
        if (cost > 0 && cost + d[b][to] == d[from][to]) next = b;
      }
      bits_[{from, next}] += bits;
      from = next;
    }
  }
  double bits(std::uint32_t from, std::uint32_t to) const {
    const auto found = bits_.find({from, to});
    return found == bits_.end() ? 0 : found->second;
  }
  void clear() { bits_.clear(); }

 private:
  std::uint32_t n_;
  std::vector<std::vector<std::vector<std::uint32_t>>> cost_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, double> bits_;
};

bool near(double have, double want) { return std::abs(have - want) <= 1e-9 * std::max(1.0, std::abs(want)); }

}  // namespace

TEST_CASE(
    "out of order, late, and over restarts: live answers are those of a batch from the store, and right") {
  constexpr std::uint32_t kRouters = 7;
  constexpr std::uint32_t kHosts = 3;  // at each
  constexpr int kSlices = 8;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Expected expected(kRouters, random);
    LiveNetwork net(kRouters);
    const auto flood = [&](int era, Time time) {
      for (std::uint32_t a = 1; a <= kRouters; ++a) {
        for (std::uint32_t b = 1; b < a; ++b)
          net.set_cost(a, b, static_cast<std::uint16_t>(expected.cost(era, a, b)));
      }
      net.flood(time);
    };
    flood(0, kNoon - 60s);
    const int change_slice = 2 + static_cast<int>(random.below(3));
    const Time change = kNoon + change_slice * 10s + Duration{random.below(10'000'000)};

    // Every host with an agent, but the last of each router's; files are sent some slices late, in any order.
    struct File {
      Time due{};
      std::string agent;
      Time until{};
      std::vector<FlowRecord> records;
    };
    std::vector<File> files;
    std::map<std::pair<std::string, Time>, File> received;  // by agent and the slice's end
    std::vector<std::vector<FlowRecord>> sent(kSlices);
    for (std::uint32_t r = 1; r <= kRouters; ++r) {
      for (std::uint32_t h = 1; h <= kHosts; ++h) {
        for (int s = 0; s < kSlices; ++s) {
          const Time slice = kNoon + s * 10s;
          File file{slice + 10s + Duration{random.below(4) == 0 ? random.below(40'000'000) : 500'000},
                    host_name(r, h),
                    slice + 10s,
                    {}};
          for (std::uint32_t i = 0; i < 4; ++i) {
            const std::uint32_t to_router = 1 + random.below(kRouters);
            const std::uint32_t to = 1 + random.below(kHosts);
            const IpAddress self = host_address(r, h);
            const Time start = slice + Duration{random.below(9'000'000)};
            const Duration length{random.below(static_cast<std::uint32_t>((slice + 10s - start).count()))};
            const FlowRecord record = LiveNetwork::record(start, length, self, host_address(to_router, to),
                                                          1 + random.below(1'000'000));
            sent[s].push_back(record);
            if (h != kHosts) file.records.push_back(record);
            // Its receiver, where it has an agent, tells of it, too.
            if (to == kHosts) continue;
            FlowRecord seen = record;
            seen.key.direction = Direction::kIn;
            const std::string peer = host_name(to_router, to);
            const auto [at, is_new] =
                received.try_emplace({peer, slice + 10s}, File{file.due + 1s, peer, slice + 10s, {}});
            at->second.records.push_back(seen);
          }
          if (h != kHosts) files.push_back(std::move(file));
        }
      }
    }
    files.reserve(files.size() + received.size());
    for (auto& [of, file] : received) files.push_back(std::move(file));
    std::ranges::stable_sort(files, {}, &File::due);

    bool changed = false;
    const std::size_t restart_at = random.below(static_cast<std::uint32_t>(files.size()));
    for (std::size_t i = 0; i < files.size(); ++i) {
      File& file = files[i];
      if (!changed && file.due > change) {
        flood(1, change);
        changed = true;
      }
      net.pass(file.due);
      net.send(file.agent, file.until, std::move(file.records));
      if (random.below(8) == 0) static_cast<void>(net.load());
      if (random.below(8) == 0) REQUIRE(net.platform->close_bins());
      if (i == restart_at) net.start();
    }
    net.pass(kNoon + kSlices * 10s + 90s);
    REQUIRE(net.platform->close_bins());
    net.clock.advance(5s);
    REQUIRE(net.platform->close_bins());

    std::vector<LoadAnswer> live;
    live.reserve(kSlices);
    for (int s = 0; s < kSlices; ++s) live.push_back(net.load(kNoon + s * 10s));
    const auto series = net.platform->series(kNoon, kNoon + kSlices * 10s, 1);
    REQUIRE(series);
    REQUIRE(series->bins.size() == kSlices);
    net.restart_without_memory();
    for (int s = 0; s < kSlices; ++s) {
      CAPTURE(s);
      const Time slice = kNoon + s * 10s;
      const LoadAnswer batch = net.load(slice);
      CHECK(batch.envelope.bin.complete);
      expected.clear();
      for (const FlowRecord& record : sent[s]) {
        const auto end = [](const IpAddress& address) { return address.v4().value & 0xff; };
        const auto at = [](const IpAddress& address) { return address.v4().value >> 8 & 0xff; };
        if (end(record.key.src) == kHosts && end(record.key.dst) == kHosts) continue;  // nobody saw it
        const double bits = static_cast<double>(record.bytes) * 8;
        double before = record.start < change ? 1 : 0;
        if (record.end > record.start) {
          before = std::clamp(seconds(change - record.start) / seconds(record.end - record.start), 0.0, 1.0);
        }
        if (before > 0) expected.add(0, at(record.key.src), at(record.key.dst), bits * before);
        if (before < 1) expected.add(1, at(record.key.src), at(record.key.dst), bits * (1 - before));
      }
      REQUIRE(live[s].links.size() == batch.links.size());
      for (std::size_t i = 0; i < batch.links.size(); ++i) {
        CAPTURE(batch.links[i].id);
        CHECK(live[s].links[i].id == batch.links[i].id);
        CHECK(near(live[s].links[i].load_bps, batch.links[i].load_bps));
        const auto number = [](const std::string& name) {
          return static_cast<std::uint32_t>(std::stoul(name.substr(name.rfind('.') + 1)));
        };
        const double want = expected.bits(number(batch.links[i].from), number(batch.links[i].to)) / 10;
        CHECK(batch.links[i].load_bps == doctest::Approx(want).epsilon(1e-9));
      }
      CHECK(near(series->bins[s].total_bps, batch.total_bps));
    }
    const auto again = net.platform->series(kNoon, kNoon + kSlices * 10s, 1);
    REQUIRE(again);
    REQUIRE(again->bins.size() == kSlices);
    for (int s = 0; s < kSlices; ++s) CHECK(near(again->bins[s].total_bps, series->bins[s].total_bps));
  }
}

TEST_CASE("where a host is, is known at every instant, also after a restart") {
  Triangle net;
  net.pass(kNoon + 10s);
  net.send(net.agent_a, kNoon + 10s, {net.record(kNoon, 9s, net.a, net.b, 1'000'000)});
  // It says nothing of itself: what it sends gives it away, and so does what it sends from elsewhere later.
  net.pass(kNoon + 20s);
  net.send(net.agent_a, kNoon + 20s, {net.record(kNoon + 10s, 9s, host_address(2, 10), net.b, 1'000'000)});
  for (int i = 0; i < 2; ++i) {
    CHECK(net.hosts->at(kNoon + 9s)->list().front().addresses == std::vector{net.a});
    CHECK(net.hosts->at(kNoon + 20s)->list().front().addresses == std::vector{net.a, host_address(2, 10)});
    CHECK(net.bps(net.load(kNoon + 10s), 2, 3) == 800'000);
    net.start();
  }
}

TEST_CASE("without routing agents' records are told, and have no place") {
  LiveNetwork net(2);
  net.clock.set(kNoon + 10s);
  net.send("h1", kNoon + 10s, {net.record(kNoon, 9s, host_address(1, 1), host_address(2, 1), 1'000'000)});
  const LoadAnswer load = net.load(kNoon);
  CHECK(load.links.empty());
  CHECK(load.unattached_bps == 800'000);
  CHECK(net.platform->top("processes", {kNoon, 1}, 5)->rows[0].key == "nginx");
}

TEST_CASE("many agents at once while somebody asks: everything that was taken is there") {
  Triangle net;
  net.pass(kNoon + 10s);
  constexpr std::uint32_t kAgents = 8;
  std::vector<std::thread> agents;
  for (std::uint32_t i = 1; i <= kAgents; ++i) {
    agents.emplace_back([&net, i] {
      RecordNames names;
      for (std::uint64_t n = 1; n <= 10; ++n) {
        const std::vector records{
            LiveNetwork::record(kNoon + 1s, 2s, host_address(1, i), host_address(3, 10), 100'000)};
        std::vector<std::uint8_t> file;
        IpfixWriter writer({.domain = 1});
        writer.write(records, names, kNoon + 10s,
                     [&](Bytes message) { file.insert(file.end(), message.begin(), message.end()); });
        CHECK(net.intake->take(host_name(1, i), std::string(32, 'b'), n, file).outcome ==
              IntakeOutcome::kKept);
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(net.platform->load({kNoon, 1}));
    static_cast<void>(net.platform->load({}));
    CHECK(net.platform->close_bins());
  }
  for (std::thread& agent : agents) agent.join();
  CHECK(net.bps(net.load(kNoon), 1, 2) == doctest::Approx(kAgents * 10 * 80'000));
}
