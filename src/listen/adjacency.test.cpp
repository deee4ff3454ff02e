#include "listen/adjacency.h"

#include <doctest/doctest.h>

#include "listen/adjacency.test.h"

using namespace anemone;

namespace {

constexpr Peer kA{kOne, kOne};
constexpr Peer kB{kTwo, kTwo};
constexpr Peer kC{kThree, kThree};

std::uint64_t trouble(const LinkStory& story, AdjacencyTrouble what) {
  return story.us.counts().troubles[what];
}

NeighborState state(const LinkStory& story, const Peer& peer) {
  const auto there = story.us.neighbors().find(peer.address);
  REQUIRE(there != story.us.neighbors().end());
  return there->second->state();
}

// As master, with everything described and heard.
void load(LinkStory& story, const std::vector<std::vector<std::uint8_t>>& lsas) {
  story.hello(kA);
  story.pass(0ms);
  story.description(kA, "", story.sequence, lsas);
  story.update(kA, lsas);
  story.pass(0ms);
}

}  // namespace

TEST_CASE("nothing is said before a hello was heard") {
  LinkStory story(we_are_master());
  CHECK(story.pass(120s).empty());
  story.update(kA, {an_lsa(1)}, kAllSpfRouters);
  story.description(kA, "IMs", 7);
  CHECK(story.pass(120s).empty());
  CHECK(story.us.lsas() == 1);  // heard all the same
}

TEST_CASE("what a neighbour tells somebody else is heard and not answered") {
  constexpr Ipv4 kSomebodyElse{0x0a0000c8};
  LinkStory story(we_are_master());
  story.hello(kA);
  story.pass(0ms);
  story.description(kA, "M", story.sequence + 5, {an_lsa(9)}, 1500, kSomebodyElse);
  CHECK(story.said().empty());  // else both would begin again
  story.update(kA, {an_lsa(1)}, kSomebodyElse);
  CHECK(story.said().empty());
  CHECK(story.us.lsas() == 1);
  story.description(kA, "M", story.sequence, {an_lsa(1), an_lsa(2)});
  CHECK(story.said() == "lsr 10.0.0.1 1; dd 10.0.0.1 Ms");
}

TEST_CASE("area, timers and options are those of the first hello; priority is 0") {
  LinkStory story(we_are_master());
  LinkStory::Hello first;
  first.names_us = false;
  first.interval_s = 3;
  first.dead_s = 9;
  first.options = 0x08;
  first.area = AreaId{1};
  story.hello(kA, first);
  CHECK(story.pass(0s) == "hello 224.0.0.5 10.0.0.1");
  CHECK(story.pass(3s) == "hello 224.0.0.5 10.0.0.1");
  REQUIRE(story.hellos.size() == 2);
  CHECK(story.hellos[0].interval_s == 3);
  CHECK(story.hellos[0].dead_s == 9);
  CHECK(story.hellos[0].options == 0x08);
  CHECK(story.hellos[0].priority == 0);
  CHECK(story.us.area() == AreaId{1});
}

TEST_CASE(
    "as master we describe nothing, say that more comes, ask for what we lack, and then rest our case") {
  LinkStory story(we_are_master());
  story.hello(kA);
  CHECK(story.pass(0ms) == "dd 10.0.0.1 IMs; hello 224.0.0.5 10.0.0.1");
  story.description(kA, "M", story.sequence, {an_lsa(1), an_lsa(2)});
  CHECK(story.said() == "lsr 10.0.0.1 2; dd 10.0.0.1 Ms");
  story.description(kA, "", story.sequence, {an_lsa(3)});
  CHECK(story.said().empty());  // one question at a time
  story.update(kA, {an_lsa(1), an_lsa(2)});
  CHECK(story.said() == "lsr 10.0.0.1 1; ack 10.0.0.1 2");
  story.update(kA, {an_lsa(3)});
  CHECK(story.said() == "ack 10.0.0.1 1");
  CHECK(story.us.loaded());
  CHECK(state(story, kA) == NeighborState::kExchange);
  story.hello(kA);
  CHECK(story.pass(9s).empty());
  CHECK(state(story, kA) == NeighborState::kExchange);
}

