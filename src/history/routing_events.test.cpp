#include "history/routing_events.h"

#include <doctest/doctest.h>

#include "history/churn.h"
#include "history/event_lines.h"
#include "history/routing_history.h"
#include "lsdb/lsdb.test.h"
#include "ospf/opaque.h"

using namespace anemone;

namespace {

constexpr std::int32_t kFirst = -0x7fff'ffff;

// Routers 0.0.0.1, 0.0.0.2 ... that say what their links are.
struct Story {
  RoutingHistory history;
  LsaLog log;
  Time now = kStart;
  std::map<std::uint32_t, std::int32_t> sequence;

  void hear(const HeardLsa& lsa) {
    log.entries.push_back(lsa);
    history.take(lsa);
  }
  void router(std::uint32_t who, const std::vector<ospf::RouterLink>& links, bool asbr = false) {
    std::int32_t& number = sequence.try_emplace(who, kFirst).first->second;
    hear(heard_router(now, Ipv4{who}, links, {.sequence = number++}, false, asbr));
  }
  void pass(Duration time) { history.advance(now += time); }

  std::vector<RoutingEvent> events() {
    history.advance(now += 1s);
    return history.events(Time::min(), Time::max());
  }
  std::string told() {
    std::string all;
    for (const RoutingEvent& event : events()) all += event.kind + ": " + event.text + "; ";
    return all;
  }
};

ospf::RouterLink link(std::uint32_t to, std::uint16_t cost = 10) {
  return {{to}, {0x0a00'0000U + to}, ospf::LinkType::kPointToPoint, cost};
}
ospf::RouterLink lan(std::uint32_t dr, std::uint32_t own) {
  return {{0x0a01'0000U + dr}, {0x0a01'0000U + own}, ospf::LinkType::kTransit, 10};
}
HeardLsa network(Time time, std::uint32_t dr, std::vector<RouterId> routers, std::int32_t sequence = kFirst) {
  return heard(time, ospf::LsaType::kNetwork, Ipv4{0x0a01'0000U + dr}, Ipv4{dr},
               ospf::NetworkLsa{ip("255.255.255.0"), std::move(routers)}, {.sequence = sequence});
}

//  1 -- 2
//   \  /
//    3
void triangle(Story& story) {
  story.router(1, {link(2), link(3)});
  story.router(2, {link(1), link(3)});
  story.router(3, {link(1), link(2), stub("192.168.3.0", "255.255.255.0", 1)});
  story.pass(60s);
}

}  // namespace

TEST_CASE("a link that fails and comes back is two events, each with the LSAs of both ends") {
  Story story;
  triangle(story);
  story.router(1, {link(3)});
  story.pass(2s);
  story.router(2, {link(3)});  // its own timer ran out later
  story.pass(40s);
  story.router(1, {link(2), link(3)});
  story.pass(1s);
  story.router(2, {link(1), link(3)});
  const auto events = story.events();
  REQUIRE(events.size() == 2);
  CHECK(events[0].text == "0.0.0.1 - 0.0.0.2 down");
  CHECK(events[0].links.size() == 2);
  REQUIRE(events[0].lsas == 2);
  CHECK(events[0].settled - events[0].began == 2s);
  const LsaNews& first = *events[0].evidence[0];
  CHECK(first.key.router == Ipv4{1});
  REQUIRE(first.before);
  CHECK(first.before->bytes.size() == first.after->bytes.size() + 12);
  CHECK(whole_lsa(Protocol::kOspf2, *first.after).size() == first.after->bytes.size());
  CHECK(events[1].text == "0.0.0.1 - 0.0.0.2 up");
  CHECK(events[1].settled - events[1].began == 1s);
  const auto lines = event_lines(events, story.history.at(Time::max()).get());
  CHECK(lines[0].lasted == 43s);
  CHECK_FALSE(lines[0].still);
}

TEST_CASE("a change of cost is told with both values, and one that both ends make at once is one event") {
  Story story;
  triangle(story);
  story.router(1, {link(2, 50), link(3)});
  story.pass(30s);
  story.router(1, {link(2, 20), link(3)});
  story.router(2, {link(1, 20), link(3)});
  CHECK(story.told() ==
        "cost: 0.0.0.1 > 0.0.0.2 cost 10 to 50; cost: 0.0.0.1 > 0.0.0.2 cost 50 to 20, back cost 10 to 20; ");
}

TEST_CASE("a router that dies is one event, though its neighbours notice one after the other") {
  Story story;
  triangle(story);
  story.router(1, {link(2)});
  story.pass(3s);
  story.router(2, {link(1)});
  const auto events = story.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].text == "0.0.0.3 down");
  CHECK(events[0].settled - events[0].began == 3s);
  CHECK(events[0].lsas == 2);
}

TEST_CASE("a router that forgot its number restarted, whether or not anybody lost it") {
  Story story;
  triangle(story);
  story.router(3, {link(1), link(2)});
  story.pass(60s);
  story.hear(heard_router(story.now, Ipv4{3}, {}, {.age_s = 0, .sequence = kFirst}));
  const auto events = story.events();
  REQUIRE(events.size() == 2);
  CHECK(events[1].kind == kRouterRestarted);
  CHECK(events[1].evidence[0]->before->instance.sequence > events[1].evidence[0]->after->instance.sequence);

  Story dead;
  triangle(dead);
  dead.router(3, {link(1), link(2), stub("192.168.3.0", "255.255.255.0", 1)});
  dead.pass(60s);
  dead.router(1, {link(2)});
  dead.router(2, {link(1)});
  dead.pass(30s);
  HeardLsa described = heard_router(dead.now, Ipv4{3}, {}, {.age_s = 0, .sequence = kFirst});
  described.described = true;
  described.bytes = {};
  dead.hear(described);
  dead.pass(2s);
  dead.router(1, {link(2), link(3)});
  dead.router(2, {link(1), link(3)});
  dead.router(3, {link(1), link(2), stub("192.168.3.0", "255.255.255.0", 1)});
  CHECK(dead.told() == "router_down: 0.0.0.3 down; router_up: 0.0.0.3 up, restarted; ");
}

TEST_CASE("a delayed copy of an old instance is no restart") {
  Story story;
  triangle(story);
  story.router(3, {link(1), link(2), stub("192.168.3.0", "255.255.255.0", 1)});
  story.hear(heard_router(story.now + 5s, Ipv4{3}, {}, {.age_s = 70, .sequence = kFirst}));
  CHECK(story.told().empty());
}

TEST_CASE("a graceful restart is told as such, with its reason, and is over when its LSA is flushed") {
  Story story;
  triangle(story);
  story.router(3, {link(1), link(2), stub("192.168.3.0", "255.255.255.0", 1)});
  story.pass(60s);
  const ospf::GraceLsa grace{90, ospf::GraceReason::kUpgrade, std::nullopt};
  story.hear(
      heard(story.now, ospf::LsaType::kOpaqueLink, ip("3.0.0.0"), Ipv4{3}, grace, {.sequence = kFirst}));
  story.pass(20s);
  story.hear(heard_router(story.now, Ipv4{3}, {}, {.age_s = 0, .sequence = kFirst}));
  story.pass(5s);
  story.hear(heard(story.now, ospf::LsaType::kOpaqueLink, ip("3.0.0.0"), Ipv4{3}, grace,
                   {.age_s = 3600, .sequence = kFirst}));
  const auto events = story.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == kGracefulRestart);
  CHECK(events[0].text.find("90 s") != std::string::npos);
  CHECK(events[0].restarted);
  CHECK(event_lines(events, nullptr)[0].lasted == 25s);
}

