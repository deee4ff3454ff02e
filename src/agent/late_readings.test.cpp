#include "agent/late_readings.h"

#include <doctest/doctest.h>

#include "base/random.h"

using namespace anemone;

namespace {

MicroFlow counted(Duration from, Duration lasted, std::uint32_t packets, std::uint64_t bytes) {
  MicroFlow micro_flow;
  micro_flow.event.time = Time{} + from;
  micro_flow.event.packets = packets;
  micro_flow.event.bytes = bytes;
  micro_flow.lasted_us = static_cast<std::uint32_t>(lasted.count());
  return micro_flow;
}

}  // namespace

TEST_CASE("what was counted over the end of a slice is of both, by time") {
  std::vector all = {counted(9s, 1800ms, 10, 5000)};  // each 200 ms; the sixth at 10 s
  all[0].retransmits = 3;
  part_at_slices(all, 10s);
  REQUIRE(all.size() == 2);
  CHECK(all[0].event.packets == 5);
  CHECK(all[0].event.bytes == 2500);
  CHECK(all[0].end() == Time{} + 10s - 1us);
  CHECK(all[0].retransmits == 3);
  CHECK(all[1].event.time == Time{} + 10s);
  CHECK(all[1].event.packets == 5);
  CHECK(all[1].event.bytes == 2500);
  CHECK(all[1].end() == Time{} + 10800ms);
  CHECK(all[1].retransmits == 0);
}

TEST_CASE("a punctual reading is left as it is, and so is one packet") {
  std::vector all = {counted(9s, 1005ms, 10, 5000), counted(9s, 900ms, 10, 5000), counted(9s, 2s, 1, 500)};
  part_at_slices(all, 10s);
  CHECK(all.size() == 3);
}

TEST_CASE("whatever is parted, packets and bytes add up and every part has packets within its slice") {
  Random random(5);
  for (int round = 0; round < 2000; ++round) {
    const auto packets = static_cast<std::uint32_t>(1 + random.below(round % 2 == 0 ? 4 : 100'000));
    std::vector all = {counted(Duration{static_cast<std::int64_t>(random.below(20'000'000))},
                               Duration{static_cast<std::int64_t>(random.below(40'000'000))}, packets,
                               std::uint64_t{packets} * (20 + random.below(1480)))};
    const MicroFlow whole = all[0];
    part_at_slices(all, 5s);
    std::uint64_t parts = 0;
    std::uint64_t bytes = 0;
    for (const MicroFlow& one : all) {
      CHECK(one.event.packets >= 1);
      CHECK((one.end() < slice_start(one.event.time, 5s) + 5020ms || one.event.packets == 1));
      parts += one.event.packets;
      bytes += one.event.bytes;
    }
    CHECK(parts == whole.event.packets);
    CHECK(bytes == whole.event.bytes);
    CHECK(all.back().end() == whole.end());
  }
}
