#include "topology/from_ospf3.h"

#include <doctest/doctest.h>

#include "lsdb/ospf3.test.h"
#include "topology/from_lsdb.h"

using namespace anemone;

namespace {

using ospf3::LsaType;

const Ipv4 kR1 = ip("10.0.0.1");
const Ipv4 kR2 = ip("10.0.0.2");
const Ipv4 kR3 = ip("10.0.0.3");

Lsdb database(const std::vector<HeardLsa>& heard) {
  Lsdb lsdb;
  for (const HeardLsa& lsa : heard) lsdb.install(lsa);
  return lsdb;
}

std::string links(const Topology& topology) {
  std::string text;
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    const Link& link = topology.link(id);
    text += link_name(topology, id) + " " + std::to_string(link.cost);
    if (!link.neighbor.is_none()) text += " via " + print_address(link.neighbor);
    text += "; ";
  }
  return text;
}

std::string prefixes(const Topology& topology) {
  std::string text;
  for (const Attachment& at : topology.attachments()) {
    text += print_prefix(at.prefix) + " " + print_prefix_kind(at.kind) + " " + topology.node(at.node).name +
            " " + std::to_string(at.cost);
    if (!at.forwarding.is_none()) text += " to " + print_address(at.forwarding);
    text += "; ";
  }
  return text;
}

HeardLsa heard_link(RouterId router, std::uint32_t interface, std::string_view address, Said3 said = {}) {
  return heard3(kStart, LsaType::kLink, interface, router,
                ospf3::LinkLsa{1, kRouterOptions, ospf3::from_address(*parse_address(address)), {}}, said);
}

HeardLsa heard_network(RouterId designated, std::uint32_t interface, std::vector<RouterId> routers,
                       Said3 said = {}) {
  return heard3(kStart, LsaType::kNetwork, interface, designated,
                ospf3::NetworkLsa{kRouterOptions, std::move(routers)}, said);
}

HeardLsa heard_network_prefixes(RouterId designated, std::uint32_t interface,
                                std::vector<ospf3::PrefixField> fields, Said3 said = {}) {
  return heard3(
      kStart, LsaType::kIntraAreaPrefix, interface, designated,
      ospf3::IntraAreaPrefixLsa{{LsaType::kNetwork, Ipv4{interface}, designated}, std::move(fields)}, said);
}

}  // namespace

TEST_CASE(
    "a link counts when the other end has it with the interface numbers crossed; parallel ones stay apart") {
  //  r1 [2]-[7] r2, r1 [3]-[8] r2; r1 [4] says it leads to r2's [9], which r2 does not know
  const Topology topology = topology_from_lsdb(
      database({heard_router3(kStart, kR1, {link3(kR2, 2, 7, 10), link3(kR2, 3, 8, 20), link3(kR2, 4, 9, 1)}),
                heard_router3(kStart, kR2, {link3(kR1, 8, 3, 21), link3(kR1, 7, 2, 11)}),
                heard_link(kR2, 7, "fe80::7"), heard_link(kR1, 3, "fe80::3")}));
  CHECK(links(topology) ==
        "10.0.0.1>10.0.0.2:ospf3:ifindex 2 10 via fe80::7; 10.0.0.1>10.0.0.2:ospf3:ifindex 3 20; "
        "10.0.0.2>10.0.0.1:ospf3:ifindex 7 11; 10.0.0.2>10.0.0.1:ospf3:ifindex 8 21 via fe80::3; ");
  CHECK(topology.link(LinkId{0}).reverse == LinkId{2});
  CHECK(topology.link(LinkId{1}).reverse == LinkId{3});
  CHECK(topology.link(LinkId{0}).interface == "ifindex 2");
}

