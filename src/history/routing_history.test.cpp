#include "history/routing_history.h"

#include <doctest/doctest.h>

#include "base/random.h"
#include "lsdb/lsdb.test.h"
#include "topology/from_lsdb.h"

using namespace anemone;

namespace {

// A ring of six routers whose costs and links change, refreshed now and then.
LsaLog ring_story(std::uint64_t seed, std::size_t length) {
  Random random(seed);
  LsaLog log;
  log.vantages = {"a"};
  constexpr std::uint32_t kRouters = 6;
  std::vector<std::int32_t> sequence(kRouters, -0x7fff'ffff);
  std::vector<std::uint16_t> cost(kRouters, 10);
  std::vector<bool> up(kRouters, true);  // the link from i to i + 1
  const auto say = [&](Time time, std::uint32_t who) {
    std::vector<ospf::RouterLink> links;
    const std::uint32_t before = (who + kRouters - 1) % kRouters;
    const std::uint32_t after = (who + 1) % kRouters;
    if (up[who])
      links.push_back({{after + 1}, {0x0a00'0001U + 4 * who}, ospf::LinkType::kPointToPoint, cost[who]});
    if (up[before])
      links.push_back({{before + 1}, {0x0a00'0002U + 4 * before}, ospf::LinkType::kPointToPoint, 10});
    log.entries.push_back(heard_router(time, Ipv4{who + 1}, links, {.sequence = sequence[who]++}));
  };
  Time time = kStart;
  for (std::uint32_t who = 0; who < kRouters; ++who) say(time, who);
  for (std::size_t i = 0; i < length; ++i) {
    time += std::chrono::milliseconds(50 + random.below(60'000));
    const std::uint32_t who = random.below(kRouters);
    if (random.below(3) == 0) up[who] = !up[who];
    if (random.below(3) == 0) cost[who] = static_cast<std::uint16_t>(1 + random.below(20));
    say(time, who);
    if (random.below(2) == 0) say(time + std::chrono::milliseconds(random.below(50)), (who + 1) % kRouters);
  }
  log.sort();
  return log;
}

std::string print(const Topology& topology) {
  std::string all;
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    all += link_name(topology, id) + " " + std::to_string(topology.link(id).cost) + "; ";
  }
  return all;
}

std::string print(const std::vector<RoutingEvent>& events) {
  std::string all;
  for (const RoutingEvent& event : events)
    all += print_time(event.time) + " " + event.kind + ": " + event.text + "\n";
  return all;
}

}  // namespace

TEST_CASE("a topology that is asked for late is the one that was made when it began to hold") {
  const LsaLog log = ring_story(1, 300);
  RoutingHistory history;
  std::vector<std::pair<Time, std::string>> then;
  for (std::size_t i = 0; i + 1 < log.entries.size() && then.size() < 200; ++i) {
    const Time at = log.entries[i].time + 101ms;
    history.take(log.entries[i]);
    if (log.entries[i + 1].time <= at) continue;
    history.advance(at);
    then.emplace_back(at, print(*history.at(at)));
  }
  CHECK(history.epoch_count() > RoutingHistory::kTopologiesKept + 50);
  std::size_t compared = 0;
  for (const auto& [time, text] : then) {
    CHECK(print(*history.at(time)) == text);
    ++compared;
  }
  CHECK(compared == then.size());
}

TEST_CASE("LSA by LSA gives the same epochs and events as all at once") {
  const LsaLog log = ring_story(2, 300);
  RoutingHistory live;
  for (const HeardLsa& lsa : log.entries) {
    live.advance(lsa.time - 1ms);
    live.take(lsa);
  }
  live.advance(log.entries.back().time + 1s);
  RoutingHistory whole;
  whole.add(log.entries, log.entries.back().time + 1s);
  CHECK(live.epoch_count() == whole.epoch_count());
  const std::string events = print(whole.events(Time::min(), Time::max()));
  CHECK(print(live.events(Time::min(), Time::max())) == events);
  CHECK(events.find("down") != std::string::npos);
  for (Time at = kStart; at < log.entries.back().time; at += 97s)
    CHECK(print(*live.at(at)) == print(*whole.at(at)));
}

TEST_CASE("what was heard a moment ago holds at once, before its burst has settled") {
  RoutingHistory history;
  history.take(heard_router(kStart, Ipv4{1}, {to_router("0.0.0.2", "10.0.0.1", 10)}));
  CHECK(history.at(kStart)->link_count() == 0);
  history.take(heard_router(kStart + 1ms, Ipv4{2}, {to_router("0.0.0.1", "10.0.0.2", 10)}));
  CHECK(history.at(kStart + 1ms)->link_count() == 2);
  CHECK(history.epoch_count() == 0);
  history.advance(kStart + 200ms);
  CHECK(history.epoch_count() == 1);
  CHECK(history.at(kStart + 1h)->link_count() == 2);
  CHECK(history.is_stable(kStart + 1s, kStart + 2s));
  CHECK_FALSE(history.is_stable(kStart - 1s, kStart + 2s));
}

TEST_CASE("forgetting keeps what held at that time and later, and nothing else") {
  const LsaLog log = ring_story(3, 400);
  RoutingHistory history;
  history.add(log.entries, log.entries.back().time);
  const Time from = log.entries[300].time;
  std::vector<std::string> before;
  before.reserve(50);
  for (int i = 0; i < 50; ++i) before.push_back(print(*history.at(from + i * 60s)));
  const std::string events = print(history.events(from, Time::max()));
  const std::size_t instances = history.lsas().instance_count();
  history.forget_before(from);
  for (int i = 0; i < 50; ++i)
    CHECK(print(*history.at(from + i * 60s)) == before[static_cast<std::size_t>(i)]);
  CHECK(print(history.events(from, Time::max())) == events);
  CHECK(history.lsas().instance_count() < instances * 2 / 3);
  CHECK(history.epoch_count() < 300);
  CHECK(history.events(Time::min(), from - 60s).empty());
}

TEST_CASE("a history that is forgotten as it grows does not grow") {
  const LsaLog log = ring_story(4, 3000);
  RoutingHistory history;
  std::size_t most = 0;
  for (const HeardLsa& lsa : log.entries) {
    history.take(lsa);
    history.forget_before(lsa.time - 1h);
    most = std::max(most, history.lsas().instance_count() + history.epoch_count());
  }
  CHECK(most < 700);  // two LSAs a minute at most, and their epochs
  CHECK(history.at(log.entries.back().time) != nullptr);
}