TEST_CASE("prefixes come and go with who has them: stubs, externals, summaries") {
  Story story;
  triangle(story);
  story.router(3, {link(1), link(2)});
  story.pass(60s);
  const ospf::ExternalLsa external{ip("255.255.0.0"), true, 20, {}, 0};
  const auto say = [&](std::uint32_t who, std::int32_t number, std::uint16_t age_s) {
    story.hear(heard(story.now, ospf::LsaType::kExternal, ip("203.0.0.0"), Ipv4{who}, external,
                     {.age_s = age_s, .sequence = number}));
  };
  say(1, kFirst, 1);
  story.pass(60s);
  say(2, kFirst, 1);
  story.pass(60s);
  say(1, kFirst, 3600);
  story.pass(60s);
  say(2, kFirst, 3600);
  CHECK(story.told() ==
        "prefix_down: 192.168.3.0/24 gone (stub of 0.0.0.3); "
        "prefix_up: 203.0.0.0/16 new (external of 0.0.0.1); "
        "prefix_up: 203.0.0.0/16 also of 0.0.0.2, beside 0.0.0.1 (external); "
        "prefix_down: 203.0.0.0/16 no longer of 0.0.0.1, still of 0.0.0.2 (external); "
        "prefix_down: 203.0.0.0/16 gone (external of 0.0.0.2); ");
}

