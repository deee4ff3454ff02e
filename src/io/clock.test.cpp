#include "io/clock.h"

#include <doctest/doctest.h>

#include <thread>

using namespace anemone;

TEST_CASE("a manual clock moves only when told") {
  ManualClock clock(time_from_micros(1'000'000));
  CHECK(clock.now() == time_from_micros(1'000'000));
  clock.advance(2s);
  CHECK(clock.now() == time_from_micros(3'000'000));
}

TEST_CASE("the system's clock is past the day this was written") {
  CHECK(SystemClock().now() > time_from_micros(1'700'000'000'000'000));
}

TEST_CASE("a replay runs faster than real time, stands still when paused, and never jumps") {
  const Time start = time_from_micros(5'000'000);
  ReplayClock clock(start, 0);
  std::this_thread::sleep_for(5ms);
  CHECK(clock.now() == start);
  clock.set_speed(1000);
  std::this_thread::sleep_for(5ms);
  const Time then = clock.now();
  CHECK(then >= start + 5s);
  clock.set_speed(0);
  const Time paused = clock.now();
  CHECK(paused >= then);
  std::this_thread::sleep_for(2ms);
  CHECK(clock.now() == paused);
}
