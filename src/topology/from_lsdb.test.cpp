#include "topology/from_lsdb.h"

#include <doctest/doctest.h>

#include "lsdb/lsdb.test.h"

using namespace anemone;
using ospf::LsaType;

namespace {

std::string links(const Topology& topology) {
  std::string text;
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    const Link& link = topology.link(id);
    text +=
        topology.node(link.from).name + ">" + topology.node(link.to).name + " " + std::to_string(link.cost);
    if (!link.neighbor.is_none()) text += " via " + print_address(link.neighbor);
    text += "; ";
  }
  return text;
}

}  // namespace

TEST_CASE("a link counts only when both ends say so") {
  Lsdb lsdb;
  lsdb.install(heard_router(kStart, ip("1.1.1.1"), {to_router("2.2.2.2", "10.0.0.1", 10)}));
  CHECK(links(topology_from_lsdb(lsdb)).empty());
  lsdb.install(heard_router(kStart + 1s, ip("2.2.2.2"), {to_router("1.1.1.1", "10.0.0.2", 20)}));
  CHECK(links(topology_from_lsdb(lsdb)) ==
        "1.1.1.1>2.2.2.2 10 via 10.0.0.2; 2.2.2.2>1.1.1.1 20 via 10.0.0.1; ");
  lsdb.install(heard_router(kStart + 2s, ip("2.2.2.2"), {}, {.sequence = 2}));
  CHECK(links(topology_from_lsdb(lsdb)).empty());
}

TEST_CASE("parallel links stay apart, their ends paired by address") {
  Lsdb lsdb;
  lsdb.install(heard_router(kStart, ip("1.1.1.1"),
                            {to_router("2.2.2.2", "10.0.0.1", 1), to_router("2.2.2.2", "10.0.0.5", 2)}));
  lsdb.install(heard_router(kStart, ip("2.2.2.2"),
                            {to_router("1.1.1.1", "10.0.0.6", 3), to_router("1.1.1.1", "10.0.0.2", 4)}));
  const Topology topology = topology_from_lsdb(lsdb);
  CHECK(links(topology) ==
        "1.1.1.1>2.2.2.2 1 via 10.0.0.2; 1.1.1.1>2.2.2.2 2 via 10.0.0.6; "
        "2.2.2.2>1.1.1.1 4 via 10.0.0.1; 2.2.2.2>1.1.1.1 3 via 10.0.0.5; ");
  CHECK(topology.link(LinkId{0}).reverse == LinkId{2});
  CHECK(topology.link(LinkId{1}).reverse == LinkId{3});
}

TEST_CASE("a parallel link that only one end still tells is used, its next hop known by the subnet of two") {
  Lsdb lsdb;
  lsdb.install(heard_router(kStart, ip("1.1.1.1"),
                            {to_router("2.2.2.2", "10.0.0.1", 1), stub("10.0.0.0", "255.255.255.252", 1),
                             to_router("2.2.2.2", "10.0.0.5", 2), stub("10.0.0.4", "255.255.255.252", 2)}));
  lsdb.install(heard_router(kStart, ip("2.2.2.2"), {to_router("1.1.1.1", "10.0.0.2", 4)}));
  CHECK(links(topology_from_lsdb(lsdb)) ==
        "1.1.1.1>2.2.2.2 1 via 10.0.0.2; 1.1.1.1>2.2.2.2 2 via 10.0.0.6; 2.2.2.2>1.1.1.1 4 via 10.0.0.1; ");
}