TEST_CASE("a dead designated router is down, and its network is spoken for by another") {
  Story story;
  for (std::uint32_t who : {1, 2, 3}) story.router(who, {lan(1, who)});
  story.hear(network(story.now, 1, {{1}, {2}, {3}}));
  story.pass(60s);
  story.router(2, {lan(2, 2)});
  story.router(3, {lan(2, 3)});
  story.hear(network(story.now, 2, {{2}, {3}}));
  const auto events = story.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].text == "0.0.0.1 down");
  bool said = false;
  for (const Consequence& also : events[0].also) {
    said |= also.text == "designated router of 10.1.0.0/24: 0.0.0.1 to 0.0.0.2";
  }
  CHECK(said);
}

TEST_CASE("a router that asks not to be passed through is one event, not one for each of its costs") {
  Story story;
  triangle(story);
  story.router(1, {link(2, 0xffff), link(3, 0xffff)});
  story.pass(60s);
  story.router(1, {link(2), link(3)});
  CHECK(story.told() ==
        "overload: 0.0.0.1 asks not to be passed through; overload: 0.0.0.1 can be passed through again; ");
}

TEST_CASE("a router that becomes an AS boundary router says so") {
  Story story;
  triangle(story);
  story.router(1, {link(2), link(3)}, true);
  CHECK(story.told() == "role: 0.0.0.1 is now an AS boundary router; ");
}

TEST_CASE("what had been there before it was heard of is got to know, not new") {
  Story story;
  story.router(1, {link(2), link(3)});
  story.pass(1s);
  for (std::uint32_t who : {2, 3}) {
    story.sequence[who] = 17;
    story.router(who, {link(1)});
    story.pass(400s);
  }
  CHECK(story.told() == "learned: got to know what had been there: 3 routers, 0 links, 0 prefixes; ");
  story.router(2, {});
  CHECK(story.told().ends_with("router_down: 0.0.0.2 down; "));
}

TEST_CASE("what dies of age is gone without an LSA, and the evidence says so") {
  Story story;
  story.router(1, {link(2), link(3)});
  story.router(2, {link(1), link(3)});
  story.router(3, {link(1), link(2)});
  story.pass(1800s);
  story.router(1, {link(2), link(3)});
  story.router(2, {link(1), link(3)});
  story.pass(1900s);
  const auto events = story.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].text == "0.0.0.3 down");
  REQUIRE(events[0].evidence.size() == 1);
  CHECK_FALSE(events[0].evidence[0]->after.has_value());
}

TEST_CASE("a refresh is no event, and counts as churn apart from what changed") {
  Story story;
  triangle(story);
  story.router(1, {link(2), link(3)});
  story.router(1, {link(2, 20), link(3)});
  HeardLsa copy = story.log.entries.back();
  copy.vantage = 1;
  story.log.vantages = {"a", "b"};
  story.hear(copy);
  const auto events = story.events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].evidence[0]->heard.size() == 2);
  const auto counts = churn(story.log, story.history.lsas(), Time::min(), Time::max());
  REQUIRE(counts.size() == 3);
  CHECK(counts[0].origin == "0.0.0.1");
  CHECK(counts[0].instances == 3);
  CHECK(counts[0].changed == 2);
  CHECK(counts[0].refreshed == 1);
  CHECK(counts[0].copies == 1);
}

TEST_CASE("what flaps is one line with its count; what happens now and then keeps its own lines") {
  Story story;
  triangle(story);
  for (int i = 0; i < 6; ++i) {
    story.router(1, {link(3)});
    story.pass(15s);
    story.router(1, {link(2), link(3)});
    story.pass(15s);
  }
  story.pass(20min);
  story.router(1, {link(3)});
  story.pass(15min);
  story.router(1, {link(2), link(3)});
  const auto all = event_lines(story.events(), story.history.at(Time::max()).get());
  CHECK(all.size() == 14);
  const auto lines = fold_flapping(all, {});
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].times == 12);
  CHECK(lines[0].event.text.find("flaps: 12 changes in 2 min 4") != std::string::npos);
  CHECK(lines[1].times == 1);
  CHECK(lines[1].lasted == 15min);
}

TEST_CASE("durations are printed for people") {
  CHECK(print_span(4ms) == "4 ms");
  CHECK(print_span(4100ms) == "4.1 s");
  CHECK(print_span(725s) == "12 min 5 s");
  CHECK(print_span(12'000s) == "3 h 20 min");
}
