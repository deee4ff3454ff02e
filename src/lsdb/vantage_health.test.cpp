#include "lsdb/vantage_health.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "lsdb/lsdb.test.h"
#include "lsdb/ospf_capture.h"

using namespace anemone;

namespace {

using Kind = VantageMarkKind;

struct Story {
  LsaLog log;
  std::int32_t sequence = 1;

  void mark(Duration at, const char* vantage, Kind kind, std::uint64_t count = 0) {
    log.marks.push_back({kStart + at, log.vantage(vantage), kind, count});
  }
  // The next instance of router 1's LSA, heard so much later at each.
  void flood(Duration at, const std::vector<std::pair<const char*, Duration>>& at_each) {
    HeardLsa lsa = heard_router(kStart + at, Ipv4{1}, {}, {.sequence = sequence++});
    for (const auto& [name, delay] : at_each) {
      lsa.vantage = log.vantage(name);
      lsa.time = kStart + at + delay;
      log.entries.push_back(lsa);
    }
  }
  void alive(Duration from, Duration to, const char* vantage) {
    for (Duration at = from; at <= to; at += kAliveEvery) mark(at, vantage, Kind::kAlive);
  }
  ListeningReport report() {
    log.sort();
    return listening_report(log, LsdbHistory(log));
  }
};

std::vector<std::string> lab_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(ANEMONE_TEST_DATA "/lab/six/pcap")) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

std::string print(const Lsdb& lsdb) {
  std::string all;
  lsdb.each([&](const LsdbKey& key, const StoredLsa& stored) {
    all += print_lsa_type(key) + print_lsa_id(key) + print_address(key.router) + " " +
           std::to_string(stored.instance.sequence) + "; ";
  });
  return all;
}

}  // namespace

TEST_CASE("a vantage point that is silent for three intervals was deaf from its last sign on") {
  Story story;
  story.mark(0s, "a", Kind::kStarted);
  story.alive(kAliveEvery, 300s, "a");
  story.alive(900s, 1200s, "a");
  story.mark(1200s, "a", Kind::kStopped);
  const auto report = story.report();
  REQUIRE(report.vantages.size() == 1);
  CHECK(report.vantages[0].gaps() == std::vector<TimeSpan>{{kStart + 300s, kStart + 900s}});
  CHECK(report.vantages[0].unannounced_ends == 1);
  CHECK_FALSE(report.vantages[0].listens(kStart + 500s));
}

TEST_CASE("one that begins again without having ended died in between; one that ended did not") {
  Story story;
  story.mark(0s, "killed", Kind::kStarted);
  story.alive(kAliveEvery, 120s, "killed");
  story.mark(150s, "killed", Kind::kStarted);
  story.mark(0s, "stopped", Kind::kStarted);
  story.mark(100s, "stopped", Kind::kStopped);
  story.mark(160s, "stopped", Kind::kStarted);
  story.mark(170s, "killed", Kind::kLost, 12);
  const auto report = story.report();
  CHECK(report.vantages[0].gaps() == std::vector<TimeSpan>{{kStart + 120s, kStart + 150s}});
  CHECK(report.vantages[0].unannounced_ends == 1);
  CHECK(report.vantages[0].lost_packets == 12);
  CHECK(report.vantages[1].gaps() == std::vector<TimeSpan>{{kStart + 100s, kStart + 160s}});
  CHECK(report.vantages[1].unannounced_ends == 0);
}

TEST_CASE("what the other of a pair heard and one did not is missed; a slow clock is no lag") {
  Story story;
  for (int i = 0; i < 20; ++i) {
    const Duration at = i * 60s;
    if (i == 7 || i == 8) {
      story.flood(at, {{"a", 0s}});
    } else if (i == 12) {
      story.flood(at, {{"a", 0s}, {"b", 26s}});  // a second behind by its clock, and 25 s late
    } else {
      story.flood(at, {{"a", 0s}, {"b", 1s}});
    }
  }
  const auto report = story.report();
  const VantageHealth& b = report.vantages[1];
  CHECK(b.clock_offset == 1s);
  CHECK(b.worst_lag == 25s);
  CHECK(b.late == 1);
  CHECK(b.missed == 2);
  CHECK(b.compared == 20);
  CHECK(b.missed_first[0].time == kStart + 420s);
  CHECK(report.vantages[0].missed == 0);
  CHECK(report.vantages[0].clock_offset == -1s);
}

