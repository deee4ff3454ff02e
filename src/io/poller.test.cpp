#include "io/poller.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <csignal>

using namespace anemone;

TEST_CASE("a poller names what is readable, and comes back when time has passed") {
  std::array<int, 2> quiet{};
  std::array<int, 2> loud{};
  REQUIRE(pipe(quiet.data()) == 0);
  REQUIRE(pipe(loud.data()) == 0);
  Poller poller;
  poller.watch(quiet[0]);
  poller.watch(loud[0]);
  CHECK(poller.wait(1ms).empty());
  REQUIRE(write(loud[1], "x", 1) == 1);
  const auto ready = poller.wait(10s);
  REQUIRE(ready.size() == 1);
  CHECK(ready[0] == loud[0]);
  poller.forget(loud[0]);
  CHECK(poller.wait(1ms).empty());
  for (int fd : {quiet[0], quiet[1], loud[0], loud[1]}) close(fd);
}

TEST_CASE("while StopSignals lives, SIGTERM makes it readable instead of ending the process") {
  auto stop = StopSignals::open();
  REQUIRE(stop);
  Poller poller;
  poller.watch(stop->fd());
  CHECK(poller.wait(1ms).empty());
  raise(SIGTERM);
  CHECK(poller.wait(10s).size() == 1);
  raise(SIGINT);
  // and not when it ends, either: this test goes on
}

TEST_CASE("who asked for it is told of SIGHUP, and which signal it was") {
  auto stop = StopSignals::open(true);
  REQUIRE(stop);
  CHECK(stop->take() == 0);
  raise(SIGHUP);
  CHECK(stop->take() == SIGHUP);
  raise(SIGTERM);
  CHECK(stop->take() == SIGTERM);
}