TEST_CASE("prefixes belong to the router or the network that their LSA refers to") {
  const Topology topology = topology_from_lsdb(
      database({heard_router3(kStart, kR1, {transit3(kR2, 4, 5, 3)}),
                heard_router3(kStart, kR2, {transit3(kR2, 5, 5, 2)}),
                heard_router3(kStart, kR3, {transit3(kR2, 6, 5, 2)}),  // not listed
                heard_network(kR2, 5, {kR1, kR2}), heard_link(kR1, 4, "fe80::4"),
                heard_network_prefixes(kR2, 5, {field3("fd00:9::/64"), field3("fd00:8::/64")}),
                heard_prefixes3(kStart, kR1, {field3("fd00:1::/64", 7), field3("fd00::1/128", 0, 2)}),
                heard_prefixes3(kStart, kR2, {field3("fd00:2::/64", 7, ospf3::kPrefixNoUnicast)}),
                heard_prefixes3(kStart, ip("10.0.0.9"), {field3("fd00:3::/64", 1)})}));  // of nobody
  CHECK(links(topology) ==
        "10.0.0.1>net:fd00:8::/64:ospf3:ifindex 4 3; 10.0.0.2>net:fd00:8::/64:ospf3:ifindex 5 2; "
        "net:fd00:8::/64>10.0.0.1 0 via fe80::4; net:fd00:8::/64>10.0.0.2 0; ");
  CHECK(prefixes(topology) ==
        "fd00::1/128 stub 10.0.0.1 0; fd00:1::/64 stub 10.0.0.1 7; fd00:8::/64 stub net:fd00:8::/64 0; "
        "fd00:9::/64 stub net:fd00:8::/64 0; ");
}

TEST_CASE("several router-LSAs of one router are one; the lowest id has the say on options and bits") {
  const ospf3::RouterLsa first{false, false, true, true, kRouterOptions, {link3(kR2, 2, 7, 10)}};
  const ospf3::RouterLsa second{false, false, false, false, 0, {link3(kR2, 3, 8, 20)}};
  const Topology topology = topology_from_lsdb(database(
      {heard3(kStart, LsaType::kRouter, 1, kR1, second), heard3(kStart, LsaType::kRouter, 0, kR1, first),
       heard_router3(kStart, kR2, {link3(kR1, 8, 3, 21), link3(kR1, 7, 2, 11)})}));
  CHECK(topology.link_count() == 4);
  const Node& node = topology.node(NodeId{0});
  CHECK(node.is_abr(ospf3_domain(0)));
  CHECK_FALSE(node.is_abr(kOspf2Domain));
  CHECK(node.asbr_areas == std::vector<AreaId>{{0, ospf3_domain(0)}});
  CHECK(node.forwards(ospf3_domain(0)));
}

TEST_CASE(
    "a router without R or V6 is a host; without V6 it still forwards IPv4; without E the area is a stub") {
  Said3 four;
  four.area.domain = ospf3_domain(64);
  const std::uint32_t no_v6 = kRouterOptions & ~ospf3::kOptionV6;
  const std::uint32_t no_r = kRouterOptions & ~ospf3::kOptionRouter;
  const Topology topology = topology_from_lsdb(
      database({heard_router3(kStart, kR1, {}, {}, false, false, no_v6),
                heard_router3(kStart, kR1, {}, four, false, false, no_v6),
                heard_router3(kStart, kR2, {}, {}, false, false, no_r),
                heard_router3(kStart, kR2, {}, four, false, false, no_r & ~ospf3::kOptionExternal)}));
  CHECK_FALSE(topology.node(NodeId{0}).forwards(ospf3_domain(0)));
  CHECK(topology.node(NodeId{0}).forwards(ospf3_domain(64)));
  CHECK_FALSE(topology.node(NodeId{1}).forwards(ospf3_domain(0)));
  CHECK_FALSE(topology.node(NodeId{1}).forwards(ospf3_domain(64)));
  CHECK(topology.is_stub({0, ospf3_domain(64)}));
  CHECK_FALSE(topology.is_stub({0, ospf3_domain(0)}));
}

