#include "server/vantage_watch.h"

#include <doctest/doctest.h>

#include "lsdb/lsdb.test.h"

namespace anemone {
namespace {

struct Story {
  VantageWatch watch;

  void mark(Duration at, VantageMarkKind kind, std::uint64_t count = 0) {
    watch.add(LsaLog{{"noc"}, {}, {{kStart + at, 0, kind, count}}});
  }
  void lsa(Duration at) { watch.add(LsaLog{{"noc"}, {heard_router(kStart + at, ip("10.0.0.1"), {})}, {}}); }
  VantageAnswer at(Duration time) const { return watch.at(kStart + time).at(0); }
};

const LsdbKey kSomething{false, kArea0, 1, 7, {}};

}  // namespace

TEST_CASE(
    "a listener that says that it is alive listens; one that says nothing is silent since its last sign") {
  Story story;
  story.mark(0s, VantageMarkKind::kStarted);
  story.mark(10s, VantageMarkKind::kAlive);
  CHECK(story.at(35s).state == VantageState::kListening);
  CHECK(story.at(35s).since == kStart);
  CHECK(story.at(41s).state == VantageState::kSilent);
  CHECK(story.at(41s).since == kStart + 10s);
}

TEST_CASE("a good end is not silence") {
  Story story;
  story.mark(0s, VantageMarkKind::kStarted);
  story.mark(20s, VantageMarkKind::kStopped);
  CHECK(story.at(10s).state == VantageState::kListening);
  CHECK(story.at(21s).state == VantageState::kStopped);
  CHECK(story.at(10h).since == kStart + 20s);
}

TEST_CASE("a killed listener was deaf from its last sign to its next beginning") {
  Story story;
  story.mark(0s, VantageMarkKind::kStarted);
  story.lsa(7s);
  story.mark(60s, VantageMarkKind::kStarted);
  const VantageAnswer now = story.at(61s);
  REQUIRE(now.listened.size() == 2);
  CHECK(now.listened[0].second == kStart + 7s);
  CHECK(now.listened[1].first == kStart + 60s);
  CHECK(now.lsas == 1);
  CHECK(story.at(20s).listened.size() == 1);  // as it was known then
}

TEST_CASE("lost packets are added up, and a vantage point is not there before it began") {
  Story story;
  story.mark(0s, VantageMarkKind::kStarted);
  story.mark(1s, VantageMarkKind::kLost, 5);
  story.mark(2s, VantageMarkKind::kLost, 2);
  CHECK(story.at(3s).lost == 7);
  CHECK(story.watch.at(kStart - 1s).empty());
}

TEST_CASE("what is captured without marks is known by its LSAs only") {
  Story story;
  story.lsa(0s);
  CHECK(story.at(1h).state == VantageState::kRecorded);
}

TEST_CASE("an area is listened to since the first vantage point there that has no gap since") {
  Story story;
  story.mark(0s, VantageMarkKind::kStarted);
  CHECK(!story.watch.listening_since(kSomething, kStart + 1s));  // nothing says that it hears that area
  story.lsa(1s);
  CHECK(story.watch.listening_since(kSomething, kStart + 1s) == kStart);
  CHECK(!story.watch.listening_since(kSomething, kStart + 1h));
  story.mark(3600s, VantageMarkKind::kStarted);
  CHECK(story.watch.listening_since(kSomething, kStart + 3601s) == kStart + 3600s);
}

}  // namespace anemone
