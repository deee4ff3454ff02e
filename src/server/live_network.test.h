// A small network heard live, hosts with agents in it, and the server that joins both, on a clock that tests
// set. What agents send goes the whole way: IPFIX Files, intake, store.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lsdb/lsdb.test.h"
#include "record/ipfix_writer.h"
#include "server/intake.h"
#include "server/platform.h"

namespace anemone {

constexpr Time kNoon = time_from_micros(1'795'305'600'000'000);

inline RouterId router(std::uint32_t number) { return {0x0100'0000U + number}; }
inline IpAddress host_address(std::uint32_t at_router, std::uint32_t host) {
  return IpAddress(Ipv4{0x0a00'0000U + (at_router << 8) + host});
}
inline std::string host_name(std::uint32_t at_router, std::uint32_t host) {
  return "h" + std::to_string(at_router) + "-" + std::to_string(host);
}

// Routers 1.0.0.N with a stub 10.0.N.0/24 each, and costs between them; 0 is no link.
class LiveNetwork {
 public:
  explicit LiveNetwork(std::uint32_t routers, LiveTrafficConfig config = {})
      : config_(config), costs_(routers + 1, std::vector<std::uint16_t>(routers + 1, 0)) {
    REQUIRE(mkdtemp(folder_.data()) != nullptr);
    start();
  }
  ~LiveNetwork() {
    stop();
    std::filesystem::remove_all(folder_);
  }
  LiveNetwork(const LiveNetwork&) = delete;
  LiveNetwork& operator=(const LiveNetwork&) = delete;

  void start() {
    stop();
    StoreConfig store_config;
    store_config.folder = folder_;
    auto opened = Store::open(store_config);
    REQUIRE_MESSAGE(opened, opened.error().message);
    store = std::move(*opened);
    hosts = std::make_unique<HostBook>(inventory);
    traffic = std::make_unique<LiveTraffic>(config_, *store, *hosts, clock);
    auto restored = traffic->restore();
    REQUIRE_MESSAGE(restored, restored.error().message);
    auto made = Platform::open({.live = true}, inventory, *store, traffic.get());
    REQUIRE_MESSAGE(made, made.error().message);
    platform = std::move(*made);
    intake = std::make_unique<Intake>(IntakeConfig{}, *store, clock, traffic.get());
  }
  void stop() {
    intake.reset();
    platform.reset();
    traffic.reset();
    hosts.reset();
    store.reset();
  }
  // The same store, nothing of it in memory: what a batch makes of it.
  void restart_without_memory() {
    config_.bins_kept = 0;
    start();
  }

  void set_cost(std::uint32_t a, std::uint32_t b, std::uint16_t cost) { costs_[a][b] = costs_[b][a] = cost; }

  // All routers tell what they have; time passes until then, and the clock with it.
  void flood(Time time) {
    ++sequence_;
    LsaLog log;
    static_cast<void>(log.vantage("here"));
    for (std::uint32_t a = 1; a < costs_.size(); ++a) {
      std::vector<ospf::RouterLink> links;
      for (std::uint32_t b = 1; b < costs_.size(); ++b) {
        if (costs_[a][b] == 0) continue;
        links.push_back(
            {router(b), Ipv4{0x0b00'0000U + (a << 8) + b}, ospf::LinkType::kPointToPoint, costs_[a][b]});
      }
      links.push_back({Ipv4{0x0a00'0000U + (a << 8)}, Ipv4{0xffff'ff00U}, ospf::LinkType::kStub, 1});
      Said said;
      said.sequence = sequence_;
      log.entries.push_back(heard_router(time, router(a), links, said));
    }
    pass(time, std::move(log));
  }
  void pass(Time until, LsaLog log = {}) {
    if (clock.now() < until) clock.set(until);
    auto accepted = platform->accept(RoutingInput{until, std::move(log), ""});
    REQUIRE_MESSAGE(accepted, accepted.error().message);
  }

  // A record of what `from` sent to `to`, seen by the sender unless `by_receiver`.
  static FlowRecord record(Time start, Duration length, const IpAddress& from, const IpAddress& to,
                           std::uint64_t bytes, bool by_receiver = false) {
    FlowRecord record;
    record.start = start;
    record.end = start + length;
    record.key.src = from;
    record.key.dst = to;
    record.key.src_port = 40'000;
    record.key.dst_port = 443;
    record.key.protocol = 6;
    record.key.direction = by_receiver ? Direction::kIn : Direction::kOut;
    record.packets = 1 + bytes / 1000;
    record.bytes = bytes;
    return record;
  }

  // A file of everything that happened at `agent` before `until` and was not sent yet.
  IntakeOutcome send(const std::string& agent, Time until, std::vector<FlowRecord> records,
                     const std::string& process = "nginx", std::uint32_t definition = 1) {
    RecordNames names;
    const OwnerId owner = names.owners.intern({process, "", "www-data", "", ""});
    for (FlowRecord& record : records) record.origin.owner = owner;
    std::vector<std::uint8_t> file;
    IpfixWriter writer({.domain = definition});
    writer.write(records, names, until,
                 [&](Bytes message) { file.insert(file.end(), message.begin(), message.end()); });
    const std::string stream(32, 'a');
    const auto answer = intake->take(agent, stream, ++files_[agent], file);
    CHECK(answer.problem == "");
    return answer.outcome;
  }

  LoadAnswer load(std::optional<Time> at = {}) const {
    auto answer = platform->load({at, 1});
    REQUIRE_MESSAGE(answer, answer.error().message);
    return *answer;
  }
  static double bps(const LoadAnswer& answer, std::uint32_t from, std::uint32_t to) {
    for (const LinkAnswer& link : answer.links) {
      if (link.from == print_address(router(from)) && link.to == print_address(router(to)))
        return link.load_bps;
    }
    return -1;
  }

  Inventory inventory;
  ManualClock clock{kNoon};
  std::unique_ptr<Store> store;
  std::unique_ptr<HostBook> hosts;
  std::unique_ptr<LiveTraffic> traffic;
  std::unique_ptr<Platform> platform;
  std::unique_ptr<Intake> intake;

 private:
  LiveTrafficConfig config_;
  std::string folder_ = (std::filesystem::temp_directory_path() / "anemone-live-XXXXXX").string();
  std::vector<std::vector<std::uint16_t>> costs_;
  std::int32_t sequence_ = 0;
  std::map<std::string, std::uint64_t> files_;
};

}  // namespace anemone