TEST_CASE(
    "other areas and other networks: inter-area prefixes and routers, externals with forwarding addresses") {
  const auto to = ospf3::from_address(*parse_address("fd00:9::99"));
  const ospf3::ExternalLsa type2{true, 20, field3("2001:db8::/32"), to, 7, {}};
  const ospf3::ExternalLsa type1{false, 30, field3("2001:db8:1::/48"), {}, {}, {}};
  ospf3::ExternalLsa gone = type1;
  gone.cost = ospf3::kLsInfinity;
  const Topology topology = topology_from_lsdb(database(
      {heard_router3(kStart, kR1, {}, {}, true), heard_router3(kStart, kR2, {}),
       heard3(kStart, LsaType::kInterAreaPrefix, 1, kR1, ospf3::InterAreaPrefixLsa{5, field3("fd00:5::/64")}),
       heard3(kStart, LsaType::kInterAreaPrefix, 1, kR2, ospf3::InterAreaPrefixLsa{5, field3("fd00:6::/64")}),
       heard3(kStart, LsaType::kInterAreaRouter, 1, kR1, ospf3::InterAreaRouterLsa{kRouterOptions, 9, kR3}),
       heard3(kStart, LsaType::kExternal, 1, kR3, type2), heard3(kStart, LsaType::kNssa, 2, kR2, type1),
       heard3(kStart, LsaType::kExternal, 3, kR3, gone)}));
  CHECK(prefixes(topology) ==
        "2001:db8::/32 external2 10.0.0.3 20 to fd00:9::99; 2001:db8:1::/48 nssa1 10.0.0.2 30; "
        "fd00:5::/64 summary 10.0.0.1 5; ");  // r2 is no border router
  REQUIRE(topology.border_routes().size() == 1);
  CHECK(topology.border_routes()[0].asbr == kR3);
  CHECK(topology.border_routes()[0].cost == 9);
  CHECK(topology.node(*topology.find("10.0.0.3")).asbr);
}

TEST_CASE("an IPv4 instance has IPv4 prefixes and next hops, multicast's is not looked at") {
  Said3 four;
  four.area.domain = ospf3_domain(64);
  Said3 multicast;
  multicast.area.domain = ospf3_domain(96);
  const Topology topology = topology_from_lsdb(database(
      {heard_router3(kStart, kR1, {link3(kR2, 2, 7, 10)}, four),
       heard_router3(kStart, kR2, {link3(kR1, 7, 2, 11)}, four), heard_link(kR2, 7, "10.8.0.2", four),
       heard_prefixes3(kStart, kR2, {field3("10.1.0.0/16", 3), field3("2001:db8::/48", 3)}, four),
       heard_router3(kStart, kR1, {link3(kR2, 2, 7, 10)}, multicast),
       heard_router3(kStart, kR2, {link3(kR1, 7, 2, 11)}, multicast)}));
  CHECK(links(topology) ==
        "10.0.0.1>10.0.0.2:ospf3/64:ifindex 2 10 via 10.8.0.2; 10.0.0.2>10.0.0.1:ospf3/64:ifindex 7 11; ");
  CHECK(prefixes(topology) == "10.1.0.0/16 stub 10.0.0.2 3; ");
}

TEST_CASE(
    "OSPFv2 and OSPFv3 on the same routers are one topology: one node each, links and prefixes of both") {
  const Topology topology = topology_from_lsdb(database(
      {heard_router(kStart, kR1, {to_router("10.0.0.2", "10.1.0.1", 5)}),
       heard_router(kStart, kR2, {to_router("10.0.0.1", "10.1.0.2", 5), stub("10.2.0.0", "255.255.0.0", 1)}),
       heard_router3(kStart, kR1, {link3(kR2, 2, 7, 10)}, {}, true),
       heard_router3(kStart, kR2, {link3(kR1, 7, 2, 11)}),
       heard_prefixes3(kStart, kR2, {field3("fd00:2::/64", 1)})}));
  CHECK(topology.node_count() == 2);
  CHECK(links(topology) ==
        "10.0.0.1>10.0.0.2:10.1.0.1 5 via 10.1.0.2; 10.0.0.1>10.0.0.2:ospf3:ifindex 2 10; "
        "10.0.0.2>10.0.0.1:10.1.0.2 5 via 10.1.0.1; 10.0.0.2>10.0.0.1:ospf3:ifindex 7 11; ");
  CHECK(prefixes(topology) == "10.2.0.0/16 stub 10.0.0.2 1; fd00:2::/64 stub 10.0.0.2 1; ");
  CHECK(topology.link(LinkId{1}).reverse == LinkId{3});
  CHECK(topology.node(NodeId{0}).is_abr(ospf3_domain(0)));
  CHECK_FALSE(topology.node(NodeId{0}).is_abr(kOspf2Domain));
}
