#include "capture/micro_flow_table.h"

#include <doctest/doctest.h>

#include <map>
#include <utility>

#include "base/random.h"

using namespace anemone;

namespace {

Event event(std::uint16_t port, Time time = Time{1s}, std::uint64_t bytes = 100) {
  Event one;
  one.time = time;
  one.key.src = Ipv4{0x0a000001};
  one.key.dst = Ipv4{0x0a000002};
  one.key.src_port = port;
  one.key.protocol = 17;
  one.bytes = bytes;
  return one;
}

}  // namespace

TEST_CASE("packets of one micro-flow are summed until they are taken, and then from zero") {
  MicroFlowTable table;
  table.add(event(1, Time{3s}), 7);
  table.add(event(1, Time{2s}), 7);
  table.add(event(1, Time{4s}), 8);
  Event back = event(1);
  back.key.direction = Direction::kIn;
  table.add(back, 7);
  CHECK(table.size() == 3);
  int taken = 0;
  table.take(Time{5s}, [&](CountedFlow& flow) {
    ++taken;
    if (flow.interface != 7 || flow.event.key.direction == Direction::kIn) return;
    CHECK(flow.event.packets == 2);
    CHECK(flow.event.bytes == 200);
    CHECK(flow.event.time == Time{2s});
    CHECK(flow.last == Time{3s});
    flow.socket = 99;
  });
  CHECK(taken == 3);
  table.take(Time{6s}, [](CountedFlow&) { FAIL("nothing was counted"); });
  const CountedFlow* again = table.add(event(1, Time{7s}, 40), 7);
  REQUIRE(again != nullptr);
  CHECK(again->socket == 99);
  CHECK(again->event.packets == 1);
  CHECK(again->event.bytes == 40);
  CHECK(again->event.time == Time{7s});
}

TEST_CASE("the silent leave, a full table refuses the new and counts the old") {
  MicroFlowTable table(3, 10s);
  for (std::uint16_t port = 1; port <= 3; ++port) REQUIRE(table.add(event(port, Time{1s}), 1) != nullptr);
  CHECK(table.add(event(4), 1) == nullptr);
  CHECK(table.add(event(2, Time{9s}), 1) != nullptr);
  table.take(Time{12s}, [](CountedFlow&) {});
  CHECK(table.size() == 1);
  CHECK(table.add(event(4), 1) != nullptr);
}

TEST_CASE("many flows that come and go add up") {
  MicroFlowTable table(100'000, 5s);
  Random random(7);
  std::map<std::pair<std::uint16_t, std::uint32_t>, std::uint64_t> sent;
  std::map<std::pair<std::uint16_t, std::uint32_t>, std::uint64_t> seen;
  for (int second = 1; second <= 40; ++second) {
    for (int i = 0; i < 3000; ++i) {
      const auto port = static_cast<std::uint16_t>(random.below(20'000) + second * 500);
      const auto interface = static_cast<std::uint32_t>(random.below(3));
      REQUIRE(table.add(event(port, Time{std::chrono::seconds{second}}, port), interface) != nullptr);
      sent[{port, interface}] += port;
    }
    table.take(Time{std::chrono::seconds{second}}, [&](CountedFlow& flow) {
      seen[{flow.event.key.src_port, flow.interface}] += flow.event.bytes;
    });
  }
  CHECK(sent == seen);
  CHECK(table.size() < 20'000);
}
