#include "topology/from_isis.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "isis/lsp.h"
#include "isis/pdu.h"
#include "topology/from_lsdb.h"

using namespace anemone;
using isis::LspContents;
using isis::NodeKey;

namespace {

constexpr Time kNow = Time{std::chrono::seconds(1'000'000)};

constexpr NodeKey node(std::uint64_t system, std::uint8_t circuit = 0) { return {system << 8 | circuit}; }

isis::Neighbor wide(NodeKey to, std::uint32_t metric) { return {to, metric, true, 0, {}}; }
isis::Neighbor narrow(NodeKey to, std::uint32_t metric) { return {to, metric, false, 0, {}}; }

isis::Reach prefix(const char* text, std::uint32_t metric) {
  isis::Reach reach;
  reach.prefix = *parse_prefix(text);
  reach.metric = metric;
  reach.wide = true;
  return reach;
}

constexpr std::uint8_t kLevel2 = 3;
constexpr std::uint8_t kOverload = 4;
constexpr std::uint8_t kAttached = 8;

// A network told by its LSPs: in(level, node, what it says, flags).
struct Story {
  Lsdb lsdb;

  Story& in(int level, NodeKey who, const LspContents& says, std::uint8_t flags = 0,
            std::uint8_t fragment = 0) {
    ByteWriter tlvs;
    isis::write_lsp_contents(says, tlvs);
    const auto type = level == 1 ? isis::PduType::kLsp1 : isis::PduType::kLsp2;
    const auto is_type = static_cast<std::uint8_t>(level == 1 ? 1 : kLevel2);
    const isis::LspId id{who.value << 8 | fragment};
    const isis::Lsp lsp{1200, id, 1, 0, static_cast<std::uint8_t>(flags | is_type)};
    const auto heard =
        heard_lsa(kNow, 0, {level == 1 ? 1U : 0U, kIsisDomain}, isis::write_lsp(type, lsp, tlvs.bytes()));
    REQUIRE(heard);
    lsdb.install(*heard);
    return *this;
  }