TEST_CASE(
    "a point-to-multipoint network is a link between each two that hear each other, from one address each") {
  //        1.1.1.1 (10.9.0.1)
  //        /            \            the spokes do not hear each other
  //  2.2.2.2 (.2)    3.3.3.3 (.3)
  Lsdb lsdb;
  lsdb.install(heard_router(kStart, ip("1.1.1.1"),
                            {to_router("2.2.2.2", "10.9.0.1", 5), to_router("3.3.3.3", "10.9.0.1", 5),
                             stub("10.9.0.1", "255.255.255.255", 0)}));
  lsdb.install(heard_router(kStart, ip("2.2.2.2"), {to_router("1.1.1.1", "10.9.0.2", 6)}));
  lsdb.install(heard_router(kStart, ip("3.3.3.3"), {to_router("1.1.1.1", "10.9.0.3", 7)}));
  const Topology topology = topology_from_lsdb(lsdb);
  CHECK(links(topology) ==
        "1.1.1.1>2.2.2.2 5 via 10.9.0.2; 1.1.1.1>3.3.3.3 5 via 10.9.0.3; "
        "2.2.2.2>1.1.1.1 6 via 10.9.0.1; 3.3.3.3>1.1.1.1 7 via 10.9.0.1; ");
  CHECK(print_prefix(topology.prefix(PrefixId{0})) == "10.9.0.1/32");
}

TEST_CASE("a router that asks to be avoided has its highest costs in the links, and they are there") {
  Lsdb lsdb;
  lsdb.install(heard_router(kStart, ip("1.1.1.1"), {to_router("2.2.2.2", "10.0.0.1", 0xffff)}));
  lsdb.install(heard_router(kStart, ip("2.2.2.2"), {to_router("1.1.1.1", "10.0.0.2", 20)}));
  CHECK(links(topology_from_lsdb(lsdb)) ==
        "1.1.1.1>2.2.2.2 65535 via 10.0.0.2; 2.2.2.2>1.1.1.1 20 via 10.0.0.1; ");
}

TEST_CASE("a virtual link is a link without a wire") {
  Lsdb lsdb;
  lsdb.install(heard_router(kStart, ip("1.1.1.1"),
                            {{ip("2.2.2.2"), ip("10.0.0.1"), ospf::LinkType::kVirtual, 14}}, {}, true));
  lsdb.install(heard_router(kStart, ip("2.2.2.2"),
                            {{ip("1.1.1.1"), ip("10.0.7.2"), ospf::LinkType::kVirtual, 14}}, {}, true));
  const Topology topology = topology_from_lsdb(lsdb);
  REQUIRE(topology.link_count() == 2);
  CHECK(topology.link(LinkId{0}).is_virtual);
  CHECK(topology.link(LinkId{0}).reverse == LinkId{1});
}

TEST_CASE("unnumbered links know their interface's index and no address") {
  Lsdb lsdb;
  lsdb.install(heard_router(kStart, ip("1.1.1.1"), {to_router("2.2.2.2", "0.0.0.3", 10)}));
  lsdb.install(heard_router(kStart, ip("2.2.2.2"), {to_router("1.1.1.1", "0.0.0.8", 10)}));
  const Topology topology = topology_from_lsdb(lsdb);
  REQUIRE(topology.link_count() == 2);
  CHECK(topology.link(LinkId{0}).address.is_none());
  CHECK(topology.link(LinkId{0}).neighbor.is_none());
  CHECK(topology.link(LinkId{0}).interface == "ifindex 3");
}

TEST_CASE("a broadcast network is a node between those who list it and whom it lists") {
  Lsdb lsdb;
  for (const char* id : {"1", "2", "3"}) {
    const std::string router = std::string("1.1.1.") + id;
    lsdb.install(heard_router(kStart, ip(router), {to_network("10.0.0.1", "10.0.0." + std::string(id), 10)}));
  }
  lsdb.install(
      heard(kStart, LsaType::kNetwork, ip("10.0.0.1"), ip("1.1.1.1"),
            ospf::NetworkLsa{ip("255.255.255.0"), {ip("1.1.1.1"), ip("1.1.1.2")}}));  // not the third
  const Topology topology = topology_from_lsdb(lsdb);
  CHECK(links(topology) ==
        "1.1.1.1>net:10.0.0.0/24 10; 1.1.1.2>net:10.0.0.0/24 10; "
        "net:10.0.0.0/24>1.1.1.1 0 via 10.0.0.1; net:10.0.0.0/24>1.1.1.2 0 via 10.0.0.2; ");
  CHECK(topology.link(LinkId{0}).reverse == LinkId{2});
  const auto attached = topology.attachments(PrefixId{0});
  REQUIRE(attached.size() == 1);
  CHECK(attached[0].kind == PrefixKind::kNetwork);
}