TEST_CASE("as slave: the master's number is taken, duplicates get the same answer again") {
  LinkStory story(we_are_slave());
  story.hello(kA);
  story.pass(0ms);
  story.description(kA, "IMs", 77);
  CHECK(story.said() == "dd 10.0.0.1 M");
  CHECK(story.sequence == 77);
  story.description(kA, "IMs", 77);
  CHECK(story.said() == "dd 10.0.0.1 M");
  story.description(kA, "Ms", 78, {an_lsa(1)});
  CHECK(story.said() == "lsr 10.0.0.1 1; dd 10.0.0.1 M");
  CHECK(story.sequence == 78);
}

TEST_CASE("as slave, descriptions in a steady state are one in three seconds, whatever the master repeats") {
  LinkStory story(we_are_slave());
  story.hello(kA);
  story.pass(0ms);
  story.description(kA, "IMs", 77);
  story.description(kA, "s", 78);
  story.said();
  std::uint32_t sequence = 78;
  int answers = 0;
  for (int second = 0; second < 60; ++second) {
    story.hello(kA);
    story.description(kA, "s", sequence);  // a master whose retransmit interval is one second
    if (story.pass(1s).find("dd") == std::string::npos) continue;
    ++answers;
    CHECK(story.sequence == sequence);
    story.description(kA, "s", ++sequence);
  }
  CHECK(answers >= 18);
  CHECK(answers <= 20);
}

TEST_CASE("what is not answered is sent again, ever more slowly") {
  LinkStory story(we_are_master());
  story.hello(kA);
  story.pass(0ms);
  int sent = 0;
  for (int second = 1; second <= 60; ++second) {
    story.hello(kA);
    if (story.pass(1s).find("dd") != std::string::npos) ++sent;
  }
  CHECK(sent == 5);  // after 2, 6, 14, 30, 60 seconds
  story.description(kA, "", story.sequence, {an_lsa(1)});
  CHECK(story.said() == "lsr 10.0.0.1 1");
  CHECK(story.pass(2s) == "lsr 10.0.0.1 1");
  CHECK(story.pass(3s).empty());
}

TEST_CASE("a description out of order begins the exchange again, at once the first time and later the next") {
  LinkStory story(we_are_master());
  load(story, {an_lsa(1)});
  story.description(kA, "", story.sequence + 5);
  CHECK(story.said() == "dd 10.0.0.1 IMs");
  CHECK(trouble(story, AdjacencyTrouble::kSequence) == 1);
  story.description(kA, "M", story.sequence);
  CHECK(story.said() == "dd 10.0.0.1 Ms");
  story.description(kA, "IMs", 5);
  CHECK(story.said() == "dd 10.0.0.1 IMs");  // this takes the neighbour out of Exchange, too
  story.description(kA, "M", story.sequence);
  CHECK(story.said().empty());
  CHECK(story.pass(1s) == "dd 10.0.0.1 IMs");
  story.description(kA, "M", story.sequence);
  CHECK(story.said() == "dd 10.0.0.1 Ms");
}

TEST_CASE("on a LAN the designated router and its backup are described to, and nobody else") {
  AdjacencyConfig config = we_are_master();
  config.kind = NetworkKind::kBroadcast;
  LinkStory story(config);
  LinkStory::Hello hello;
  hello.designated = kOne;
  hello.backup = kTwo;
  for (const Peer& peer : {kA, kB, kC}) story.hello(peer, hello);
  CHECK(story.pass(0ms) == "dd 10.0.0.1 IMs; dd 10.0.0.2 IMs; hello 224.0.0.5 10.0.0.1 10.0.0.2 10.0.0.3");
  CHECK(story.hellos.back().designated == kOne);
  CHECK(story.hellos.back().backup == kTwo);
  CHECK(state(story, kC) == NeighborState::kTwoWay);
  // The designated router goes, the backup takes its place, and the third becomes backup.
  hello.designated = kTwo;
  hello.backup = kThree;
  story.now += 30s;
  for (const Peer& peer : {kB, kC}) story.hello(peer, hello);
  CHECK(story.pass(11s).find("dd 10.0.0.3 IMs") != std::string::npos);
  CHECK_FALSE(story.us.neighbors().contains(kOne));
  CHECK(state(story, kB) == NeighborState::kExStart);
}