  Topology topology() const { return topology_from_lsdb(lsdb); }
};

LspContents says(std::vector<isis::Neighbor> neighbors, std::vector<isis::Reach> prefixes = {},
                 std::vector<std::vector<std::uint8_t>> areas = {{0x49, 0, 1}}) {
  LspContents contents;
  contents.areas = std::move(areas);
  contents.neighbors = std::move(neighbors);
  contents.prefixes = std::move(prefixes);
  return contents;
}

LspContents named(LspContents contents, const char* name) {
  contents.host_name = name;
  return contents;
}

// "a>b 10 isis:level-2; ", in the order of the text.
std::string links(const Topology& topology) {
  std::vector<std::string> lines;
  for (const Link& link : topology.links()) {
    lines.push_back(topology.node(link.from).name + ">" + topology.node(link.to).name + " " +
                    std::to_string(link.cost) + " " + print_area(link.area) + "; ");
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

std::string attachments(const Topology& topology) {
  std::string text;
  for (const Attachment& a : topology.attachments()) {
    text += print_prefix(a.prefix) + " " + print_prefix_kind(a.kind) + " " + std::to_string(a.cost) + " at " +
            topology.node(a.node).name + " in " + print_area(a.area) + "; ";
  }
  return text;
}

const Node& find(const Topology& topology, std::string_view name) {
  return topology.node(*topology.find(name));
}

constexpr NodeKey kA = node(1);
constexpr NodeKey kB = node(2);
constexpr NodeKey kC = node(3);

}  // namespace

TEST_CASE("a link counts when both ends say it, nodes are named by host name, else by system id") {
  Story s;
  s.in(2, kA, named(says({wide(kB, 10), wide(kC, 5)}), "a"));
  s.in(2, kB, says({wide(kA, 20)}));
  s.in(2, kC, named(says({}), "c"));
  CHECK(links(s.topology()) == "0000.0000.0002>a 20 isis:level-2; a>0000.0000.0002 10 isis:level-2; ");
}

TEST_CASE("two routers of the same host name are told apart by their system ids") {
  Story s;
  s.in(2, kA, named(says({}), "r")).in(2, kB, named(says({}), "r"));
  CHECK_FALSE(s.topology().find("r").has_value());
  CHECK(s.topology().find("0000.0000.0001").has_value());
  CHECK(s.topology().find("0000.0000.0002").has_value());
}

TEST_CASE("a node whose first LSP is missing is not there; what several LSPs say is said together") {
  Story s;
  s.in(2, kA, says({wide(kB, 10)}), 0, 1);
  s.in(2, kB, says({wide(kA, 10)}));
  CHECK(links(s.topology()).empty());
  s.in(2, kA, named(says({}), "a"));
  CHECK(s.topology().link_count() == 2);
}

TEST_CASE("a pseudonode is a broadcast network: into it costs, out of it is free; both must say it") {
  //   a --10-- lan --20-- b      c claims to be on it, the pseudonode does not list it
  const NodeKey lan = node(1, 2);
  Story s;
  s.in(2, kA, named(says({wide(lan, 10)}, {prefix("10.9.0.0/24", 10), prefix("10.0.0.1/32", 0)}), "a"));
  s.in(2, kB, named(says({wide(lan, 20)}, {prefix("10.9.0.0/24", 20), prefix("10.5.0.0/24", 1)}), "b"));
  s.in(2, kC, named(says({wide(lan, 30)}), "c"));
  s.in(2, lan, says({wide(kA, 0), wide(kB, 0)}, {}, {}));
  CHECK(links(s.topology()) ==
        "a>net:10.9.0.0/24 10 isis:level-2; b>net:10.9.0.0/24 20 isis:level-2; "
        "net:10.9.0.0/24>a 0 isis:level-2; net:10.9.0.0/24>b 0 isis:level-2; ");
  CHECK(find(s.topology(), "net:10.9.0.0/24").kind == NodeKind::kNetwork);
}

TEST_CASE("a network whose prefix cannot be told is named by its designated router's number for it") {
  const NodeKey lan = node(1, 2);
  Story s;
  s.in(2, kA, named(says({wide(lan, 10)}), "a")).in(2, kB, named(says({wide(lan, 10)}), "b"));
  s.in(2, lan, says({wide(kA, 0), wide(kB, 0)}, {}, {}));
  CHECK(s.topology().find("net:a.02").has_value());
}

TEST_CASE(
    "wide metrics win over narrow ones for the same neighbour and prefix, and the highest means no link") {
  isis::Reach old = prefix("10.1.0.0/16", 63);
  old.wide = false;
  isis::Reach only_old = prefix("10.2.0.0/16", 7);
  only_old.wide = false;
  Story s;
  s.in(2, kA,
       named(
           says({narrow(kB, 63), wide(kB, 1000), narrow(kC, 9)}, {old, prefix("10.1.0.0/16", 500), only_old}),
           "a"));
  s.in(2, kB, named(says({narrow(kA, 63), wide(kA, isis::kWideMetricMax)}), "b"));
  s.in(2, kC, named(says({narrow(kA, 8)}), "c"));
  CHECK(links(s.topology()) ==
        "a>b 1000 isis:level-2; a>c 9 isis:level-2; b>a 63 isis:level-2; c>a 8 isis:level-2; ");
  CHECK(attachments(s.topology()) ==
        "10.1.0.0/16 stub 500 at a in isis:level-2; 10.2.0.0/16 stub 7 at a in isis:level-2; ");
}

TEST_CASE(
    "level 1 areas are told by their addresses, level 2 is the backbone, a router of both is a border "
    "router") {
  //   a --(49.0001)-- b ==(level 2)== c --(49.0002)-- d
  const NodeKey d = node(4);
  const std::vector<std::vector<std::uint8_t>> other = {{0x49, 0, 2}};
  Story s;
  s.in(1, kA, named(says({wide(kB, 1)}), "a"))
      .in(1, kB, named(says({wide(kA, 1)}), "b"), kLevel2 | kAttached);
  s.in(2, kB, says({wide(kC, 2)})).in(2, kC, says({wide(kB, 2)}, {}, other));
  s.in(1, kC, named(says({wide(d, 3)}, {}, other), "c"), kLevel2);
  s.in(1, d, named(says({wide(kC, 3)}, {}, other), "d"));
  const Topology topology = s.topology();
  CHECK(links(topology) ==
        "a>b 1 isis:49.0001; b>a 1 isis:49.0001; b>c 2 isis:level-2; c>b 2 isis:level-2; c>d 3 isis:49.0002; "
        "d>c 3 isis:49.0002; ");
  CHECK(find(topology, "b").is_abr(kIsisDomain));
  CHECK_FALSE(find(topology, "a").is_abr(kIsisDomain));
  CHECK(attachments(topology) ==
        "::/0 summary 0 at b in isis:49.0001; 0.0.0.0/0 summary 0 at b in isis:49.0001; ");
}

TEST_CASE("areas that share an address with a third are one; those that share none have no link") {
  const std::vector<std::uint8_t> one = {0x49, 0, 1};
  const std::vector<std::uint8_t> two = {0x49, 0, 2};
  Story s;
  s.in(1, kA, named(says({wide(kB, 1)}, {}, {one}), "a"));
  s.in(1, kB, named(says({wide(kA, 1), wide(kC, 1)}, {}, {two}), "b"));
  s.in(1, kC, named(says({wide(kB, 1)}, {}, {two}), "c"));
  CHECK(links(s.topology()) == "b>c 1 isis:49.0002; c>b 1 isis:49.0002; ");
  s.in(1, node(4), says({}, {}, {two, one}));
  CHECK(links(s.topology()) ==
        "a>b 1 isis:49.0001; b>a 1 isis:49.0001; b>c 1 isis:49.0001; c>b 1 isis:49.0001; ");
}

TEST_CASE("a leaked prefix is a summary of level 1, an external metric an external of its area") {
  isis::Reach leaked = prefix("10.1.0.0/16", 5);
  leaked.down = true;
  isis::Reach external = prefix("10.2.0.0/16", 7);
  external.wide = false;
  external.external = external.external_metric = true;
  Story s;
  s.in(1, kA, named(says({}, {leaked, external}), "a"), kLevel2);
  CHECK(attachments(s.topology()) ==
        "10.1.0.0/16 summary 5 at a in isis:49.0001; 10.2.0.0/16 nssa2 7 at a in isis:49.0001; ");
  CHECK(find(s.topology(), "a").asbr);
}

TEST_CASE("an overloaded router does not forward for others") {
  Story s;
  s.in(2, kA, named(says({}), "a"), kOverload).in(2, kB, named(says({}), "b"));
  CHECK_FALSE(find(s.topology(), "a").forwards(kIsisDomain));
  CHECK(find(s.topology(), "b").forwards(kIsisDomain));
}

TEST_CASE("a router id that is told joins the router of another protocol; else one is made up and stays") {
  LspContents contents = named(says({}), "core");
  contents.te_router_id = *parse_ipv4("10.0.0.1");
  Story s;
  ospf::LsaHeader header;
  header.key = {ospf::LsaType::kRouter, *parse_ipv4("10.0.0.1"), *parse_ipv4("10.0.0.1")};
  s.lsdb.install(*heard_lsa(kNow, 0, AreaId{0}, ospf::write_lsa(header, ospf::RouterLsa{})));
  s.in(2, kA, contents).in(2, kB, says({}));
  const Topology topology = s.topology();
  CHECK(topology.node_count() == 2);
  CHECK(find(topology, "core").router_id == *parse_ipv4("10.0.0.1"));
  CHECK(find(topology, "core").areas == std::vector<AreaId>{AreaId{0}, {0, kIsisDomain}});
  const RouterId made = find(topology, "0000.0000.0002").router_id;
  CHECK(made.value >= 0xf000'0000);
  CHECK(find(s.in(2, kC, says({})).topology(), "0000.0000.0002").router_id == made);
}

TEST_CASE("of two systems that claim one router id, one is not believed") {
  LspContents contents = says({});
  contents.te_router_id = *parse_ipv4("10.0.0.1");
  Story s;
  s.in(2, kA, contents).in(2, kB, contents);
  CHECK(s.topology().node_count() == 2);
}

TEST_CASE("parallel links are paired by the addresses that they say") {
  auto end = [](NodeKey to, const char* own, const char* other) {
    isis::Neighbor neighbor = wide(to, 10);
    neighbor.details.address = *parse_address(own);
    neighbor.details.neighbor = *parse_address(other);
    neighbor.details.capacity_bps = 1e9;
    return neighbor;
  };
  Story s;
  s.in(2, kA,
       named(says({end(kB, "10.0.1.1", "10.0.1.2"), end(kB, "10.0.2.1", "10.0.2.2"), wide(kB, 3)}), "a"));
  s.in(2, kB,
       named(says({wide(kA, 4), end(kA, "10.0.2.2", "10.0.2.1"), end(kA, "10.0.1.2", "10.0.1.1")}), "b"));
  const Topology topology = s.topology();
  CHECK(topology.link_count() == 6);
  for (const Link& link : topology.links()) {
    REQUIRE(link.reverse.valid());
    CHECK(topology.link(link.reverse).address == link.neighbor);
    if (!link.address.is_none()) CHECK(link.capacity_bps == 1e9);
  }
}

TEST_CASE("IPv6 in a topology of its own has its own links, prefixes and bits") {
  auto member = [](LspContents contents, bool overloaded) {
    contents.topologies = {{0, false, false}, {isis::kIp6Topology, overloaded, false}};
    return contents;
  };
  isis::Reach six = prefix("2001:db8::/48", 3);
  six.topology = isis::kIp6Topology;
  isis::Neighbor apart = wide(kB, 7);
  apart.topology = isis::kIp6Topology;
  isis::Neighbor back = wide(kA, 8);
  back.topology = isis::kIp6Topology;
  Story s;
  s.in(2, kA, named(member(says({wide(kB, 1), apart}, {six}), true), "a"));
  s.in(2, kB, named(member(says({wide(kA, 2), back}), false), "b"));
  const Topology topology = s.topology();
  CHECK(links(topology) ==
        "a>b 1 isis:level-2; a>b 7 isis/2:level-2; b>a 2 isis:level-2; b>a 8 isis/2:level-2; ");
  CHECK(attachments(topology) == "2001:db8::/48 stub 3 at a in isis/2:level-2; ");
  CHECK(find(topology, "a").forwards(kIsisDomain));
  CHECK_FALSE(find(topology, "a").forwards(isis_domain(isis::kIp6Topology)));
}
