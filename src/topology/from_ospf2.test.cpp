#include "topology/from_ospf2.h"

#include <doctest/doctest.h>

#include "lsdb/lsdb_history.h"
#include "lsdb/ospf_listener.h"
#include "ospf/generated_network.test.h"
#include "topology/from_lsdb.h"

using namespace anemone;

namespace {

// What stands in packets, into a history.
void take(const std::vector<std::vector<std::uint8_t>>& packets, Time time, LsdbHistory& history,
          std::size_t& taken) {
  LsaLog log;
  OspfListener listener("generated", log);
  for (const auto& packet : packets) listener.on_packet(time, packet);
  CHECK(listener.counts().refused.total() == 0);
  for (const HeardLsa& heard : log.entries) history.append(heard);
  taken += log.entries.size();
}

}  // namespace

TEST_CASE("after bursts of flips in a mesh no LSA is missing and just the links between those up are there") {
  constexpr std::uint32_t kRouters = 20;
  GeneratedNetwork network = GeneratedNetwork::mesh(kRouters);
  Random random(1);
  LsdbHistory history;
  std::vector<std::vector<std::uint8_t>> packets;
  network.mark_all();
  std::size_t sent = network.flood(packets);
  std::size_t taken = 0;
  take(packets, Time{1s}, history, taken);
  for (int burst = 2; burst < 40; ++burst) {
    packets.clear();
    for (int flip = 0; flip < 3; ++flip) {
      network.flip(random.below(kRouters));
      sent += network.flood(packets);
    }
    take(packets, Time{std::chrono::seconds(burst)}, history, taken);
    const Topology topology = topology_from_lsdb(history.now());
    REQUIRE(topology.node_count() == kRouters);
    for (std::uint32_t a = 0; a < kRouters; ++a) {
      std::size_t peers = 0;
      for (std::uint32_t b = 0; b < kRouters; ++b) peers += b != a && !network.is_down(b);
      CHECK(topology.links_from(NodeId{a}).size() == (network.is_down(a) ? 0 : peers));
    }
  }
  CHECK(taken == sent);
}

TEST_CASE("a generated network's links have the costs, addresses and networks that its routers say") {
  Random random(2);
  GeneratedNetwork network = GeneratedNetwork::random(50, 110, random);
  network.mark_all();
  std::vector<std::vector<std::uint8_t>> packets;
  network.flood(packets);
  LsdbHistory history;
  std::size_t taken = 0;
  take(packets, Time{1s}, history, taken);
  const Topology topology = topology_from_lsdb(history.now());
  CHECK(taken == 50);
  CHECK(topology.link_count() == 220);
  CHECK(topology.prefix_count() == 50 + 110);
  for (const Link& link : topology.links()) {
    CHECK(link.reverse.valid());
    const std::uint32_t address = link.address.v4().value;
    CHECK(link.cost == network.cost((address & 0xff'ffff) / 4, address % 4 == 2));
    CHECK(link.neighbor.v4().value == (address ^ 3));
  }
}

TEST_CASE("a network that is split in two is two nodes, of which one is named after its designated router") {
  std::vector<std::vector<std::uint8_t>> lsas;
  LsaLog log;
  for (const std::uint32_t area : {0U, 1U}) {
    for (const std::uint32_t designated : {0x0a00'0001U, 0x0a00'0002U}) {
      ospf::LsaHeader header;
      header.key = {ospf::LsaType::kNetwork, {designated}, {designated}};
      header.sequence = 1;
      const auto lsa = ospf::write_lsa(header, ospf::NetworkLsa{{0xffff'ff00}, {{1}, {2}}});
      log.entries.push_back(*heard_lsa(Time{1s}, 0, AreaId{area}, lsa));
    }
  }
  const Topology topology = topology_from_lsdb(LsdbHistory(log).now());
  std::string names;
  for (NodeId node : topology.nodes()) names += topology.node(node).name + " ";
  CHECK(names ==
        "net:10.0.0.0/24 net:10.0.0.0/24@10.0.0.2 net:10.0.0.0/24@10.0.0.1 "
        "net:10.0.0.0/24@10.0.0.2@0.0.0.1 ");
}
