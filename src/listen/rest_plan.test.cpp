#include "listen/rest_plan.h"

#include <doctest/doctest.h>

#include <vector>

using namespace anemone;

namespace {

constexpr Time kZero = Time{std::chrono::seconds(5000)};

// The seconds at which rests begin, when a neighbour's timer of 60 s is at `phase` and `flush` seconds are
// when something is flushed: what is still kept is told after each rest that did not meet the timer.
std::vector<int> rests(RestPlan& plan, const std::vector<int>& flushes, int phase, int until) {
  std::vector<int> begins;
  bool rested = false;
  bool keeps = false;
  for (int second = 0; second < until; ++second) {
    const Time now = kZero + std::chrono::seconds(second);
    const bool resting = plan.resting(now).has_value();
    if (resting && !rested) begins.push_back(second);
    if (resting && second % 60 == phase) keeps = false;
    for (int flush : flushes) {
      if (flush != second) continue;
      keeps = true;
      plan.flushed(now);
    }
    if (keeps && !resting && rested) plan.kept(now);
    rested = resting;
  }
  return begins;
}

}  // namespace

TEST_CASE("no rest without a flush") {
  RestPlan plan;
  CHECK(rests(plan, {}, 0, 1000).empty());
  CHECK(plan.next(kZero) == Time::max());
}

TEST_CASE("a rest soon after a flush, and one when FRR looks, a minute after it") {
  RestPlan plan;
  CHECK(rests(plan, {10}, 10, 1000) == std::vector<int>{13, 67});
}

TEST_CASE("flushes one after the other share a rest, and rests keep their distance") {
  RestPlan plan;
  RestPlan quick;  // its neighbours forget at once
  for (int second = 0; second < 100; ++second) {
    const Time now = kZero + std::chrono::seconds(second);
    plan.resting(now);
    plan.flushed(now);
  }
  int begun = 0;
  bool before = false;
  for (int second = 0; second < 100; ++second) {
    const Time now = kZero + std::chrono::seconds(second);
    const bool resting = quick.resting(now).has_value();
    begun += resting && !before ? 1 : 0;
    before = resting;
    quick.flushed(now);
  }
  CHECK(begun >= 4);
  CHECK(begun <= 5);
}

TEST_CASE("a timer that began before our time is met within ten rests, whatever its phase") {
  for (int phase = 0; phase < 60; ++phase) {
    CAPTURE(phase);
    RestPlan plan;
    plan.kept(kZero);
    bool met = false;
    int begun = 0;
    bool before = false;
    for (int second = 0; second < 700 && !met; ++second) {
      const Time now = kZero + std::chrono::seconds(second);
      const bool resting = plan.resting(now).has_value();
      begun += resting && !before ? 1 : 0;
      met = resting && second % 60 == phase;
      if (!resting && before) plan.kept(now);
      before = resting;
    }
    CHECK(met);
    CHECK(begun <= 11);
  }
}
