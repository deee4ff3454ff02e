#include "host/nat_connections.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

constexpr Time kNow = time_from_micros(1'795'384'800'000'000);
constexpr Ipv4 kInside{0x0a000005};
constexpr Ipv4 kRouter{0xc6336401};
constexpr Ipv4 kServer{0xc0000235};

// The inside host asks the server; the router masquerades.
NatConnection masqueraded(std::uint16_t port) {
  return {.original = {kInside, kServer, port, 53, 17},
          .reply = {kServer, kRouter, 53, static_cast<std::uint16_t>(port + 1000), 17}};
}

}  // namespace

TEST_CASE(
    "each direction of a translated connection has its other name, ahead of the translation and behind it") {
  NatConnections connections;
  connections.add(masqueraded(4000));
  const NatEnds out{kRouter, kServer, 5000, 53, 17};
  const NatEnds back{kServer, kInside, 53, 4000, 17};
  const auto asked = connections.find({kInside, kServer, 4000, 53, 17});
  REQUIRE(asked);
  CHECK(asked->ends == out);
  CHECK_FALSE(asked->before);
  const auto answered = connections.find({kServer, kRouter, 53, 5000, 17});
  REQUIRE(answered);
  CHECK(answered->ends == back);
  CHECK_FALSE(answered->before);
  const auto behind = connections.find(out);
  REQUIRE(behind);
  CHECK(behind->ends == NatEnds{kInside, kServer, 4000, 53, 17});
  CHECK(behind->before);
  const auto home = connections.find(back);
  REQUIRE(home);
  CHECK(home->ends == NatEnds{kServer, kRouter, 53, 5000, 17});
  CHECK(home->before);
  CHECK_FALSE(connections.find({kInside, kServer, 4001, 53, 17}));
  CHECK_FALSE(connections.find({kInside, kServer, 4000, 53, 6}));
}

TEST_CASE("an echo's answer is not an echo: types of ICMP go with the direction") {
  NatConnections connections;
  connections.add({{kInside, kServer, 0, 8 << 8, 1}, {kServer, kRouter, 0, 0, 1}});
  const auto asked = connections.find({kInside, kServer, 0, 8 << 8, 1});
  REQUIRE(asked);
  CHECK(asked->ends == NatEnds{kRouter, kServer, 0, 8 << 8, 1});
  const auto answered = connections.find({kServer, kRouter, 0, 0, 1});
  REQUIRE(answered);
  CHECK(answered->ends == NatEnds{kServer, kInside, 0, 0, 1});
}

TEST_CASE("a connection that ended is known for a while, and makes room for one with the same ends") {
  NatConnections connections({.keep = 30s});
  connections.add(masqueraded(4000));
  connections.end(masqueraded(4000), kNow);
  connections.forget_ended(kNow + 29s);
  CHECK(connections.find(masqueraded(4000).original));
  NatConnection again = masqueraded(4000);
  again.reply.dst_port = 6000;
  connections.add(again);
  CHECK(connections.find(again.original)->ends.src_port == 6000);
  CHECK(connections.counts().connections == 1);
  connections.end(again, kNow);
  connections.forget_ended(kNow + 30s);
  CHECK_FALSE(connections.find(again.original));
  CHECK(connections.counts().connections == 0);
}

TEST_CASE("connections beyond the most are refused and counted") {
  NatConnections connections({.connections_max = 2});
  for (std::uint16_t port = 1; port <= 5; ++port) connections.add(masqueraded(port));
  connections.add(masqueraded(1));
  CHECK(connections.counts().connections == 2);
  CHECK(connections.counts().refused == 3);
  CHECK_FALSE(connections.find(masqueraded(3).original));
}

TEST_CASE("every beginning of a word of the kernel's is refused or read, never read past") {
  std::vector<std::uint8_t> body(64, 0xff);
  for (std::size_t size = 0; size < body.size(); ++size)
    CHECK_FALSE(read_nat_connection(Bytes(body).first(size)));
}
