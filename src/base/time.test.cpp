#include "base/time.h"

#include <doctest/doctest.h>

#include "base/random.h"

using namespace anemone;

TEST_CASE("a time is printed as RFC 3339 in UTC, microseconds only when there are any") {
  CHECK(print_time(time_from_micros(0)) == "1970-01-01T00:00:00Z");
  CHECK(print_time(time_from_micros(1'795'384'743'495'632)) == "2026-11-22T21:59:03.495632Z");
  CHECK(print_time(time_from_micros(-1)) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("what is printed reads back as the same time") {
  Random random(7);
  for (int i = 0; i < 1000; ++i) {
    const Time time = time_from_micros(static_cast<std::int64_t>(random.next() >> 13));
    auto again = parse_time(print_time(time));
    REQUIRE(again);
    CHECK(*again == time);
  }
}

TEST_CASE("a time is also read with an offset, and as Unix seconds") {
  CHECK(micros(*parse_time("1970-01-01T01:00:00+01:00")) == 0);
  CHECK(micros(*parse_time("1795384743.4956322")) == 1'795'384'743'495'632);
  CHECK(micros(*parse_time("12")) == 12'000'000);
}

TEST_CASE("what is no time is refused") {
  for (const char* text : {"", "yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z",
                           "2026-11-22T23:01:10", "2026-11-22T25:01:10Z", "12x", "2026-11-22T23:01:10Zz"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_time(text));
  }
}

TEST_CASE("a slice starts at a multiple of its length, before 1970 too") {
  CHECK(micros(slice_start(time_from_micros(25'000'000), 10s)) == 20'000'000);
  CHECK(micros(slice_start(time_from_micros(20'000'000), 10s)) == 20'000'000);
  CHECK(micros(slice_start(time_from_micros(-1), 10s)) == -10'000'000);
}

TEST_CASE("durations are read with their unit, and not without") {
  CHECK(*parse_duration("250ms") == 250ms);
  CHECK(*parse_duration("1.5h") == 90min);
  CHECK_FALSE(parse_duration("10"));
  CHECK_FALSE(parse_duration("s"));
  CHECK_FALSE(parse_duration("99999999999d"));
}