TEST_CASE("updates to all are acknowledged together, to those who listen as designated routers") {
  AdjacencyConfig config = we_are_master();
  config.kind = NetworkKind::kBroadcast;
  LinkStory story(config);
  LinkStory::Hello hello;
  hello.designated = kOne;
  story.hello(kA, hello);
  story.hello(kB, hello);
  story.pass(0ms);
  story.description(kA, "", story.sequence);
  story.update(kA, {an_lsa(1)}, kAllSpfRouters);
  story.update(kA, {an_lsa(2), an_lsa(3)}, kAllSpfRouters);
  CHECK(story.said().empty());
  CHECK(story.pass(100ms) == "ack 224.0.0.6 3");
  story.update(kA, {an_lsa(3)});  // sent again, to us alone
  CHECK(story.said() == "ack 10.0.0.1 1");
  story.update(kB, {an_lsa(4)}, kAllDRouters);  // not for us, but heard
  CHECK(story.pass(1s).empty());
  CHECK(story.us.lsas() == 4);
}

TEST_CASE("what does not fit is counted under its reason, and leads to no neighbour") {
  LinkStory story([] {
    AdjacencyConfig config = we_are_master();
    config.kind = NetworkKind::kBroadcast;
    config.area = AreaId{1};
    config.hello_s = 10;
    config.dead_s = 40;
    return config;
  }());
  LinkStory::Hello right;
  right.area = AreaId{1};
  auto with = [&](auto change) {
    LinkStory::Hello hello = right;
    change(hello);
    story.hello(kB, hello);
  };
  with([](auto& hello) { hello.area = AreaId{0}; });
  with([](auto& hello) { hello.interval_s = 11; });
  with([](auto& hello) { hello.dead_s = 41; });
  with([](auto& hello) { hello.mask = Ipv4{0xffff0000}; });
  CHECK(story.pass(60s).empty());
  story.hello(kA, right);
  story.pass(0s);
  with([](auto& hello) { hello.options = 0; });
  for (const auto what :
       {AdjacencyTrouble::kArea, AdjacencyTrouble::kHelloInterval, AdjacencyTrouble::kDeadInterval,
        AdjacencyTrouble::kMask, AdjacencyTrouble::kOptions}) {
    CAPTURE(print_adjacency_trouble(what));
    CHECK(trouble(story, what) == 1);
  }
  CHECK(story.us.neighbors().size() == 1);
}

TEST_CASE("a neighbour whose packets may be too large is refused, unless told to ignore it") {
  LinkStory strict(we_are_master());
  strict.hello(kA);
  strict.pass(0ms);
  strict.description(kA, "M", strict.sequence, {}, 9000);
  CHECK(strict.said().empty());
  CHECK(trouble(strict, AdjacencyTrouble::kMtu) == 1);
  AdjacencyConfig config = we_are_master();
  config.mtu_ignore = true;
  LinkStory easy(config);
  easy.hello(kA);
  easy.pass(0ms);
  easy.description(kA, "M", easy.sequence, {}, 9000);
  CHECK(easy.said() == "dd 10.0.0.1 Ms");
}

TEST_CASE("a neighbour that no longer names us, or falls silent, is begun with anew or forgotten") {
  LinkStory story(we_are_master());
  load(story, {an_lsa(1)});
  LinkStory::Hello forgot;
  forgot.names_us = false;
  story.hello(kA, forgot);
  CHECK(state(story, kA) == NeighborState::kInit);
  story.hello(kA);
  CHECK(story.said() == "dd 10.0.0.1 IMs");
  story.pass(41s);
  CHECK(story.us.neighbors().empty());
  CHECK(story.pass(100s).empty());
}

TEST_CASE("a router id of our own, in somebody else's packet, silences us until it is gone") {
  LinkStory story(we_are_master());
  load(story, {an_lsa(1)});
  story.hello({story.us.config().router, kTwo});
  CHECK(trouble(story, AdjacencyTrouble::kDuplicateRouter) == 1);
  story.hello(kA);
  CHECK(story.pass(39s).empty());
  story.hello(kA);
  CHECK(story.pass(10s) != "");
}

