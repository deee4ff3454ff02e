#include "server/agent_progress.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

constexpr Time kNoon = time_from_micros(1'795'305'600'000'000);

std::string late(const Standing& standing) {
  std::string names;
  for (const LateAgent& agent : standing.late) names += (names.empty() ? "" : " ") + agent.agent;
  return names;
}

}  // namespace

TEST_CASE("the watermark is what the slowest of those alive has reported") {
  AgentProgress progress;
  CHECK(!progress.at(kNoon).watermark);
  progress.reported("a", kNoon + 10s);
  progress.reported("b", kNoon + 20s);
  CHECK(progress.at(kNoon + 21s).watermark == kNoon + 10s);
  CHECK(late(progress.at(kNoon + 21s)) == "");
  progress.reported("a", kNoon + 20s);
  CHECK(progress.at(kNoon + 21s).watermark == kNoon + 20s);
}

TEST_CASE("who is silent for longer than one waits holds nobody up, and is told as late until it is back") {
  AgentProgress progress;
  progress.reported("a", kNoon);
  progress.reported("b", kNoon);
  progress.reported("b", kNoon + 40s);
  CHECK(progress.at(kNoon + 45s).watermark == kNoon);
  const Standing without = progress.at(kNoon + 46s);
  CHECK(without.watermark == kNoon + 40s);
  REQUIRE(late(without) == "a");
  CHECK(without.late[0].since == kNoon);
  CHECK(!progress.is_awaited("a", kNoon + 46s));
  progress.reported("a", kNoon + 40s);
  CHECK(late(progress.at(kNoon + 46s)) == "");
  CHECK(progress.is_awaited("a", kNoon + 46s));
}

TEST_CASE("the watermark does not go back for one that comes later; after a day of silence it is gone") {
  AgentProgress progress;
  progress.reported("a", kNoon + 40s);
  CHECK(progress.at(kNoon + 41s).watermark == kNoon + 40s);
  progress.reported("old", kNoon + 10s);
  CHECK(progress.at(kNoon + 41s).watermark == kNoon + 40s);
  CHECK(late(progress.at(kNoon + 41s)) == "old");
  progress.reported("a", kNoon + 25h);
  CHECK(late(progress.at(kNoon + 25h)) == "");
}

TEST_CASE("a clock that is ahead does not take the watermark into the future") {
  AgentProgress progress;
  progress.reported("a", kNoon + 1h);
  CHECK(progress.at(kNoon).watermark == kNoon);
}
