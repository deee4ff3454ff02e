#include "route/table.h"

#include <doctest/doctest.h>

#include <string>

using namespace anemone;

namespace {

Prefix net(const char* text) { return *parse_prefix(text); }
IpAddress at(const char* text) { return *parse_address(text); }

// A network told in a few calls. Routers are numbered from 1; links get addresses 10.0.LINK.{1,2}.
struct Story {
  TopologyParts parts;
  std::uint16_t domain = kOspf2Domain;  // of what is told next

  NodeId router(std::vector<std::uint32_t> areas, bool abr = false, bool asbr = false) {
    Node node;
    node.router_id = {static_cast<std::uint32_t>(parts.nodes.size() + 1)};
    node.name = "r" + std::to_string(parts.nodes.size() + 1);
    for (std::uint32_t area : areas) node.areas.push_back(AreaId{area, domain});
    if (abr) node.abr_domains = {domain};
    node.asbr = asbr;
    if (asbr) node.asbr_areas = node.areas;
    parts.nodes.push_back(node);
    return NodeId{parts.nodes.size() - 1};
  }
  void link(NodeId a, NodeId b, Cost cost, std::uint32_t area = 0, bool is_virtual = false) {
    const auto number = static_cast<std::uint32_t>(parts.links.size() / 2 + 1);
    Link there;
    there.from = a;
    there.to = b;
    there.cost = cost;
    there.area = {area, domain};
    there.is_virtual = is_virtual;
    there.address = Ipv4{0x0a00'0001 + (number << 8)};
    there.neighbor = Ipv4{0x0a00'0002 + (number << 8)};
    Link back = there;
    std::swap(back.from, back.to);
    std::swap(back.address, back.neighbor);
    parts.links.push_back(there);
    parts.links.push_back(back);
  }
  void attach(const char* prefix, NodeId node, Cost cost, PrefixKind kind = PrefixKind::kStub,
              std::uint32_t area = 0, const char* forwarding = nullptr) {
    parts.attachments.push_back({net(prefix), node, cost, kind, AreaId{area, domain},
                                 forwarding == nullptr ? IpAddress{} : at(forwarding)});
  }

  // "PREFIX TYPE COST via NEXT,NEXT; ..."
  std::string table(NodeId router) const {
    const Topology topology(parts);
    std::string text;
    for (const Route& route : route_table(topology, router)) {
      text += print_prefix(topology.prefix(route.prefix)) + " " + print_path_type(route.type) + " " +
              std::to_string(route.cost);
      if (route.type == PathType::kExternal2) text += "+" + std::to_string(route.type2_cost);
      for (const NextHop& hop : route.next_hops) {
        text += hop.router.valid() ? " " + topology.node(hop.router).name : " local";
        if (hop.router.valid() && !hop.via.is_none()) text += "@" + print_address(hop.via);
      }
      text += "; ";
    }
    return text;
  }
};

}  // namespace

TEST_CASE("equal costs are kept, a router's own networks are local") {
  //      r2
  //   1 /  \ 1
  //   r1    r4 - 20.0.0.0/24
  //   1 \  / 1
  //      r3
  Story s;
  const NodeId r1 = s.router({0});
  const NodeId r2 = s.router({0});
  const NodeId r3 = s.router({0});
  const NodeId r4 = s.router({0});
  s.link(r1, r2, 1);
  s.link(r1, r3, 1);
  s.link(r2, r4, 1);
  s.link(r3, r4, 1);
  s.attach("20.0.0.0/24", r4, 5);
  s.attach("21.0.0.0/24", r1, 3);
  CHECK(s.table(r1) == "20.0.0.0/24 intra 7 r2@10.0.1.2 r3@10.0.2.2; 21.0.0.0/24 intra 3 local; ");
}

TEST_CASE("a dear way inside an area wins over a cheap one between areas, and that over externals") {
  //  area 1: r1 -100- r2,  r1 -1- r3 (border) ; 20.0.0.0/24 at r2 in area 1, and as a summary from r3
  Story s;
  const NodeId r1 = s.router({1});
  const NodeId r2 = s.router({1});
  const NodeId r3 = s.router({0, 1}, true, true);
  s.link(r1, r2, 100, 1);
  s.link(r1, r3, 1, 1);
  s.attach("20.0.0.0/24", r2, 1, PrefixKind::kStub, 1);
  s.attach("20.0.0.0/24", r3, 1, PrefixKind::kSummary, 1);
  s.attach("20.1.0.0/24", r3, 9, PrefixKind::kSummary, 1);
  s.attach("20.1.0.0/24", r3, 1, PrefixKind::kExternal1);
  s.attach("20.2.0.0/24", r3, 99, PrefixKind::kExternal1);
  s.attach("20.2.0.0/24", r3, 1, PrefixKind::kExternal2);
  s.attach("20.3.0.0/24", r3, 20, PrefixKind::kExternal2);
  CHECK(s.table(r1) ==
        "20.0.0.0/24 intra 101 r2@10.0.1.2; 20.1.0.0/24 inter 10 r3@10.0.2.2; "
        "20.2.0.0/24 external1 100 r3@10.0.2.2; 20.3.0.0/24 external2 1+20 r3@10.0.2.2; ");
}

TEST_CASE("a border router looks at the backbone's summaries only") {
  //  r1 (0 1) -1- r2 (0 1) in area 0 and, cheaper, in area 1 as well
  Story s;
  const NodeId r1 = s.router({0, 1}, true);
  const NodeId r2 = s.router({0, 1}, true);
  s.link(r1, r2, 10, 0);
  s.link(r1, r2, 1, 1);
  s.attach("20.0.0.0/24", r2, 4, PrefixKind::kSummary, 0);
  s.attach("20.0.0.0/24", r2, 1, PrefixKind::kSummary, 1);
  CHECK(s.table(r1) == "20.0.0.0/24 inter 14 r2@10.0.1.2; ");
  s.parts.nodes[0].abr_domains.clear();  // an inner router of both looks at all of its areas
  CHECK(s.table(r1) == "20.0.0.0/24 inter 2 r2@10.0.2.2; ");
}

TEST_CASE("a border router that lost its backbone looks at all its areas") {
  Story s;
  const NodeId r1 = s.router({0, 1}, true);
  const NodeId r2 = s.router({0, 1}, true);
  s.link(r1, r2, 1, 1);
  s.attach("20.0.0.0/24", r2, 1, PrefixKind::kSummary, 1);
  CHECK(s.table(r1) == "20.0.0.0/24 inter 2 r2@10.0.1.2; ");
}

TEST_CASE("of type 2 externals the smaller metric wins, then the nearer exit, then both") {
  Story s;
  const NodeId r1 = s.router({0});
  const NodeId r2 = s.router({0}, false, true);
  const NodeId r3 = s.router({0}, false, true);
  s.link(r1, r2, 1);
  s.link(r1, r3, 2);
  s.attach("20.0.0.0/24", r2, 20, PrefixKind::kExternal2);
  s.attach("20.0.0.0/24", r3, 10, PrefixKind::kExternal2);
  s.attach("20.1.0.0/24", r2, 20, PrefixKind::kExternal2);
  s.attach("20.1.0.0/24", r3, 20, PrefixKind::kExternal2);
  s.attach("20.2.0.0/24", r2, 6, PrefixKind::kExternal1);
  s.attach("20.2.0.0/24", r3, 5, PrefixKind::kExternal1);
  CHECK(s.table(r1) ==
        "20.0.0.0/24 external2 2+10 r3@10.0.2.2; 20.1.0.0/24 external2 1+20 r2@10.0.1.2; "
        "20.2.0.0/24 external1 7 r2@10.0.1.2 r3@10.0.2.2; ");
}

TEST_CASE("packets go to the forwarding address where one is given, also past the boundary router") {
  //  r1 -1- r2 (boundary), r1 -5- r3 with 30.0.0.0/24, where the forwarding address is
  Story s;
  const NodeId r1 = s.router({0});
  const NodeId r2 = s.router({0}, false, true);
  const NodeId r3 = s.router({0});
  s.link(r1, r2, 1);
  s.link(r1, r3, 5);
  s.attach("30.0.0.0/24", r3, 1);
  s.attach("20.0.0.0/24", r2, 20, PrefixKind::kExternal2, 0, "30.0.0.9");
  s.attach("20.1.0.0/24", r2, 20, PrefixKind::kExternal2, 0, "31.0.0.9");  // nobody has a way there
  CHECK(s.table(r1) == "20.0.0.0/24 external2 6+20 r3@10.0.2.2; 30.0.0.0/24 intra 6 r3@10.0.2.2; ");
}

TEST_CASE("externals stay out of stub areas, where the border router's default stands for them") {
  Story s;
  const NodeId r1 = s.router({1});
  const NodeId r2 = s.router({0, 1}, true, true);
  s.parts.nodes[1].asbr_areas = {AreaId{0}};
  s.parts.stub_areas = {AreaId{1}};
  s.link(r1, r2, 1, 1);
  s.attach("20.0.0.0/24", r2, 1, PrefixKind::kExternal1);
  s.attach("0.0.0.0/0", r2, 1, PrefixKind::kSummary, 1);
  CHECK(s.table(r1) == "0.0.0.0/0 inter 2 r2@10.0.1.2; ");
}

namespace {

//  area 1: r1 -1- r2 -1- r3, and r2 -1- r5;  backbone: r1, and r3 -1- r4 behind the virtual link r1=r3
struct VirtualLinkStory : Story {
  NodeId r1 = router({0, 1}, true);
  NodeId r2 = router({1});
  NodeId r3 = router({0, 1}, true);
  NodeId r4 = router({0});
  NodeId r5 = router({0, 1}, true);
  VirtualLinkStory() {
    link(r1, r2, 1, 1);
    link(r2, r3, 1, 1);
    link(r3, r4, 1, 0);
    link(r1, r3, 2, 0, true);
    link(r2, r5, 1, 1);
    attach("20.0.0.0/24", r4, 1, PrefixKind::kStub, 0);
    parts.nodes[r1.value()].virtual_areas = {AreaId{1, domain}};
    parts.nodes[r3.value()].virtual_areas = {AreaId{1, domain}};
  }
};

}  // namespace

TEST_CASE("a way that begins with a virtual link goes where the transit area's summary of it leads") {
  VirtualLinkStory s;
  CHECK(s.table(s.r1).empty());  // nobody told the area: RFC 2328, 16.3
  s.attach("20.0.0.0/24", s.r3, 2, PrefixKind::kSummary, 1);
  CHECK(s.table(s.r1) == "20.0.0.0/24 intra 4 r2@10.0.1.2; ");
}

TEST_CASE("a transit area's summary shortens a way of the backbone, and joins one that is as long") {
  VirtualLinkStory s;
  s.link(s.r1, s.r4, 3, 0);
  CHECK(s.table(s.r1) == "20.0.0.0/24 intra 4 r4@10.0.6.2; ");
  s.attach("20.0.0.0/24", s.r5, 2, PrefixKind::kSummary, 1);
  CHECK(s.table(s.r1) == "20.0.0.0/24 intra 4 r2@10.0.1.2 r4@10.0.6.2; ");
  s.attach("20.0.0.0/24", s.r3, 1, PrefixKind::kSummary, 1);
  CHECK(s.table(s.r1) == "20.0.0.0/24 intra 3 r2@10.0.1.2; ");
  for (Node& node : s.parts.nodes) node.virtual_areas.clear();  // no virtual link, no transit
  CHECK(s.table(s.r1) == "20.0.0.0/24 intra 4 r4@10.0.6.2; ");
}

TEST_CASE("a transit area's summary makes no route that the backbone does not have") {
  VirtualLinkStory s;
  s.attach("20.9.0.0/24", s.r3, 1, PrefixKind::kSummary, 1);
  CHECK(s.table(s.r1).empty());
}

TEST_CASE("the way to an AS boundary router behind a virtual link follows the transit area's type 4 LSA") {
  VirtualLinkStory s;
  Node& asbr = s.parts.nodes[s.r4.value()];
  asbr.asbr = true;
  asbr.asbr_areas = {AreaId{0, s.domain}};
  s.attach("30.0.0.0/24", s.r4, 7, PrefixKind::kExternal1);
  CHECK(s.table(s.r1).empty());
  s.parts.border_routes.push_back({asbr.router_id, s.r3, 1, AreaId{1, s.domain}});
  CHECK(s.table(s.r1) == "30.0.0.0/24 external1 10 r2@10.0.1.2; ");
}

TEST_CASE("a border router takes an NSSA's default route only with the P-bit, and if it imports summaries") {
  //  backbone: r1;  area 2, not-so-stubby: r1 -1- r2, which has a default route
  Story s;
  const NodeId r1 = s.router({0, 2}, true);
  const NodeId r2 = s.router({2}, false);
  s.parts.nodes[r2.value()].asbr = true;
  s.parts.nodes[r2.value()].asbr_areas = {AreaId{2, s.domain}};
  s.parts.stub_areas = {AreaId{2, s.domain}};
  s.link(r1, r2, 1, 2);
  s.attach("0.0.0.0/0", r2, 1, PrefixKind::kNssa1, 2);
  CHECK(s.table(r1) == "0.0.0.0/0 external1 2 r2@10.0.1.2; ");
  s.parts.attachments.back().propagate = false;
  CHECK(s.table(r1).empty());
  s.parts.attachments.back().propagate = true;
  s.attach("0.0.0.0/0", r1, 1, PrefixKind::kSummary, 2);
  CHECK(s.table(r1).empty());
  s.attach("20.0.0.0/24", r1, 1, PrefixKind::kSummary, 2);
  CHECK(s.table(r1) == "0.0.0.0/0 external1 2 r2@10.0.1.2; ");
}

TEST_CASE("a router with the highest link costs is passed through last, not never") {
  //  r1 - r2 (costs 65535 both ways, RFC 6987) - r3, and r1 -1000- r4 -1000- r3 while it lasts
  Story s;
  const NodeId r1 = s.router({0});
  const NodeId r2 = s.router({0});
  const NodeId r3 = s.router({0});
  s.link(r1, r2, 0xffff);
  s.link(r2, r3, 0xffff);
  s.attach("20.0.0.0/24", r3, 1);
  CHECK(s.table(r1) == "20.0.0.0/24 intra 131071 r2@10.0.1.2; ");
  const NodeId r4 = s.router({0});
  s.link(r1, r4, 1000);
  s.link(r4, r3, 1000);
  CHECK(s.table(r1) == "20.0.0.0/24 intra 2001 r4@10.0.3.2; ");
}

TEST_CASE("domains beside each other: no path changes from one into another, the better one has the prefix") {
  //  r1 =10= r2 -1- r3      = in both domains; - in the second only
  Story s;
  const NodeId r1 = s.router({0});
  const NodeId r2 = s.router({0});
  const NodeId r3 = s.router({0});
  s.link(r1, r2, 10);
  s.attach("20.0.0.0/24", r3, 1);
  s.attach("20.1.0.0/24", r2, 1);
  s.domain = ospf3_domain(64);
  s.link(r1, r2, 3);
  s.link(r2, r3, 1);
  s.attach("20.1.0.0/24", r2, 1);
  s.attach("20.2.0.0/24", r3, 1);
  s.attach("20.3.0.0/24", r3, 1, PrefixKind::kExternal2);
  s.parts.nodes[2].asbr_areas = {{0, s.domain}};
  CHECK(s.table(r1) ==
        "20.1.0.0/24 intra 11 r2@10.0.1.2; 20.2.0.0/24 intra 5 r2@10.0.2.2; "
        "20.3.0.0/24 external2 4+1 r2@10.0.2.2; ");
}

TEST_CASE("a border router of one domain is an inner router of another") {
  //  r1 -1- r2, both in areas 0 and 1 of both domains; only in the first are they border routers
  Story s;
  const NodeId r1 = s.router({0, 1}, true);
  const NodeId r2 = s.router({0, 1}, true);
  for (std::uint16_t domain : {kOspf2Domain, ospf3_domain(0)}) {
    s.domain = domain;
    s.link(r1, r2, 10, 0);
    s.link(r1, r2, 1, 1);
  }
  s.attach("2001:db8::/32", r2, 1, PrefixKind::kSummary, 1);
  s.domain = kOspf2Domain;
  s.attach("20.0.0.0/24", r2, 1, PrefixKind::kSummary, 1);
  CHECK(s.table(r1).empty());
  s.parts.nodes[1].abr_domains.push_back(ospf3_domain(0));
  CHECK(s.table(r1) == "2001:db8::/32 inter 2 r2@10.0.4.2; ");
}

TEST_CASE("a router that does not forward ends paths and begins them, and nothing goes through it") {
  //      h -1- r3 - 20.0.0.0/24      h is a host with two links, and a prefix of its own
  //   1 /     / 10
  //   r1 ----
  Story s;
  const NodeId r1 = s.router({0});
  const NodeId h = s.router({0});
  const NodeId r3 = s.router({0});
  s.link(r1, h, 1);
  s.link(h, r3, 1);
  s.link(r1, r3, 10);
  s.attach("20.0.0.0/24", r3, 1);
  s.attach("20.1.0.0/24", h, 1);
  s.parts.nodes[h.value()].host_domains = {kOspf2Domain};
  CHECK(s.table(r1) == "20.0.0.0/24 intra 11 r3@10.0.3.2; 20.1.0.0/24 intra 2 r2@10.0.1.2; ");
  CHECK(s.table(h) == "20.0.0.0/24 intra 2 r3@10.0.2.2; 20.1.0.0/24 intra 1 local; ");
}

TEST_CASE("IS-IS: level 1 comes before level 2 whatever it costs, and a leaked prefix after both") {
  //   r1 --100 (level 1)-- r2      r1 --1 (level 2)-- r3
  Story s;
  s.domain = kIsisDomain;
  const NodeId r1 = s.router({0, 1}, true);
  const NodeId r2 = s.router({1});
  const NodeId r3 = s.router({0, 1}, true);
  s.link(r1, r2, 100, 1);
  s.link(r1, r3, 1, 0);
  s.attach("20.0.0.0/24", r2, 10, PrefixKind::kStub, 1);
  s.attach("20.0.0.0/24", r3, 10, PrefixKind::kStub, 0);
  CHECK(s.table(r1) == "20.0.0.0/24 intra 110 r2@10.0.1.2; ");
  s.parts.attachments[0].kind = PrefixKind::kSummary;  // leaked, by whom there is no way to
  CHECK(s.table(r1) == "20.0.0.0/24 intra 11 r3@10.0.2.2; ");
}

TEST_CASE(
    "IS-IS: a network of the router's own is where it is, though another says that it has it for less") {
  Story s;
  s.domain = kIsisDomain;
  const NodeId r1 = s.router({0});
  const NodeId r2 = s.router({0});
  s.link(r1, r2, 1);
  s.attach("20.0.0.0/24", r1, 63);
  s.attach("20.0.0.0/24", r2, 10);
  CHECK(s.table(r1) == "20.0.0.0/24 intra 63 local; ");
  CHECK(s.table(r2) == "20.0.0.0/24 intra 10 local; ");
}

TEST_CASE("an overloaded router is reached, has routes itself, and carries nothing for others") {
  //   r1 --1-- r2 (overloaded) --1-- r3
  Story s;
  s.domain = kIsisDomain;
  const NodeId r1 = s.router({0});
  const NodeId r2 = s.router({0});
  const NodeId r3 = s.router({0});
  s.link(r1, r2, 1);
  s.link(r2, r3, 1);
  s.parts.nodes[r2.value()].host_domains = {kIsisDomain};
  s.attach("20.0.2.0/24", r2, 5);
  s.attach("20.0.3.0/24", r3, 5);
  CHECK(s.table(r1) == "20.0.2.0/24 intra 6 r2@10.0.1.2; ");
  CHECK(s.table(r2) == "20.0.2.0/24 intra 5 local; 20.0.3.0/24 intra 6 r3@10.0.2.2; ");
}

TEST_CASE("IS-IS: the next hop of an IPv6 prefix is no IPv4 address, though the link is IPv4's too") {
  Story s;
  s.domain = kIsisDomain;
  const NodeId r1 = s.router({0});
  const NodeId r2 = s.router({0});
  s.link(r1, r2, 1);
  s.attach("20.0.0.0/24", r2, 10);
  s.attach("2001:db8::/48", r2, 10);
  CHECK(s.table(r1) == "20.0.0.0/24 intra 11 r2@10.0.1.2; 2001:db8::/48 intra 11 r2; ");
}
