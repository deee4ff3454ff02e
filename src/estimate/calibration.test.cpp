#include "estimate/calibration.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/random.h"

namespace anemone {
namespace {

// Estimates of two decades of size, wrong by a factor that is larger for small ones, and lopsided.
struct Source {
  Random random{11};
  double estimate = 0;
  double truth = 0;

  void draw() {
    estimate = std::pow(10, 2 * random.unit());
    double sum = -4;
    for (int i = 0; i < 8; ++i) sum += random.unit();
    truth = estimate * std::exp(sum * (estimate < 10 ? 2.0 : 0.3));
  }
};

TEST_CASE("nine in ten new cases lie in their intervals, large ones and small ones alike") {
  Source source;
  Calibration learnt;
  for (int i = 0; i < 5'000; ++i) {
    source.draw();
    learnt.add(source.estimate, source.estimate, source.truth);
  }
  REQUIRE(learnt.ready());
  int held[2] = {};
  int cases[2] = {};
  for (int i = 0; i < 2'000; ++i) {
    source.draw();
    const Interval interval = learnt.around(source.estimate, source.estimate);
    CHECK(interval.low_bps >= 0);
    const int large = source.estimate < 10 ? 0 : 1;
    ++cases[large];
    held[large] += source.truth >= interval.low_bps && source.truth <= interval.high_bps ? 1 : 0;
  }
  for (int size : {0, 1}) {
    CHECK(held[size] > 0.86 * cases[size]);
    CHECK(held[size] < 0.94 * cases[size]);
  }
}

TEST_CASE("fewer than twenty cases say nothing; old ones go") {
  Calibration learnt(50);
  for (int i = 0; i < 19; ++i) learnt.add(1, 1, 1);
  CHECK_FALSE(learnt.ready());
  for (int i = 0; i < 50; ++i) learnt.add(1, 1, 3);
  CHECK(learnt.ready());
  CHECK(learnt.around(1, 1).high_bps == doctest::Approx(3));  // none of the ones is left
}

TEST_CASE("where most truths are small and few are large, the median is nearer than the estimate") {
  Random random(3);
  Calibration learnt;
  for (int i = 0; i < 1'000; ++i) learnt.add(10, 10, random.below(5) == 0 ? 46 : 1);
  CHECK(learnt.around_median(10, 10).bps == doctest::Approx(1));
  CHECK(learnt.around_median(10, 10).high_bps == doctest::Approx(46));
  Calibration low;
  for (int i = 0; i < 100; ++i) low.add(10, 10, 40);
  CHECK(low.around_median(10, 10).bps == doctest::Approx(10));  // it takes away only
}

TEST_CASE("an interval grows with the unit of what it was learnt from") {
  Source source;
  Calibration one;
  Calibration other;
  for (int i = 0; i < 500; ++i) {
    source.draw();
    one.add(source.estimate, source.estimate, source.truth);
    other.add(1e6 * source.estimate, 1e6 * source.estimate, 1e6 * source.truth);
  }
  CHECK(other.around(3e7, 3e7).high_bps == doctest::Approx(1e6 * one.around(30, 30).high_bps));
}

}  // namespace
}  // namespace anemone
