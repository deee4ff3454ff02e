#include "lsdb/lsa_log.h"

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

TEST_CASE("bytes that are no right LSA make no log entry") {
  const HeardLsa good = heard_router(kStart, Ipv4{1}, {});
  std::vector<std::uint8_t> bytes = *good.bytes;
  CHECK(heard_lsa(kStart, 0, {}, bytes));
  bytes.push_back(0);
  CHECK_FALSE(heard_lsa(kStart, 0, {}, bytes));
  CHECK_FALSE(heard_lsa(kStart, 0, {}, Bytes(bytes).first(10)));
}
