#include "counter/counter_series.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

constexpr Time kNoon = time_from_micros(1'795'348'800'000'000);
constexpr std::size_t kRoom = 100;
constexpr Duration kGap = 400s;

struct Series : CounterSeries {
  ReadingFate read(Duration at, std::uint64_t bytes) { return add({kNoon + at, bytes, {}}, kRoom); }
  CountedBytes of(Duration from, Duration to) const { return between(kNoon + from, kNoon + to, kGap); }
};

}  // namespace

TEST_CASE("between readings bytes grow by a straight line") {
  Series series;
  series.read(0s, 1000);
  series.read(10s, 3000);
  series.read(20s, 3000);
  CHECK(series.of(0s, 10s).bytes == doctest::Approx(2000));
  CHECK(series.of(2s, 4s).bytes == doctest::Approx(400));
  CHECK(series.of(5s, 15s).bytes == doctest::Approx(1000));
  CHECK(series.of(5s, 15s).covered == Duration(10s));
  CHECK(series.of(5s, 15s).guessed == Duration(10s));
  CHECK(series.of(0s, 20s).guessed == Duration(0));
  CHECK(series.of(9s, 20s).guessed == Duration(6s));
  CHECK(series.of(10s, 20s).bytes == 0);
}

TEST_CASE("before the first reading and after the last nothing is known") {
  Series series;
  CHECK(series.of(0s, 10s).covered == Duration(0));
  series.read(4s, 0);
  CHECK(series.of(0s, 10s).covered == Duration(0));
  series.read(8s, 400);
  CHECK(series.of(0s, 10s).covered == Duration(4s));
  CHECK(series.of(0s, 10s).bytes == doctest::Approx(400));
  CHECK(series.of(8s, 10s).covered == Duration(0));
  CHECK(series.of(0s, 4s).covered == Duration(0));
}

TEST_CASE("a counter of 32 bits wraps, and goes on") {
  Series series;
  series.read(0s, 4'294'967'000);
  series.read(10s, 704);
  CHECK(series.of(0s, 10s).bytes == doctest::Approx(1000));
  CHECK(series.wraps() == 1);
  CHECK(series.resets() == 0);
}

TEST_CASE("a counter of 64 bits wraps, too") {
  Series series;
  series.read(0s, 18'446'744'073'709'551'000U);
  series.read(10s, 384);
  CHECK(series.of(0s, 10s).bytes == doctest::Approx(1000));
  CHECK(series.wraps() == 1);
}

TEST_CASE("a counter that begins anew says nothing of the time between, and goes on from there") {
  Series series;
  series.read(0s, 900'000);
  series.read(10s, 910'000);
  series.read(20s, 500);
  series.read(30s, 10'500);
  CHECK(series.resets() == 1);
  CHECK(series.wraps() == 0);
  CHECK(series.of(10s, 20s).covered == Duration(0));
  CHECK(series.of(0s, 30s).covered == Duration(20s));
  CHECK(series.of(0s, 30s).bytes == doctest::Approx(20'000));
}

TEST_CASE("a counter of 64 bits that begins anew does not wrap") {
  CHECK(step_between(std::uint64_t{1} << 40, 10) == CounterStep::kReset);
  CHECK(step_between(3'000'000'000U, 10) == CounterStep::kWrapped);
  CHECK(step_between(2'000'000'000U, 10) == CounterStep::kReset);
  CHECK(step_between(10, 10) == CounterStep::kGrown);
}

TEST_CASE("readings come in any order, and again") {
  Series series;
  CHECK(series.read(20s, 2000) == ReadingFate::kTaken);
  CHECK(series.read(0s, 0) == ReadingFate::kTaken);
  CHECK(series.read(10s, 2000) == ReadingFate::kTaken);
  CHECK(series.of(0s, 10s).bytes == doctest::Approx(2000));
  CHECK(series.of(10s, 20s).bytes == 0);
  CHECK(series.read(10s, 2000) == ReadingFate::kRepeated);
  CHECK(series.read(10s, 1999) == ReadingFate::kContradicts);
  CHECK(series.of(0s, 10s).bytes == doctest::Approx(2000));
  CHECK(series.size() == 3);
}

TEST_CASE("a reading between two others undoes what was made of these") {
  Series series;
  series.read(0s, 4'000'000'000U);
  series.read(20s, 100);
  CHECK(series.wraps() == 1);
  series.read(10s, 5'000'000'000U);  // it has 64 bits, and began anew
  CHECK(series.wraps() == 0);
  CHECK(series.resets() == 1);
}

TEST_CASE("readings too far apart, or further than the link can carry, say nothing of the time between") {
  Series series;
  series.read(0s, 0);
  series.read(400s, 400);
  CHECK(series.of(0s, 400s).bytes == doctest::Approx(400));
  series.read(801s, 801);
  CHECK(series.of(400s, 801s).covered == Duration(0));
  const auto within = [&](double most_bps) {
    return series.between(kNoon, kNoon + 10s, kGap, most_bps).covered;
  };
  CHECK(within(8.1) == Duration(10s));
  CHECK(within(7.9) == Duration(0));
}

TEST_CASE("what frames packets is taken off where packets are told") {
  CounterSeries series;
  series.add({kNoon, 1000, 10}, kRoom);
  series.add({kNoon + 10s, 11'000, 20}, kRoom);
  const CountedBytes told = series.between(kNoon, kNoon + 10s, kGap);
  CHECK(told.bytes == doctest::Approx(10'000 - 10 * 14));
  CHECK_FALSE(told.has_frames);
  series.add({kNoon + 20s, 21'000, {}}, kRoom);
  const CountedBytes both = series.between(kNoon, kNoon + 20s, kGap);
  CHECK(both.bytes == doctest::Approx(20'000 - 10 * 14));
  CHECK(both.has_frames);
}

TEST_CASE("the oldest readings are forgotten") {
  CounterSeries series;
  for (int i = 0; i < 10; ++i) series.add({kNoon + i * 1s, static_cast<std::uint64_t>(i), {}}, 4);
  CHECK(series.size() == 4);
  CHECK(series.oldest().time == kNoon + 6s);
  CHECK(series.add({kNoon, 0, {}}, 4) == ReadingFate::kTooOld);
  CHECK(series.size() == 4);
}
