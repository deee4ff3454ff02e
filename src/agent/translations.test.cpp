#include "agent/translations.h"

#include <doctest/doctest.h>

#include <vector>

using namespace anemone;

namespace {

constexpr Ipv4 kInside{0x0a000005};
constexpr Ipv4 kRouter{0xc6336401};
constexpr Ipv4 kServer{0xc0000235};

FlowRecord record(Ipv4 src, std::uint16_t src_port, Ipv4 dst, std::uint16_t dst_port, Direction direction) {
  FlowRecord record;
  record.key = {src, dst, src_port, dst_port, 6, direction};
  return record;
}

}  // namespace

TEST_CASE("records get the name that the rest of the network knows them by, if it is another") {
  NatConnections connections;
  connections.add({{kInside, kServer, 4000, 80, 6}, {kServer, kRouter, 80, 5000, 6}});
  std::vector records = {
      record(kInside, 4000, kServer, 80, Direction::kIn),   // came to the router, leaves it as the router's
      record(kRouter, 5000, kServer, 80, Direction::kOut),  // of a socket here, as it left
      record(kServer, 80, kRouter, 5000, Direction::kIn),   // the answer
      record(kServer, 80, kInside, 4000, Direction::kIn),   // the answer, when a socket here got it
      record(kServer, 81, kInside, 4000, Direction::kIn),
      record(kRouter, 5000, kServer, 80, Direction::kOut)};  // as it left, of somebody else
  records[5].origin.owner = kForwardedOwner;
  NatTable nats;
  add_translations(records, connections, nats);
  REQUIRE(records[0].nat.valid());
  CHECK(nats[records[0].nat] == NatTuple{kRouter, kServer, 5000, 80, false});
  CHECK_FALSE(records[1].nat.valid());
  REQUIRE(records[2].nat.valid());
  CHECK(nats[records[2].nat] == NatTuple{kServer, kInside, 80, 4000, false});
  REQUIRE(records[3].nat.valid());
  CHECK(nats[records[3].nat] == NatTuple{kServer, kRouter, 80, 5000, true});
  CHECK_FALSE(records[4].nat.valid());
  REQUIRE(records[5].nat.valid());
  CHECK(nats[records[5].nat] == NatTuple{kInside, kServer, 4000, 80, true});
}
