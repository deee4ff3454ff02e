#include "server/lsa_merger.h"

#include <doctest/doctest.h>

#include "lsdb/lsdb.test.h"

namespace anemone {
namespace {

// One source's log, as far as it was heard.
struct Source {
  std::string name;
  LsaLog log;

  Source(std::string path, const std::string& vantage) : name(std::move(path)) { log.vantage(vantage); }
  Source& lsa(Time time, std::int32_t sequence) {
    log.entries.push_back(
        heard_router(time, ip("10.0.0.1"), {stub("10.1.0.0", "255.255.0.0", 1)}, {.sequence = sequence}));
    return *this;
  }
  Source& mark(Time time, VantageMarkKind kind) {
    log.marks.push_back({time, 0, kind, 0});
    return *this;
  }
};

// The sequence numbers that are handed on at `now`, as text.
std::string taken(LsaMerger& merger, Time now) {
  LsaLog out;
  merger.take(now, out);
  std::string text;
  for (const HeardLsa& heard : out.entries) text += std::to_string(heard.instance.sequence) + " ";
  return text;
}

}  // namespace

TEST_CASE("what several sources heard is handed on in the order of its times, after the window") {
  LsaMerger merger(kStart, "");
  Source a("a", "noc:eth1");
  Source b("b", "lab:eth1");
  a.lsa(kStart + 10ms, 1).lsa(kStart + 30ms, 3);
  b.lsa(kStart + 20ms, 2);
  merger.add(a.name, true, a.log, kStart + 100ms);
  CHECK(a.log.entries.empty());
  CHECK(taken(merger, kStart + 200ms) == "");
  merger.add(b.name, true, b.log, kStart + 250ms);
  CHECK(taken(merger, kStart + 400ms) == "1 2 3 ");
  CHECK(merger.to() == kStart + 100ms);
}

TEST_CASE("a source that lags is not waited for: its LSAs come when they come, and are counted") {
  LsaMerger merger(kStart, "");
  Source a("a", "quick");
  Source b("b", "slow");
  a.lsa(kStart + 1s, 1);
  merger.add(a.name, true, a.log, kStart + 1s);
  CHECK(taken(merger, kStart + 2s) == "1 ");
  b.lsa(kStart + 500ms, 2);
  merger.add(b.name, true, b.log, kStart + 2s);
  LsaLog out;
  CHECK(merger.take(kStart + 2100ms, out));
  REQUIRE(out.entries.size() == 1);
  CHECK(out.entries[0].time > kStart + 1700ms);  // what was handed on already stays the past
  CHECK(merger.counts().at("slow").late == 1);
  CHECK(merger.counts().at("slow").latest == 1200ms);
  CHECK(merger.counts().count("quick") == 0);
}

TEST_CASE("a vantage point whose clock is ahead of ours is heard now, not later, and counted") {
  LsaMerger merger(kStart, "");
  Source a("a", "ahead");
  a.lsa(kStart + 1h, 1);
  merger.add(a.name, true, a.log, kStart + 1s);
  CHECK(taken(merger, kStart + 2s) == "1 ");
  CHECK(merger.counts().at("ahead").ahead == 1);
}

TEST_CASE("a clock that is set back does not stop what comes") {
  LsaMerger merger(kStart + 1h, "");
  Source a("a", "noc");
  a.lsa(kStart, 1);
  merger.add(a.name, true, a.log, kStart);
  CHECK(taken(merger, kStart + 1s) == "1 ");
  CHECK(merger.to() > kStart + 1h);
}

TEST_CASE("after a restart a log goes on behind what was handed on, and nothing comes twice") {
  std::string progress;
  Time to;
  {
    LsaMerger merger(kStart, "");
    Source a("a log with blanks", "noc");
    a.mark(kStart + 1s, VantageMarkKind::kStarted)
        .lsa(kStart + 2s, 1)
        .lsa(kStart + 2s, 2)
        .lsa(kStart + 9s, 3);
    merger.add(a.name, true, a.log, kStart + 9s);
    CHECK(taken(merger, kStart + 5s) == "1 2 ");
    progress = merger.progress();
    to = merger.to();
  }
  LsaMerger merger(to, progress);
  Source a("a log with blanks", "noc");
  a.mark(kStart + 1s, VantageMarkKind::kStarted).lsa(kStart + 2s, 1).lsa(kStart + 2s, 2).lsa(kStart + 9s, 3);
  a.lsa(kStart + 10s, 4);
  merger.add(a.name, true, a.log, kStart + 11s);
  LsaLog out;
  merger.take(kStart + 12s, out);
  CHECK(out.marks.empty());
  REQUIRE(out.entries.size() == 2);
  CHECK(out.entries[0].instance.sequence == 3);
  CHECK(out.entries[0].time == kStart + 9s);
}

TEST_CASE("another log under the same name is known by what it holds: only what is later is new") {
  LsaMerger merger(kStart + 1min, "2 0 " + std::to_string(micros(kStart + 5s)) + " a\n");
  Source a("a", "noc");
  a.lsa(kStart + 1s, 1).lsa(kStart + 4s, 2).lsa(kStart + 2min, 3);
  merger.add(a.name, true, a.log, kStart + 2min);
  CHECK(taken(merger, kStart + 3min) == "3 ");
}

TEST_CASE("progress that makes no sense is no progress") {
  for (const char* text : {"", "x", "1 2", "1 2 3", "-1 z 3 a\n", "99999999999999999999 1 1 a\n"}) {
    LsaMerger merger(Time{}, text);
    Source a("a", "noc");
    a.lsa(kStart, 1);
    merger.add(a.name, true, a.log, kStart);
    CHECK(taken(merger, kStart + 1s) == "1 ");
  }
}

}  // namespace anemone
