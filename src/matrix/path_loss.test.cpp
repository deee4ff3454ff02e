#include "matrix/path_loss.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "base/random.h"

namespace anemone {
namespace {

constexpr Time kStart = time_from_micros(1'000'000'000);
constexpr TimeSpan kBin{kStart, kStart + 10s};
constexpr LossPair kPair{NodeId{0U}, PrefixId{0U}, PrefixId{1U}};

FlowRecord record(Duration from, Duration to, std::uint64_t packets, std::uint64_t bytes) {
  FlowRecord made;
  made.start = kStart + from;
  made.end = kStart + to;
  made.packets = packets;
  made.bytes = bytes;
  return made;
}

TEST_CASE("where nothing is near the bin's edges the loss is what is missing, exactly") {
  LossTable table(kBin, {});
  table.add(kPair, record(2s, 8s, 100, 100'000), LossTable::Side::kSender, 0s);
  table.add(kPair, record(2s, 8s, 97, 97'000), LossTable::Side::kReceiver, 0s);
  const auto losses = table.losses();
  REQUIRE(losses.size() == 1);
  CHECK(losses[0].lost_bytes() == 3'000);
  CHECK(losses[0].low_bytes == 3'000);
  CHECK(losses[0].high_bytes == 3'000);
  CHECK(!losses[0].more_received());
}

TEST_CASE("what was sent just before the bin's end may still be on its way, and is no sure loss") {
  LossTable table(kBin, {});
  table.add(kPair, record(9'950ms, 9'990ms, 10, 10'000), LossTable::Side::kSender, 0s);
  const auto losses = table.losses();
  CHECK(losses[0].lost_bytes() == 10'000);
  CHECK(losses[0].low_bytes == 0);
  CHECK(losses[0].high_bytes == 10'000);
}

TEST_CASE("what came just after the bin's begin may have been sent before, and hides as much loss") {
  LossTable table(kBin, {});
  table.add(kPair, record(2s, 3s, 10, 10'000), LossTable::Side::kSender, 0s);
  table.add(kPair, record(10ms, 40ms, 5, 5'000), LossTable::Side::kReceiver, 0s);
  const auto losses = table.losses();
  CHECK(losses[0].lost_bytes() == 5'000);
  CHECK(losses[0].low_bytes == 5'000);
  CHECK(losses[0].high_bytes == 10'000);
}

TEST_CASE("more received than sent is told as such") {
  LossTable table(kBin, {});
  table.add(kPair, record(2s, 8s, 10, 10'000), LossTable::Side::kSender, 0s);
  table.add(kPair, record(2s, 8s, 20, 20'000), LossTable::Side::kReceiver, 0s);
  CHECK(table.losses()[0].more_received());
}

TEST_CASE("pairs are told apart, in order, and who shed detail is marked") {
  LossTable table(kBin, {});
  const LossPair other{NodeId{0U}, PrefixId{0U}, PrefixId{0U}};
  table.add(kPair, record(2s, 3s, 1, 100), LossTable::Side::kSender, 0s);
  FlowRecord shed = record(2s, 3s, 1, 200);
  shed.accuracy = kShed;
  table.add(other, shed, LossTable::Side::kSender, 0s);
  const auto losses = table.losses();
  REQUIRE(losses.size() == 2);
  CHECK(losses[0].pair == other);
  CHECK(losses[0].sent_bytes == 200);
  CHECK(losses[0].shed);
  CHECK(!losses[1].shed);
}

// Flows of random length and rate, in bursts, with a delay and clocks that are off: how often does the
// interval hold the true loss?
TEST_CASE("the interval holds the true loss in at least 95 of 100 bins") {
  std::size_t held = 0;
  std::size_t runs = 0;
  double width = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Random random(seed);
    LossTable table(kBin, {});
    const double loss = random.below(3) == 0 ? 0 : 0.1 * random.unit();
    const Duration delay{500 + random.below(90'000)};
    const Duration skew{static_cast<std::int64_t>(random.below(4'001)) - 2'000};  // the receiver's clock
    double sent = 0;
    double lost = 0;
    for (int flow = 0; flow < 20; ++flow) {
      FlowRecord out;
      FlowRecord in;
      const auto note = [](FlowRecord& made, Time time, std::uint64_t bytes) {
        made.start = made.packets == 0 ? time : std::min(made.start, time);
        made.end = made.packets == 0 ? time : std::max(made.end, time);
        ++made.packets;
        made.bytes += bytes;
      };
      const Time begin = kStart - 2s + Duration{random.below(12'000'000)};
      const Time end = begin + Duration{1 + random.below(8'000'000)};
      for (std::uint32_t burst = 1 + random.below(60); burst > 0; --burst) {
        const Time at =
            begin +
            Duration{static_cast<std::int64_t>(random.unit() * static_cast<double>((end - begin).count()))};
        for (std::uint32_t i = 1 + random.below(8); i > 0; --i) {
          const std::uint64_t bytes = 60 + random.below(1'440);
          const bool gone = random.unit() < loss;
          const Time came = at + delay + skew;
          if (at >= kBin.from && at < kBin.to) {
            note(out, at, bytes);
            sent += static_cast<double>(bytes);
            if (gone) lost += static_cast<double>(bytes);
          }
          if (!gone && came >= kBin.from && came < kBin.to) note(in, came, bytes);
        }
      }
      if (out.packets > 0) table.add(kPair, out, LossTable::Side::kSender, 2ms);
      if (in.packets > 0) table.add(kPair, in, LossTable::Side::kReceiver, 2ms);
    }
    const auto losses = table.losses();
    if (losses.empty()) continue;
    ++runs;
    width += (losses[0].high_bytes - losses[0].low_bytes) / sent;
    if (losses[0].low_bytes <= lost && lost <= losses[0].high_bytes) ++held;
  }
  CHECK(held * 100 >= runs * 95);
  CHECK(width / static_cast<double>(runs) < 0.25);  // and says something
}

}  // namespace
}  // namespace anemone
