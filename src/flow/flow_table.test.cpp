#include "flow/flow_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"

namespace anemone {
namespace {

constexpr FlowKey kWeb{Ipv4{0x0a000001}, Ipv4{0x0a000002}, 40000, 443, 6};
constexpr FlowKey kDns{Ipv4{0x0a000001}, Ipv4{0x0a000003}, 40001, 53, 17};
constexpr Time kStart = time_from_micros(1'700'000'000'000'000);  // at the start of a 10 s slice

// Packets of 100 bytes told as a story; what leaves the table collects in `left`.
struct Story {
  explicit Story(FlowLimits limits = {.slice = 0s, .idle = 15s, .active = 0s},
                 const FlowDefinition& definition = {})
      : table(limits, definition) {}

  void packet(Duration after, const FlowKey& key) {
    const Event event{.time = kStart + after, .key = key, .bytes = 100};
    table.add({&event, 1}, left);
  }
  void tick(Duration after) { table.expire(kStart + after, left); }

  FlowTable table;
  std::vector<Flow> left;
};

FlowKey key_number(std::uint32_t number) {
  return {Ipv4{0x0a000000 + number}, Ipv4{0x0a800000 + number % 7}, static_cast<std::uint16_t>(number), 80,
          6};
}

}  // namespace

TEST_CASE("a silent flow leaves after the idle time, with all it carried") {
  Story s;
  s.packet(0s, kWeb);
  s.packet(1s, kWeb);
  s.tick(15s);
  CHECK(s.left.empty());
  s.tick(17s);
  REQUIRE(s.left.size() == 1);
  CHECK(s.left[0].bytes == 200);
  CHECK(s.left[0].packets == 2);
  CHECK(s.left[0].start == kStart);
  CHECK(s.left[0].end == kStart + 1s);
  CHECK(s.left[0].reason == FlowEnd::kIdle);
  CHECK(s.table.size() == 0);
}

TEST_CASE("a packet after the idle time begins a new flow, tick or no tick") {
  Story s;
  s.packet(0s, kWeb);
  s.packet(16s, kWeb);
  REQUIRE(s.left.size() == 1);
  CHECK(s.left[0].packets == 1);
  CHECK(s.table.size() == 1);
}

TEST_CASE("flows are cut at slice boundaries of the wall clock") {
  Story s({.slice = 10s, .idle = 0s, .active = 0s});
  s.packet(8s, kWeb);
  s.packet(9s, kWeb);
  s.packet(10s, kWeb);
  s.packet(31s, kWeb);
  REQUIRE(s.left.size() == 2);
  CHECK(s.left[0].packets == 2);
  CHECK(s.left[0].end == kStart + 9s);
  CHECK(s.left[1].start == kStart + 10s);
  CHECK(s.left[1].reason == FlowEnd::kActive);
  s.tick(39s);
  CHECK(s.left.size() == 2);
  s.tick(40s);
  CHECK(s.left.size() == 3);
}

TEST_CASE("a late packet joins its flow within the slice and stands alone before it") {
  Story s({.slice = 10s, .idle = 0s, .active = 0s});
  s.packet(15s, kWeb);
  s.packet(14s, kWeb);
  CHECK(s.left.empty());
  s.packet(9s, kWeb);
  REQUIRE(s.left.size() == 1);
  CHECK(s.left[0].packets == 2);
  CHECK(s.left[0].start == kStart + 14s);
}

TEST_CASE("a flow that lasts for the active time is cut") {
  Story s({.slice = 0s, .idle = 0s, .active = 60s});
  for (int i = 0; i < 120; ++i) s.packet(Duration{1s} * i, kWeb);
  REQUIRE(s.left.size() == 1);
  CHECK(s.left[0].packets == 60);
}

TEST_CASE("in a full table the flow that began first gives way, with all it carried, and is counted") {
  Story s({.flows = 2, .slice = 0s, .idle = 0s, .active = 0s});
  s.packet(0s, kWeb);
  s.packet(1s, kDns);
  s.packet(2s, kWeb);
  s.packet(3s, key_number(1));
  REQUIRE(s.left.size() == 1);
  CHECK(s.left[0].key == kWeb);
  CHECK(s.left[0].packets == 2);
  CHECK(s.left[0].reason == FlowEnd::kNoRoom);
  CHECK(s.table.pushed_out() == 1);
  CHECK(s.table.size() == 2);
}

TEST_CASE("a flow definition decides what makes one flow") {
  Story s({.slice = 0s, .idle = 0s, .active = 0s}, *parse_flow_definition("key src/24 dst/24"));
  s.packet(0s, kWeb);
  s.packet(1s, kDns);
  s.table.finish(s.left);
  REQUIRE(s.left.size() == 1);
  CHECK(print_address(s.left[0].key.dst) == "10.0.0.0");
  CHECK(s.left[0].key.protocol == 0);
  CHECK(s.left[0].packets == 2);
}

TEST_CASE("flows come and go at random and nothing is lost or counted twice") {
  const std::uint64_t seed = 20261122;
  CAPTURE(seed);
  Random random(seed);
  Story s({.flows = 700, .slice = 10s, .idle = 3s, .active = 0s});
  std::map<FlowKey, std::uint64_t> sent;
  Duration now = 0s;
  for (int i = 0; i < 200'000; ++i) {
    const FlowKey key = key_number(random.below(1 + random.below(2000)));
    now += Duration{random.below(2000)};
    s.packet(now, key);
    ++sent[key];
    if (i % 1000 == 0) s.tick(now);
  }
  CHECK(s.table.size() <= 700);
  CHECK(s.table.pushed_out() > 0);
  s.table.finish(s.left);
  std::map<FlowKey, std::uint64_t> seen;
  for (const Flow& flow : s.left) {
    seen[flow.key] += flow.packets;
    REQUIRE(flow.bytes == flow.packets * 100);
    REQUIRE(slice_start(flow.start, 10s) == slice_start(flow.end, 10s));
  }
  CHECK(seen == sent);
}

TEST_CASE(
    "whatever the limits say, a flow is cut after an hour or four billion packets, and adds up all the "
    "same") {
  Story s({.slice = 0s, .idle = 0s, .active = 0s});
  for (int minute = 0; minute < 150; ++minute) s.packet(1min * minute, kWeb);
  s.packet(95min, kWeb);  // late, and within the hour
  s.packet(1min, kWeb);   // too late for that
  s.table.finish(s.left);
  std::uint64_t packets = 0;
  for (const Flow& flow : s.left) {
    CHECK(flow.end - flow.start < 1h);
    packets += flow.packets;
  }
  CHECK(packets == 152);
  CHECK(s.left.size() == 4);
  s.left.clear();
  for (int i = 0; i < 3; ++i) {
    const Event many{.time = kStart, .key = kWeb, .packets = 0x9000'0000, .bytes = 1ULL << 40};
    s.table.add({&many, 1}, s.left);
  }
  s.table.finish(s.left);
  std::uint64_t bytes = 0;
  for (const Flow& flow : s.left) bytes += flow.bytes;
  CHECK(s.left.size() == 3);
  CHECK(bytes == 3ULL << 40);
}

TEST_CASE("flows of every kind of address keep their keys, while others come and go") {
  Random random(11);
  const auto address = [&](std::uint32_t number) -> IpAddress {
    switch (number % 4) {
      case 0:
        return {};
      case 1:
        return Ipv4{number};
      case 2:
        return {0, number};  // IPv6, however little of it is used
      default:
        return {std::uint64_t{0x20010db8} << 32 | number, number};
    }
  };
  Story s({.flows = 300, .slice = 0s, .idle = 0s, .active = 0s});
  std::map<FlowKey, std::uint64_t> sent;
  for (int i = 0; i < 100'000; ++i) {
    const FlowKey key{address(random.below(32)), address(random.below(32)), 1, 2, 17};
    s.packet(Duration{i}, key);
    ++sent[key];
    if (i % 5000 == 0) s.table.finish(s.left);
  }
  CHECK(s.table.pushed_out() > 0);
  s.table.finish(s.left);
  std::map<FlowKey, std::uint64_t> seen;
  for (const Flow& flow : s.left) seen[flow.key] += flow.packets;
  CHECK(seen == sent);
}

// What a table without limits should let go: for each key its packets in order, cut where a slice ends or a
// silence is longer than the idle time.
class Model {
 public:
  void packet(Time time, const FlowKey& key) {
    Flow& flow = open_[key];
    const bool goes_on =
        flow.packets > 0 && time - flow.end <= 3s && slice_start(flow.start, 10s) == slice_start(time, 10s);
    if (!goes_on) {
      if (flow.packets > 0) done_.push_back(told(flow));
      flow = {.key = key, .start = time};
    }
    flow.end = time;
    ++flow.packets;
  }
  std::vector<std::string> finish() {
    for (const auto& [key, flow] : open_) done_.push_back(told(flow));
    std::sort(done_.begin(), done_.end());
    return done_;
  }
  static std::string told(const Flow& flow) {
    return print_address(flow.key.src) + " " + print_time(flow.start) + " " + print_time(flow.end) + " " +
           std::to_string(flow.packets);
  }

 private:
  std::map<FlowKey, Flow> open_;
  std::vector<std::string> done_;
};

TEST_CASE("flow by flow the table lets go what a plain map would, while flows come and go all the time") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Story s({.slice = 10s, .idle = 3s, .active = 0s});
    Model model;
    Duration now = 0s;
    for (int i = 0; i < 50'000; ++i) {
      const FlowKey key = key_number(random.below(1 + random.below(3000)));
      now += Duration{1 + random.below(3001)};
      s.packet(now, key);
      model.packet(kStart + now, key);
      if (i % 50 == 0) s.tick(now);
    }
    s.table.finish(s.left);
    CHECK(s.table.size() == 0);
    std::vector<std::string> left;
    for (const Flow& flow : s.left) left.push_back(Model::told(flow));
    std::sort(left.begin(), left.end());
    CHECK(left == model.finish());
  }
}

}  // namespace anemone