TEST_CASE("two listeners in one area leave it unheard only while neither listens") {
  Story story;
  for (const char* name : {"a", "b"}) story.mark(0s, name, Kind::kStarted);
  story.flood(1s, {{"a", 0s}, {"b", 0s}});
  story.mark(100s, "a", Kind::kStopped);
  story.mark(200s, "a", Kind::kStarted);
  story.mark(300s, "b", Kind::kStopped);
  story.mark(350s, "a", Kind::kStopped);
  story.mark(400s, "b", Kind::kStarted);
  story.mark(500s, "b", Kind::kStopped);
  const auto report = story.report();
  REQUIRE(report.areas.size() == 1);
  CHECK(report.areas[0].vantages.size() == 2);
  CHECK(report.areas[0].unheard == std::vector<TimeSpan>{{kStart + 350s, kStart + 400s}});
}

TEST_CASE("who begins again has caught up when all that others knew was heard of, or described") {
  Story story;
  story.mark(0s, "a", Kind::kStarted);
  story.mark(0s, "b", Kind::kStarted);
  for (std::uint32_t who : {1, 2, 3}) {
    HeardLsa lsa = heard_router(kStart + 1s, Ipv4{who}, {});
    story.log.entries.push_back(lsa);
    lsa.vantage = 1;
    story.log.entries.push_back(lsa);
  }
  story.mark(100s, "b", Kind::kStopped);
  story.mark(200s, "b", Kind::kStarted);
  for (std::uint32_t who : {1, 2, 3}) {
    HeardLsa lsa = heard_router(kStart + 200s + who * 1s, Ipv4{who}, {});
    lsa.vantage = 1;
    lsa.described = true;
    if (who == 3) lsa.time += 20s;
    story.log.entries.push_back(lsa);
  }
  story.mark(300s, "b", Kind::kStopped);
  const auto report = story.report();
  REQUIRE(report.vantages[1].caught_up.size() == 1);
  const CaughtUp& caught = report.vantages[1].caught_up[0];
  CHECK(caught.from == kStart + 200s);
  CHECK(caught.known == 3);
  CHECK(caught.missing == 0);
  CHECK(caught.time == kStart + 223s);
}

TEST_CASE("what must exist comes within half an hour of the moment that somebody listens in its area") {
  Story story;
  story.mark(0s, "a", Kind::kStarted);
  story.flood(1s, {{"a", 0s}});
  story.mark(100s, "a", Kind::kStopped);
  story.mark(200s, "a", Kind::kStarted);
  story.flood(300s, {{"a", 0s}});
  const auto report = story.report();
  const LsdbKey unseen = ospf2_key({}, {ospf::LsaType::kRouter, {9}, {9}});
  CHECK(due_by(report, unseen, kStart + 250s) == kStart + 2000s);
  CHECK_FALSE(due_by(report, unseen, kStart + 150s).has_value());
  CHECK_FALSE(due_by(report, ospf2_key({7}, {ospf::LsaType::kRouter, {9}, {9}}), kStart + 250s).has_value());
}

TEST_CASE("a recording split into two listeners, one with a hole, merges to the history of the whole") {
  const auto whole = read_ospf_captures(lab_files());
  REQUIRE(whole);
  const LsdbHistory truth(whole->log);
  const Time hole_from = whole->from + 20s;
  const Time hole_to = whole->from + 40s;
  LsaLog split;
  split.vantages = {"left", "right"};
  for (const std::uint16_t vantage : {std::uint16_t{0}, std::uint16_t{1}}) {
    split.marks.push_back({whole->from, vantage, Kind::kStarted, 0});
    split.marks.push_back({whole->to, vantage, Kind::kStopped, 0});
  }
  split.marks.push_back({hole_from, 1, Kind::kStopped, 0});
  split.marks.push_back({hole_to, 1, Kind::kStarted, 0});
  for (HeardLsa heard : whole->log.entries) {
    heard.vantage = 0;
    split.entries.push_back(heard);
    heard.vantage = 1;
    if (heard.time < hole_from || heard.time >= hole_to) split.entries.push_back(heard);
  }
  split.sort();
  const LsdbHistory merged(split);
  std::size_t compared = 0;
  for (Time at = whole->from; at <= whole->to; at += 500ms, ++compared) {
    CHECK(print(merged.at(at)) == print(truth.at(at)));
  }
  CHECK(compared > 100);
  CHECK(merged.changes() == truth.changes());
  const auto report = listening_report(split, merged);
  CHECK(report.vantages[0].gaps().empty());
  CHECK(report.vantages[0].missed == 0);
  CHECK(report.vantages[1].gaps() == std::vector<TimeSpan>{{hole_from, hole_to}});
  CHECK(report.vantages[1].missed == 0);  // it did not listen: that is the gap's fault
  for (const AreaListening& area : report.areas) {
    CHECK(area.vantages.size() == 2);
    CHECK(area.unheard.empty());
  }
  CHECK(report.vantages[1].caught_up.back().known > 0);

  // Without marks, silence looks like deafness: then it has missed all that was said meanwhile.
  split.marks.clear();
  const auto unmarked = listening_report(split, merged);
  CHECK(unmarked.vantages[1].missed > 10);
}
