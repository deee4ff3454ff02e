#include "listen/listen_config.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

std::string why_not(std::string_view text) {
  const auto config = parse_listen_config(text);
  return config ? "taken" : config.error().message;
}

}  // namespace

TEST_CASE("an interface alone is listened on without a word") {
  const auto config = parse_listen_config("eth1");
  REQUIRE(config);
  CHECK(config->interface == "eth1");
  CHECK(config->mode == ListenMode::kCapture);
  CHECK_FALSE(config->promiscuous);
  CHECK_FALSE(config->adjacency.area);
}

TEST_CASE("every setting of an interface has its place") {
  const auto config = parse_listen_config(
      "eth1, mode=adjacency, area=0.0.0.1, hello=5, dead=20, network=point-to-point, router-id=192.0.2.7, "
      "address=10.0.0.9, neighbor=10.0.0.1, neighbor=10.0.0.2, mtu-ignore=yes, rests=no, promiscuous=yes");
  REQUIRE(config);
  CHECK(config->mode == ListenMode::kAdjacency);
  CHECK(config->promiscuous);
  CHECK(config->kind_given);
  const AdjacencyConfig& adjacency = config->adjacency;
  CHECK(adjacency.area == AreaId{1});
  CHECK(adjacency.hello_s == 5);
  CHECK(adjacency.dead_s == 20);
  CHECK(adjacency.kind == NetworkKind::kPointToPoint);
  CHECK(adjacency.router == *parse_ipv4("192.0.2.7"));
  CHECK(adjacency.address == *parse_ipv4("10.0.0.9"));
  CHECK(adjacency.neighbors.size() == 2);
  CHECK(adjacency.mtu_ignore);
  CHECK_FALSE(adjacency.rests);
}

TEST_CASE("what cannot be is refused with the part that is wrong, and what can stand there") {
  CHECK(why_not("") == "no interface is named in ''");
  CHECK(why_not(",mode=capture") == "no interface is named in ',mode=capture'");
  CHECK(why_not("eth1,mode=full") == "eth1: mode: 'full' is not a mode (capture, adjacency)");
  CHECK(why_not("eth1,hello=0") == "eth1: hello: '0' is not a number of seconds");
  CHECK(why_not("eth1,hello=65536") == "eth1: hello: '65536' is not a number of seconds");
  CHECK(why_not("eth1,dead=4294967296") == "eth1: dead: '4294967296' is not a number of seconds");
  CHECK(why_not("eth1,hello=10,dead=10") == "eth1: dead must be longer than hello");
  CHECK(why_not("eth1,area=north") == "eth1: area: 'north' is not an area (a number, or as an address)");
  CHECK(why_not("eth1,router-id=0.0.0.0") == "eth1: router-id: '0.0.0.0' is not an IPv4 address");
  CHECK(why_not("eth1,promiscuous=maybe") == "eth1: promiscuous: 'maybe' is not yes or no");
  CHECK(why_not("eth1,loud").starts_with("eth1: 'loud' is not NAME=VALUE with one of mode, area, hello"));
  CHECK(why_not("eth1,colour=red").starts_with("eth1: 'colour=red' is not NAME=VALUE with one of"));
}
