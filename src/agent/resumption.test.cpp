#include "agent/resumption.h"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "flow/event_archive.h"
#include "flow/left_over.h"

using namespace anemone;

namespace {

const Time kStart = *parse_time("2026-11-23T10:00:00Z");

struct Host {
  std::string path = (std::filesystem::temp_directory_path() / "anemone-test-XXXXXX").string();
  RecordNames names;
  std::string mark = print_handed_on({kStart, kStart});
  std::vector<MicroFlow> taken;

  Host() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~Host() { std::filesystem::remove_all(path); }
  std::string archive() const { return path + "/archive"; }
  // An agent that counts `packets` at each of `seconds` and is killed; with `archived` readings on disk.
  void be_killed(int seconds, std::uint32_t packets, int archived) {
    Resumption agent(path);
    agent.take_up(archive(), mark, kStart, names, [](auto) {});
    auto files = EventArchive::open({.folder = archive()}, names);
    for (int second = 0; second < seconds; ++second) {
      const Time at = kStart + std::chrono::seconds(second);
      MicroFlow one;
      one.event.time = at;
      one.event.packets = packets;
      one.event.bytes = packets * 100;
      agent.counted({&one, 1}, 10s);
      if (second < archived) REQUIRE((*files)->add({at, at + 1s}, {&one, 1}));
      REQUIRE(agent.note(at + 1s, {{"wire", {1, 1}}}, mark));
    }
  }
  std::string next(Resumption& agent, Time now) {
    return agent.take_up(archive(), mark, now, names, [this](std::span<const MicroFlow> some) {
      taken.insert(taken.end(), some.begin(), some.end());
    });
  }
};

}  // namespace

TEST_CASE(
    "what a killed agent had counted is taken up from the archive; what is not there is counted as lost") {
  for (const int archived : {0, 3, 5}) {
    CAPTURE(archived);
    Host host;
    host.be_killed(5, 10, archived);
    Resumption agent(host.path);
    const std::string story = host.next(agent, kStart + 8s);
    const auto kept = static_cast<std::uint64_t>(archived);
    CHECK(host.taken.size() == kept);
    CHECK(agent.counts().rebuilt_packets == 10 * kept);
    CHECK(agent.counts().rebuilt_bytes == 1000 * kept);
    CHECK(agent.counts().lost_packets == 10 * (5 - kept));
    CHECK(agent.counts().lost_bytes == 1000 * (5 - kept));
    CHECK(agent.counts().unwatched == 3s);
    CHECK(story.find("nobody counted for 3000 ms from 2026-11-23T10:00:05Z") != std::string::npos);
  }
}

TEST_CASE(
    "a slice whose records were in the spool before the kill is neither taken up again nor called lost") {
  Host host;
  host.be_killed(5, 10, 5);
  host.mark = print_handed_on({kStart + 10s, kStart + 5s});  // the spool had it, and the note not yet
  Resumption agent(host.path);
  host.next(agent, kStart + 12s);
  CHECK(host.taken.empty());
  CHECK(agent.counts().rebuilt_packets == 0);
  CHECK(agent.counts().lost_packets == 0);
  CHECK(agent.counts().unwatched == 7s);
}

TEST_CASE("after a good end there is nothing to tell") {
  Host host;
  {
    Resumption agent(host.path);
    host.next(agent, kStart);
    REQUIRE(agent.note(kStart + 1s, {}, host.mark));
    agent.end_well();
  }
  Resumption agent(host.path);
  CHECK(host.next(agent, kStart + 60s).empty());
  CHECK(agent.counts().unwatched == 0s);
}

TEST_CASE("what an agent with another spool kept in the same archive is not taken up") {
  for (const bool killed : {false, true}) {
    CAPTURE(killed);
    Host host;
    host.be_killed(2, 10, 2);
    if (!killed) Resumption(host.path).end_well();
    {
      auto files = EventArchive::open({.folder = host.archive()}, host.names);
      MicroFlow other;
      other.event.time = kStart + 5min;
      other.event.packets = 1000;
      REQUIRE((*files)->add({kStart + 5min, kStart + 5min + 1s}, {&other, 1}));
    }
    Resumption agent(host.path);
    host.next(agent, kStart + 1h);
    CHECK(agent.counts().rebuilt_packets == (killed ? 20 : 0));
  }
}

TEST_CASE("what was handed on is open no more, and a note that is shorter than the last is whole") {
  Host host;
  {
    Resumption agent(host.path);
    host.next(agent, kStart);
    std::vector<MicroFlow> some(2);
    some[0].event.time = kStart + 9s;
    some[0].event.packets = 100'000;
    some[1].event.time = kStart + 10s;
    some[1].event.packets = 5;
    agent.counted(some, 10s);
    REQUIRE(agent.note(kStart + 10s, {{"a-long-name", {1, 1}}, {"another", {1, 1}}}, host.mark));
    agent.handed_on(kStart + 10s);
    REQUIRE(agent.note(kStart + 11s, {}, host.mark));
  }
  Resumption agent(host.path);
  host.next(agent, kStart + 12s);
  CHECK(agent.counts().lost_packets == 5);
}

TEST_CASE("over a start of the machine nothing is known of what passed, and that is said") {
  Host host;
  host.be_killed(2, 10, 2);
  std::fstream note(host.path + "/watched", std::ios::in | std::ios::out);
  std::string text((std::istreambuf_iterator<char>(note)), {});
  const std::size_t at = text.find("boot ") + 5;
  note.seekp(static_cast<std::streamoff>(at));
  note << "x";
  note.close();
  Resumption agent(host.path);
  CHECK(host.next(agent, kStart + 60s).find("over a start of the machine") != std::string::npos);
  CHECK(agent.counts().unwatched_packets == 0);
  CHECK(agent.counts().rebuilt_packets == 20);
}

TEST_CASE("a note that is none is as no note") {
  for (const char* text : {"", "end\n", "time x\n", "nonsense", "time 0\nend\n"}) {
    Host host;
    std::ofstream(host.path + "/watched") << text;
    Resumption agent(host.path);
    CHECK(host.next(agent, kStart).empty());
  }
}