TEST_CASE("what a router summarises counts only in the areas in which it says that it is a border router") {
  Lsdb lsdb;
  const Said inner{.area = {1}};
  lsdb.install(heard_router(kStart, ip("1.1.1.1"), {}, {}, true));  // its backbone does not hear it any more
  lsdb.install(heard_router(kStart, ip("1.1.1.1"), {}, inner));
  lsdb.install(heard(kStart, LsaType::kSummary, ip("10.2.0.0"), ip("1.1.1.1"),
                     ospf::SummaryLsa{ip("255.255.0.0"), 7}, inner));
  lsdb.install(
      heard(kStart, LsaType::kAsbrSummary, ip("9.9.9.9"), ip("1.1.1.1"), ospf::SummaryLsa{{}, 7}, inner));
  const Topology topology = topology_from_lsdb(lsdb);
  CHECK(topology.attachments().empty());
  CHECK(topology.border_routes().empty());
}

TEST_CASE("prefixes say where they are attached, in which area, and how") {
  Lsdb lsdb;
  lsdb.install(heard_router(kStart, ip("1.1.1.1"), {stub("10.1.0.0", "255.255.0.0", 5)}, {}, true, true));
  lsdb.install(heard(kStart, LsaType::kSummary, ip("10.2.0.0"), ip("1.1.1.1"),
                     ospf::SummaryLsa{ip("255.255.0.0"), 7}));
  lsdb.install(heard(kStart, LsaType::kSummary, ip("10.3.0.0"), ip("1.1.1.1"),
                     ospf::SummaryLsa{ip("255.255.0.0"), ospf::kLsInfinity}));  // no way: not there
  lsdb.install(heard(kStart, LsaType::kExternal, ip("100.64.0.0"), ip("1.1.1.1"),
                     ospf::ExternalLsa{ip("255.192.0.0"), true, 20, ip("10.1.0.9"), 0}));
  const Topology topology = topology_from_lsdb(lsdb);
  std::string text;
  for (const Attachment& a : topology.attachments()) {
    text += print_prefix(a.prefix) + " " + print_prefix_kind(a.kind) + " " + std::to_string(a.cost) + " " +
            (a.forwarding.is_none() ? "" : print_address(a.forwarding)) + "; ";
  }
  CHECK(text == "10.1.0.0/16 stub 5 ; 10.2.0.0/16 summary 7 ; 100.64.0.0/10 external2 20 10.1.0.9; ");
  CHECK(topology.node(NodeId{0}).abr());
  CHECK(topology.node(NodeId{0}).asbr);
}

TEST_CASE("an area whose routers clear the E option is a stub area") {
  Lsdb lsdb;
  lsdb.install(heard_router(kStart, ip("1.1.1.1"), {}));
  lsdb.install(heard_router(kStart, ip("1.1.1.2"), {}, {.options = 0, .area = AreaId{4}}));
  const Topology topology = topology_from_lsdb(lsdb);
  CHECK_FALSE(topology.is_stub(kArea0));
  CHECK(topology.is_stub(AreaId{4}));
}

TEST_CASE("a boundary router of an area that nobody listens to is a node without links") {
  Lsdb lsdb;
  lsdb.install(heard_router(kStart, ip("1.1.1.1"), {}, {}, true));
  lsdb.install(heard(kStart, LsaType::kAsbrSummary, ip("9.9.9.9"), ip("1.1.1.1"), ospf::SummaryLsa{{}, 5}));
  const Topology topology = topology_from_lsdb(lsdb);
  const auto node = topology.find("9.9.9.9");
  REQUIRE(node);
  CHECK(topology.node(*node).asbr);
  REQUIRE(topology.border_routes().size() == 1);
  CHECK(topology.border_routes()[0].cost == 5);
}
