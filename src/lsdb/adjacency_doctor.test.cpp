#include "lsdb/adjacency_doctor.h"

#include <doctest/doctest.h>

#include "lsdb/adjacency_advice.h"
#include "lsdb/lsdb.test.h"

using namespace anemone;

namespace {

// A link, and routers .1, .2, ... on it that say hello each second.
struct Lan {
  OspfSpeakers speakers;
  Time now = kStart;

  struct Router {
    std::uint8_t number;
    std::vector<std::uint8_t> lists;
    std::uint16_t hello_s = 1;
    std::uint32_t dead_s = 4;
    AreaId area = kArea0;
    std::uint8_t designated = 1;
  };

  static Ipv4 address(std::uint8_t number) { return Ipv4{0x0a080000U + number}; }
  static RouterId id(std::uint8_t number) { return Ipv4{0x01010100U + number}; }

  void say(ospf::PacketType type, const Router& router, Ipv4 to, Bytes body) {
    const auto packet = ospf::write_packet({type, id(router.number), router.area, {}}, body);
    speakers.on_packet({now, address(router.number), to, packet});
  }
  void hello(const Router& router) {
    std::vector<std::uint8_t> listed;
    for (std::uint8_t other : router.lists) {
      listed.insert(listed.end(), {1, 1, 1, other});
    }
    ByteWriter body;
    const Ipv4 designated = router.designated == 0 ? Ipv4{} : address(router.designated);
    ospf::write_hello({ip("255.255.255.0"), router.hello_s, 2, 1, router.dead_s, designated, {}, listed},
                      body);
    say(ospf::PacketType::kHello, router, ip("224.0.0.5"), body.bytes());
  }
  void seconds(int count, const std::vector<Router>& routers) {
    for (int i = 0; i < count; ++i) {
      for (const Router& router : routers) hello(router);
      now += 1s;
    }
  }
  void description(const Router& from, std::uint8_t to, ospf::DatabaseDescription description) {
    ByteWriter body;
    ospf::write_description(description, body);
    say(ospf::PacketType::kDescription, from, address(to), body.bytes());
  }

  // "hello_interval: 1 s = .1 .2, 2 s = .3 (over); "
  std::string found() const {
    std::string text;
    for (const AdjacencyFinding& finding : diagnose(speakers)) {
      text += std::string(print_ailment(finding.ailment)) + ":";
      for (const FindingSide& side : finding.sides) {
        text += " " + side.says + " =";
        for (const SpeakerKey& who : side.who) text += " ." + std::to_string(who.address.value & 0xff);
        text += ",";
      }
      text.back() = ';';
      if (finding.over) text += " over;";
      text += " ";
    }
    return text;
  }
};

}  // namespace

TEST_CASE("routers that list each other are well, whatever else one might say of them") {
  Lan lan;
  lan.seconds(10, {{1, {2, 3}}, {2, {1, 3}}, {3, {1, 2}}});
  CHECK(lan.found().empty());
}

TEST_CASE("one router among several that differs is one finding, and the majority's value stands first") {
  Lan lan;
  lan.seconds(10, {{1, {2}}, {2, {1}}, {3, {}, 5}});
  CHECK(lan.found() == "hello_interval: 1 s = .1 .2, 5 s = .3; ");
  CHECK(advise(diagnose(lan.speakers)[0]).frr == "interface IFNAME\n ip ospf hello-interval 1");
}

TEST_CASE("all that differs is said, not only the first") {
  Lan lan;
  lan.seconds(10, {{1, {}}, {2, {}, 5, 20}});
  CHECK(lan.found() == "hello_interval: 1 s = .1, 5 s = .2; dead_interval: 20 s = .2, 4 s = .1; ");
}

TEST_CASE("what was mended is told as over") {
  Lan lan;
  lan.seconds(10, {{1, {}}, {2, {}, 5}});
  lan.seconds(10, {{1, {2}}, {2, {1}}});
  CHECK(lan.found() == "hello_interval: 1 s = .1, 5 s = .2; over; ");
}

TEST_CASE("an interface in two areas needs one in common with its neighbour") {
  Lan lan;
  lan.seconds(10, {{1, {2}}, {2, {1}}, {1, {}, 1, 4, AreaId{7}}});
  CHECK(lan.found().empty());
}

TEST_CASE("a router that went away is not one that does not hear") {
  Lan lan;
  lan.seconds(10, {{1, {2}}, {2, {1}}});
  lan.seconds(10, {{1, {}}});
  CHECK(lan.found().empty());
}

TEST_CASE("a neighbour that has just begun to speak is given time to be listed") {
  Lan lan;
  lan.seconds(10, {{1, {}}});
  lan.seconds(2, {{1, {}}, {2, {}}});
  CHECK(lan.found().empty());
  lan.seconds(10, {{1, {}}, {2, {}}});
  CHECK(lan.found().find("deaf: ") == 0);
}

TEST_CASE("first descriptions that are repeated are stuck, with a reason where the MTUs differ") {
  Lan lan;
  const Lan::Router one{1, {2}};
  const Lan::Router two{2, {1}};
  for (int i = 0; i < 6; ++i) {
    lan.seconds(1, {one, two});
    lan.description(one, 2, {1500, 2, true, true, true, 7, {}});
    lan.description(two, 1, {1500, 2, true, true, true, 9, {}});
  }
  CHECK(lan.found() == "stuck: 6 first database descriptions = .1 .2; ");
  lan.description(two, 1, {9000, 2, true, true, true, 9, {}});
  CHECK(lan.found() == "mtu: MTU 1500 = .1, MTU 9000 = .2; ");
  lan.description(one, 2, {1500, 2, false, false, true, 8, {}});
  lan.description(two, 1, {9000, 2, false, false, false, 8, {}});
  CHECK(lan.found().empty());  // they ignore it, and came to an end
}

TEST_CASE("a storm of empty descriptions is a finding, an exchange of a large database is none") {
  Lan lan;
  const Lan::Router one{1, {2}};
  const Lan::Router two{2, {1}};
  lan.seconds(3, {one, two});
  ByteWriter headers;
  for (int i = 0; i < 60; ++i) ospf::write_lsa_header({}, headers);
  for (std::uint32_t i = 0; i < 200; ++i)
    lan.description(one, 2, {1500, 2, false, true, true, i, headers.bytes()});
  CHECK(lan.found().empty());
  for (std::uint32_t i = 0; i < 200; ++i) lan.description(two, 1, {1500, 2, false, true, false, i, {}});
  CHECK(lan.found() == "storm: 200 empty database descriptions in a second = .1 .2; ");
}

TEST_CASE("every ailment has its words") {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(Ailment::kUnreadable); ++i) {
    AdjacencyFinding finding;
    finding.ailment = static_cast<Ailment>(i);
    const AdjacencyAdvice advice = advise(finding);
    CHECK_FALSE(advice.title.empty());
    CHECK_FALSE(advice.mend.empty());
    CHECK(advice.frr.empty() == advice.cisco.empty());
  }
}