TEST_CASE("no neighbour can make us send more than so many packets") {
  LinkStory story(we_are_slave());
  story.hello(kA);
  story.pass(0ms);
  story.description(kA, "IMs", 1);
  std::uint32_t sequence = 1;
  std::size_t sent = 0;
  for (int i = 0; i < 100'000; ++i) {  // a master that always has more, within one second
    story.description(kA, "Ms", ++sequence);
    sent += story.us.take_packets().size();
  }
  CHECK(sent <= 500);
  CHECK(story.us.counts().held_back > 99'000);
}

TEST_CASE("after a flush we leave Exchange for a moment, so that the neighbour may forget what was flushed") {
  LinkStory story(we_are_master());
  load(story, {an_lsa(1), an_lsa(2)});
  story.pass(15s);
  story.hello(kA);
  story.update(kA, {an_lsa(1, 1, 3600)}, kAllSpfRouters);
  const std::string said = story.pass(3s);
  CHECK(said.find("ack 224.0.0.5 1") != std::string::npos);
  CHECK(said.find("dd 10.0.0.1 IMs") != std::string::npos);
  CHECK(state(story, kA) == NeighborState::kExStart);
  story.description(kA, "IMs", 5);  // the neighbour follows; we wait
  CHECK(story.pass(1s).find("dd") == std::string::npos);
  CHECK(story.pass(1s).find("dd 10.0.0.1 IMs") != std::string::npos);
  // 2 was flushed while we rested: it is not described any more, and nobody was heard flushing it.
  story.description(kA, "", story.sequence, {});
  const auto flushed = story.us.take_flushed();
  REQUIRE(flushed.size() == 1);
  ByteReader in(flushed[0]);
  const auto header = ospf::read_lsa_header(in);
  CHECK(header.key.id == Ipv4{2});
  CHECK(header.age_s == ospf::kMaxAgeSeconds);
  CHECK(story.us.loaded());
}

TEST_CASE("a neighbour that still keeps what was flushed gets a second rest when FRR's minute is over") {
  LinkStory story(we_are_master());
  load(story, {an_lsa(1), an_lsa(2)});
  story.pass(15s);
  const Time flush = story.now;
  std::vector<double> rests;
  for (int second = 0; second < 100; ++second) {
    story.hello(kA);
    if (second == 0) story.update(kA, {an_lsa(1, 1, 3600)}, kAllSpfRouters);
    const auto before = state(story, kA);
    story.pass(1s);
    if (state(story, kA) == NeighborState::kExStart && before == NeighborState::kExchange) {
      rests.push_back(seconds(story.now - flush));
    }
    if (state(story, kA) != NeighborState::kExStart) continue;
    story.description(kA, "", story.sequence, {an_lsa(2)});
    if (state(story, kA) == NeighborState::kExchange && second < 60) story.update(kA, {an_lsa(1, 1, 3600)});
  }
  REQUIRE(rests.size() == 2);
  CHECK(rests[0] == doctest::Approx(3).epsilon(0.4));
  CHECK(rests[1] == doctest::Approx(57).epsilon(0.03));
}

TEST_CASE("a neighbour that was away and lacks what we know is asked again before that counts as flushed") {
  LinkStory story(we_are_master());
  load(story, {an_lsa(1), an_lsa(2)});
  story.pass(5s);
  LinkStory::Hello forgot;
  forgot.names_us = false;
  story.hello(kA, forgot);  // it restarts, with an empty database
  story.hello(kA);
  story.said();
  story.description(kA, "", story.sequence, {});
  CHECK(story.us.take_flushed().empty());
  bool asked_again = false;
  for (int second = 0; second < 70; ++second) {
    story.hello(kA);
    story.pass(1s);
    if (state(story, kA) != NeighborState::kExStart) continue;
    asked_again = true;
    story.description(kA, "", story.sequence, {an_lsa(1)});
  }
  CHECK(asked_again);
  CHECK(story.us.take_flushed().size() == 1);  // by now it has had time to learn what there is
}

TEST_CASE("what an earlier run knew, and the neighbour no longer has, was flushed while nobody listened") {
  LinkStory story(we_are_master());
  story.us.remember(story.now, std::nullopt, an_lsa(1));
  story.us.remember(story.now, std::nullopt, an_lsa(2));
  story.us.remember(story.now, AreaId{5}, an_lsa(3));  // of another area: none of our business
  story.now += 2s;
  story.hello(kA);
  story.pass(0ms);
  story.description(kA, "", story.sequence, {an_lsa(1)});
  CHECK(story.said().empty());  // nothing to ask for: we have it
  CHECK(story.us.take_flushed().empty());
  for (int second = 0; second < 70; ++second) {
    story.hello(kA);
    story.pass(1s);
    if (state(story, kA) == NeighborState::kExStart) story.description(kA, "", story.sequence, {an_lsa(1)});
  }
  const auto flushed = story.us.take_flushed();
  REQUIRE(flushed.size() == 1);
  ByteReader in(flushed[0]);
  CHECK(ospf::read_lsa_header(in).key.id == Ipv4{2});
}

TEST_CASE("on NBMA and point-to-multipoint, every packet but a multipoint hello goes to one neighbour") {
  for (const auto kind : {NetworkKind::kNbma, NetworkKind::kPointToMultipoint}) {
    AdjacencyConfig config = we_are_master();
    config.kind = kind;
    LinkStory story(config);
    LinkStory::Hello hello;
    hello.designated = kOne;
    story.hello(kA, hello);
    story.hello(kB, hello);
    const bool nbma = kind == NetworkKind::kNbma;
    CHECK(story.pass(0ms) ==
          (nbma ? "dd 10.0.0.1 IMs; hello 10.0.0.1 10.0.0.1 10.0.0.2; hello 10.0.0.2 10.0.0.1 10.0.0.2"
                : "dd 10.0.0.1 IMs; dd 10.0.0.2 IMs; hello 224.0.0.5 10.0.0.1 10.0.0.2"));
    story.description(kA, "M", story.sequence);
    story.said();
    story.update(kA, {an_lsa(1)}, kAllSpfRouters);
    CHECK(story.pass(100ms) == "ack 10.0.0.1 1");
  }
}

TEST_CASE("with a key, packets are signed, and others' are taken only when they are, too") {
  AdjacencyConfig config = we_are_master();
  REQUIRE(ospf::add_auth_key("*:1:md5:secret", config.keys));
  config.auth_sequence = 1000;
  LinkStory story(config);
  story.hello(kA);
  CHECK(trouble(story, AdjacencyTrouble::kAuthentication) == 1);
  CHECK(story.us.neighbors().empty());
  const ospf::AuthKey key{1, ospf::AuthAlgorithm::kMd5, "secret"};
  const auto signed_hello = [&](std::uint32_t sequence) {
    ospf::Hello hello;
    hello.interval_s = 10;
    hello.dead_s = 40;
    ByteWriter body;
    ospf::write_hello(hello, body);
    ospf::Header header;
    header.type = ospf::PacketType::kHello;
    header.router = kOne;
    auto packet = ospf::write_packet(header, body.bytes());
    ospf::sign(packet, key, sequence);
    story.us.on_packet(story.now, kOne, kAllSpfRouters, packet);
  };
  signed_hello(500);
  CHECK(story.us.neighbors().size() == 1);
  signed_hello(501);
  signed_hello(500);
  CHECK(trouble(story, AdjacencyTrouble::kReplayed) == 1);
  story.us.tick(story.now);
  const auto sent = story.us.take_packets();
  REQUIRE(sent.size() == 1);
  ospf::Packet packet;
  REQUIRE(ospf::read_packet(sent[0].payload, packet) == ospf::Refusal::kNone);
  CHECK(ospf::verify(sent[0].payload, packet, std::vector<ospf::AuthKey>{key}) ==
        ospf::AuthVerdict::kVerified);
  CHECK(ospf::read_auth_trailer(sent[0].payload).sequence == 1000);
}

TEST_CASE("every prefix of a good packet is refused, not read past") {
  LinkStory story(we_are_master());
  story.hello(kA);
  ospf::Header header;
  header.type = ospf::PacketType::kUpdate;
  header.router = kOne;
  ByteWriter body;
  body.u32(1);
  body.put(an_lsa(1));
  const auto packet = ospf::write_packet(header, body.bytes());
  for (std::size_t length = 0; length < packet.size(); ++length) {
    story.us.on_packet(story.now, kOne, kOurs, Bytes(packet).first(length));
  }
  CHECK(story.us.counts().refused.total() == packet.size());
  CHECK(story.us.lsas() == 0);
}
