#include "io/event_stream.h"

#include <doctest/doctest.h>

using namespace anemone;

TEST_CASE("each line of an event's data is a field of its own") {
  CHECK(print_event("bin", "{}") == "event: bin\ndata: {}\n\n");
  CHECK(print_event("bin", "a\nb\r\nc\rd") == "event: bin\ndata: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(print_event("bin", "") == "event: bin\ndata: \n\n");
}

TEST_CASE("a slow subscriber keeps the newest events, and what it lost is counted") {
  EventStream stream(3);
  int woken = 0;
  const auto subscriber = stream.subscribe([&] { ++woken; });
  for (int i = 0; i < 5; ++i) stream.publish("n", std::to_string(i));
  CHECK(woken == 1);
  CHECK(stream.dropped() == 2);
  const auto got = subscriber->take();
  REQUIRE(got.size() == 3);
  CHECK(*got[0] == "event: n\ndata: 2\n\n");
  CHECK(*got[2] == "event: n\ndata: 4\n\n");
  stream.publish("n", "5");
  CHECK(woken == 2);
}

TEST_CASE("a subscriber that is gone is forgotten") {
  EventStream stream;
  auto subscriber = stream.subscribe([] {});
  CHECK(stream.subscribers() == 1);
  subscriber.reset();
  CHECK(stream.subscribers() == 0);
  stream.publish("n", "1");
  CHECK(stream.published() == 1);
}
