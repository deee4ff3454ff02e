#include "lsdb/lsdb_history.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/random.h"
#include "lsdb/lsdb.test.h"

using namespace anemone;

namespace {

// Twenty routers that change their minds, refresh, flush and come back, heard at three places.
LsaLog long_story(std::uint64_t seed, std::size_t length) {
  Random random(seed);
  LsaLog log;
  log.vantages = {"a", "b", "c"};
  std::vector<std::int32_t> sequence(20, 1);
  Time time = kStart;
  for (std::size_t i = 0; i < length; ++i) {
    time += std::chrono::milliseconds(random.below(20'000));
    const std::uint32_t who = random.below(20);
    const bool flush = random.below(10) == 0;
    const Said said{.age_s = static_cast<std::uint16_t>(flush ? 3600 : random.below(5)),
                    .sequence = ++sequence[who]};
    const auto cost = static_cast<std::uint16_t>(1 + random.below(3));
    HeardLsa lsa = heard_router(time, Ipv4{who + 1}, {stub("10.0.0.0", "255.0.0.0", cost)}, said);
    for (std::uint16_t vantage = 0; vantage < 1 + random.below(3); ++vantage) {
      lsa.vantage = vantage;
      lsa.time = time + std::chrono::milliseconds(10 * vantage);
      log.entries.push_back(lsa);
    }
  }
  log.sort();
  return log;
}

std::vector<std::pair<LsdbKey, std::uint16_t>> contents(const Lsdb& lsdb) {
  std::vector<std::pair<LsdbKey, std::uint16_t>> all;
  lsdb.each(
      [&](const LsdbKey& key, const StoredLsa& stored) { all.emplace_back(key, stored.age_s(lsdb.time())); });
  return all;
}

}  // namespace

TEST_CASE("the database at any instant is what installing everything up to then gives") {
  const LsaLog log = long_story(1, 2000);
  const LsdbHistory history(log);
  Random random(2);
  for (int i = 0; i < 60; ++i) {
    const Time at = kStart + std::chrono::seconds(random.below(22'000)) - 100s;
    Lsdb plain;
    for (const HeardLsa& lsa : log.entries) {
      if (lsa.time <= at) plain.install(lsa);
    }
    plain.advance(at);
    CHECK(contents(history.at(at)) == contents(plain));
  }
}

TEST_CASE("between two instants of change the database stays as it is") {
  const LsaLog log = long_story(3, 600);
  const LsdbHistory history(log);
  const auto& changes = history.changes();
  CHECK(changes.size() > 100);
  CHECK(std::is_sorted(changes.begin(), changes.end()));
  auto bodies = [&](Time at) {
    std::vector<std::vector<std::uint8_t>> all;
    history.at(at).each([&](const LsdbKey&, const StoredLsa& stored) {
      all.emplace_back(stored.body().begin(), stored.body().end());
    });
    return all;
  };
  std::size_t seen_to_change = 0;
  for (std::size_t i = 1; i < changes.size(); ++i) {
    CHECK(bodies(changes[i - 1]) == bodies(changes[i] - Duration{1}));
    seen_to_change += bodies(changes[i] - Duration{1}) != bodies(changes[i]);
  }
  CHECK(seen_to_change > changes.size() / 2);
}

TEST_CASE("an LSA that nobody refreshes is a change when it dies, one that is refreshed is not") {
  LsaLog log;
  log.entries.push_back(heard_router(kStart, Ipv4{1}, {}, {.age_s = 0}));
  log.entries.push_back(heard_router(kStart + 1s, Ipv4{2}, {}, {.age_s = 0}));
  log.entries.push_back(heard_router(kStart + 1800s, Ipv4{2}, {}, {.age_s = 0, .sequence = 2}));
  const LsdbHistory history(log);
  CHECK(history.changes() == std::vector<Time>{kStart, kStart + 1s, kStart + 3600s, kStart + 5400s});
  CHECK(contents(history.at(kStart + 3599s)).size() == 2);
  CHECK(contents(history.at(kStart + 3600s)).size() == 1);
  CHECK(contents(history.at(kStart + 5400s)).empty());
}

TEST_CASE("before anything was heard the database is empty") {
  const LsaLog log = long_story(4, 10);
  CHECK(contents(LsdbHistory(log).at(kStart - 1s)).empty());
  const LsaLog nothing;
  CHECK(contents(LsdbHistory(nothing).at(kStart)).empty());
}

TEST_CASE("every instance that was installed can be looked at, the refreshes too, with its own header") {
  LsdbHistory history;
  history.append(heard_router(kStart, Ipv4{1}, {}, {.sequence = 1}));
  history.append(heard_router(kStart + 1800s, Ipv4{1}, {}, {.sequence = 2}));
  history.append(heard_router(kStart + 1801s, Ipv4{1}, {}, {.sequence = 2}));  // a copy
  const HeardLsa changed =
      heard_router(kStart + 1900s, Ipv4{1}, {stub("10.0.0.0", "255.0.0.0", 1)}, {.sequence = 3});
  history.append(changed);
  const auto instances = history.instances(changed.key);
  REQUIRE(instances.size() == 3);
  CHECK(instances[0].bytes.view().data() == instances[1].bytes.view().data());
  const HeardLsa refreshed = heard_router(kStart, Ipv4{1}, {}, {.sequence = 2});
  const auto whole = whole_lsa(Protocol::kOspf2, instances[1]);
  CHECK(std::equal(whole.begin(), whole.end(), refreshed.bytes.view().begin(), refreshed.bytes.view().end()));
}

TEST_CASE("what is forgotten is what nobody can ask for any more") {
  const LsaLog log = long_story(5, 2000);
  LsdbHistory history(log);
  const Time from = kStart + 10'000s;
  std::vector<decltype(contents(Lsdb()))> before;
  for (int i = 0; i < 20; ++i) before.push_back(contents(history.at(from + i * 500s)));
  const std::size_t kept = history.instances(log.entries.back().key).size();
  history.forget_before(from);
  for (int i = 0; i < 20; ++i)
    CHECK(contents(history.at(from + i * 500s)) == before[static_cast<std::size_t>(i)]);
  CHECK(history.instances(log.entries.back().key).size() < kept);
  CHECK(history.changes().front() >= from);
}

TEST_CASE("what was described before an instant and heard after it was missing at it") {
  LsaLog log;
  HeardLsa described = heard_router(kStart, Ipv4{1}, {}, {.sequence = 3});
  described.described = true;
  log.entries = {described, heard_router(kStart + 2s, Ipv4{1}, {}, {.sequence = 3})};
  const LsdbHistory history(log);
  CHECK(history.at(kStart + 1s).described_but_unheard().size() == 1);
  CHECK(history.at(kStart + 2s).described_but_unheard().empty());
}

TEST_CASE("an LSA that is gone for long is forgotten whole, and the others keep their deaths") {
  LsdbHistory history;
  history.append(heard_router(kStart, Ipv4{1}, {}, {.age_s = 3600}));
  history.append(heard_router(kStart + 1s, Ipv4{2}, {}));
  history.append(heard_router(kStart + 2s, Ipv4{3}, {}));
  history.append(heard_router(kStart + 3000s, Ipv4{3}, {}, {.sequence = 2}));
  history.advance(kStart + 6000s);
  history.forget_before(kStart + 3500s);
  CHECK(history.now().known() == 3);  // its copies may still be under way
  history.forget_before(kStart + 3601s);
  CHECK(history.now().known() == 2);
  CHECK(contents(history.now()).size() == 1);
  CHECK(history.next_death() == kStart + 6599s);
  history.advance(kStart + 6599s);
  CHECK(history.died().size() == 1);
  CHECK(history.changes().back() == kStart + 6599s);
  CHECK(history.instances(ospf2_key({}, {ospf::LsaType::kRouter, {3}, {3}})).size() == 1);
}
