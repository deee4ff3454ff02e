#include "topology/from_opaque.h"

#include <doctest/doctest.h>

#include "lsdb/lsdb.test.h"
#include "ospf/opaque.h"
#include "topology/from_lsdb.h"
#include "topology/topology_diff.h"

using namespace anemone;
using ospf::LsaType;

namespace {

constexpr Ipv4 kTe{1U << 24};
constexpr Ipv4 kInformation{4U << 24};

HeardLsa announced(RouterId router, std::string_view own, double bandwidth_bps) {
  ospf::TeLink link;
  link.local = {ip(own)};
  link.metric = 70;
  link.bandwidth_bps = bandwidth_bps;
  link.admin_group = 5;
  return heard(kStart, LsaType::kOpaqueArea, kTe, router, ospf::TrafficEngineeringLsa{std::nullopt, {link}});
}

HeardLsa named(Time time, RouterId router, const char* name) {
  return heard(time, LsaType::kOpaqueArea, kInformation, router, ospf::RouterInformationLsa{{}, name});
}

//   1.1.1.1 ---10.0.0.0/30--- 2.2.2.2 ---10.9.0.0/24--- 3.3.3.3
Lsdb chain() {
  Lsdb lsdb;
  lsdb.install(heard_router(kStart, ip("1.1.1.1"), {to_router("2.2.2.2", "10.0.0.1", 10)}));
  lsdb.install(heard_router(kStart, ip("2.2.2.2"),
                            {to_router("1.1.1.1", "10.0.0.2", 10), to_network("10.9.0.2", "10.9.0.2", 10)}));
  lsdb.install(heard_router(kStart, ip("3.3.3.3"), {to_network("10.9.0.2", "10.9.0.3", 10)}));
  lsdb.install(heard(kStart, LsaType::kNetwork, ip("10.9.0.2"), ip("2.2.2.2"),
                     ospf::NetworkLsa{ip("255.255.255.0"), {ip("2.2.2.2"), ip("3.3.3.3")}}));
  return lsdb;
}

std::string announced_links(const Topology& topology) {
  std::string text;
  for (const Link& link : topology.links()) {
    if (link.capacity_bps == 0) continue;
    text += topology.node(link.from).name + ">" + topology.node(link.to).name + " " +
            std::to_string(static_cast<int>(link.capacity_bps / 1e6)) + "M metric " +
            std::to_string(link.te_metric) + " group " + std::to_string(link.admin_group) + "; ";
  }
  return text;
}

std::string names(const Topology& topology) {
  std::string text;
  for (NodeId node : topology.nodes()) {
    if (topology.node(node).kind == NodeKind::kRouter) text += topology.node(node).name + " ";
  }
  return text;
}

}  // namespace

TEST_CASE("a link has the capacity, metric and group that its router announces for its address") {
  Lsdb lsdb = chain();
  lsdb.install(announced(ip("1.1.1.1"), "10.0.0.1", 100e6));
  lsdb.install(announced(ip("3.3.3.3"), "10.0.0.2", 7e6));  // not its address: says nothing
  CHECK(announced_links(topology_from_lsdb(lsdb)) == "1.1.1.1>2.2.2.2 100M metric 70 group 5; ");
}

TEST_CASE("on a broadcast network the interface's capacity counts in both directions") {
  Lsdb lsdb = chain();
  lsdb.install(announced(ip("3.3.3.3"), "10.9.0.3", 10e6));
  CHECK(announced_links(topology_from_lsdb(lsdb)) ==
        "3.3.3.3>net:10.9.0.0/24 10M metric 70 group 5; net:10.9.0.0/24>3.3.3.3 10M metric 0 group 0; ");
}

TEST_CASE("routers have the names that they announce, and are still found by their ids") {
  Lsdb lsdb = chain();
  lsdb.install(named(kStart, ip("1.1.1.1"), "core1"));
  lsdb.install(named(kStart, ip("9.9.9.9"), "gone"));  // nobody knows such a router
  const Topology topology = topology_from_lsdb(lsdb);
  CHECK(names(topology) == "core1 2.2.2.2 3.3.3.3 ");
  CHECK(*topology.find("1.1.1.1") == *topology.find("core1"));
}

TEST_CASE("a name that two routers announce, that another has, or that reads as an address, is not given") {
  Lsdb lsdb = chain();
  lsdb.install(named(kStart, ip("1.1.1.1"), "core"));
  lsdb.install(named(kStart, ip("2.2.2.2"), "core"));
  lsdb.install(named(kStart, ip("3.3.3.3"), "2.2.2.2"));
  CHECK(names(topology_from_lsdb(lsdb)) == "1.1.1.1 2.2.2.2 3.3.3.3 ");
  lsdb.install(named(kStart, ip("3.3.3.3"), "7.7.7.7"));
  CHECK(names(topology_from_lsdb(lsdb)) == "1.1.1.1 2.2.2.2 3.3.3.3 ");
}

TEST_CASE(
    "a router that only now announces its name is called so and nothing else, and what changes is told by "
    "new names") {
  Lsdb lsdb = chain();
  const Topology before = topology_from_lsdb(lsdb);
  lsdb.install(named(kStart + 1s, ip("1.1.1.1"), "core1"));
  const auto named_only = diff_topologies(before, topology_from_lsdb(lsdb));
  REQUIRE(named_only.size() == 1);
  CHECK(named_only[0].text == "1.1.1.1 is now called core1");
  lsdb.install(
      heard_router(kStart + 2s, ip("1.1.1.1"), {to_router("2.2.2.2", "10.0.0.1", 30)}, {.sequence = 2}));
  const auto changes = diff_topologies(before, topology_from_lsdb(lsdb));
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].text == "core1 > 2.2.2.2 cost 10 to 30");
}
