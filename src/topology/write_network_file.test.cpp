#include "topology/write_network_file.h"

#include <doctest/doctest.h>

#include "base/random.h"
#include "topology/read_topology_file.h"

namespace anemone {
namespace {

Topology network(const char* text) {
  auto file = parse_network(text);
  REQUIRE(file);
  return Topology(std::move(file->parts));
}

// "a b; a>b 10 1000000; b>a 10 1000000; ": nodes in order, then links with cost and capacity.
std::string told(const Topology& net) {
  std::string text;
  for (NodeId id : net.nodes()) text += net.node(id).name + " ";
  for (const Link& link : net.links()) {
    text += "; " + net.node(link.from).name + ">" + net.node(link.to).name + " " + std::to_string(link.cost) +
            " " + std::to_string(link.capacity_bps);
  }
  return text;
}

Topology random_pairs(Random& random, bool alike) {
  TopologyParts parts;
  for (std::uint32_t i = 0; i < 6; ++i) {
    Node node;
    node.name = "n" + std::to_string(i);
    parts.nodes.push_back(std::move(node));
  }
  for (int i = 0; i < 12; ++i) {
    Link link;
    link.from = NodeId{random.below(6)};
    link.to = NodeId{random.below(6)};
    if (link.from == link.to) continue;
    link.cost = 1 + random.below(70'000);
    link.capacity_bps = random.below(4) == 0 ? 0 : random.below(1'000'000) * 12.5;
    parts.links.push_back(link);
    std::swap(link.from, link.to);
    if (!alike) link.cost = 1 + random.below(70'000);
    if (alike || random.below(3) > 0) parts.links.push_back(link);
  }
  return Topology(std::move(parts));
}

TEST_CASE("a network written in any format that is read comes back as it was") {
  Random random(4);
  for (int round = 0; round < 200; ++round) {
    const Topology net = random_pairs(random, round % 2 == 0);
    for (const auto format : {NetworkFormat::kText, NetworkFormat::kRepetita, NetworkFormat::kGraphml}) {
      const auto text = write_network(net, {}, format);
      REQUIRE(text);
      const auto file = parse_network(*text);
      REQUIRE(file);
      CHECK(told(Topology(file->parts)) == told(net));
    }
  }
}

TEST_CASE("SNDlib keeps nodes, links and capacities; costs it has none") {
  Random random(5);
  for (int round = 0; round < 50; ++round) {
    TopologyParts parts = random_pairs(random, true).parts();
    for (Link& link : parts.links) link.cost = 1;
    const Topology net(std::move(parts));
    const auto text = write_network(net, {}, NetworkFormat::kSndlib);
    REQUIRE(text);
    const auto file = parse_network(*text);
    REQUIRE(file);
    CHECK(told(Topology(file->parts)) == told(net));
  }
}

TEST_CASE("demands come back with the network, or as a file of their own") {
  const Topology net = network("link a b capacity 3 M\nlink b c\nprefix 10.1.0.0/24 at c cost 2");
  const std::vector<NamedDemand> demands{
      {"a", "b", 1'234'567.5, 0, 0}, {"c", "a", 3, 0, 0}, {"a", "10.1.0.0/24", 8, 0, 0}};
  for (const auto format : {NetworkFormat::kText, NetworkFormat::kSndlib, NetworkFormat::kRepetitaDemands}) {
    const auto text = write_network(net, demands, format);
    REQUIRE(text);
    const auto file = parse_network(*text);
    REQUIRE(file);
    REQUIRE(file->demands.size() == 3);
    for (std::size_t i = 0; i < 3; ++i)
      CHECK(file->demands[i].bps == doctest::Approx(demands[i].bps).epsilon(1e-15));
    const bool by_index = format == NetworkFormat::kRepetitaDemands;
    CHECK(file->demands[1].from == (by_index ? "2" : "c"));
    CHECK(file->demands[2].to == (by_index ? "2" : format == NetworkFormat::kText ? "10.1.0.0/24" : "c"));
  }
}

TEST_CASE("broadcast networks, prefixes, areas and addresses survive as text") {
  const char* const text =
      "node r1 id 10.0.0.1\nnode r2\nnetwork lan prefix 10.9.0.0/24\nlink r1 lan cost 7 area 0.0.0.1\n"
      "link r2 lan cost 9 area 0.0.0.1\nlink r1 r2 cost 3 capacity 5 M addresses 10.3.0.1 10.3.0.2\n"
      "prefix 10.1.0.0/24 at r1 cost 5\nprefix 10.2.0.0/16 at r2 cost 20 external\n";
  const Topology net = network(text);
  const auto written = write_network(net, {}, NetworkFormat::kText);
  REQUIRE(written);
  const Topology again = network(written->c_str());
  CHECK(told(again) == told(net));
  REQUIRE(again.attachments().size() == net.attachments().size());
  for (std::size_t i = 0; i < net.attachments().size(); ++i) {
    CHECK(again.attachments()[i].prefix == net.attachments()[i].prefix);
    CHECK(again.attachments()[i].kind == net.attachments()[i].kind);
    CHECK(again.attachments()[i].cost == net.attachments()[i].cost);
  }
  for (LinkId id : indices<LinkId>(net.link_count())) {
    CHECK(again.link(id).area == net.link(id).area);
    CHECK(again.link(id).address == net.link(id).address);
  }
  CHECK(again.node(NodeId{0}).router_id == net.node(NodeId{0}).router_id);
}

TEST_CASE("broadcast networks survive as GraphML") {
  const Topology net = network("network lan\nlink a lan cost 7\nlink b lan cost 9\nlink a b cost 3");
  const auto written = write_network(net, {}, NetworkFormat::kGraphml);
  REQUIRE(written);
  const Topology again = network(written->c_str());
  CHECK(told(again) == told(net));
  CHECK(again.node(*again.find("lan")).kind == NodeKind::kNetwork);
}

TEST_CASE("what a format cannot hold is refused with the reason") {
  const Topology lan = network("network lan\nlink a lan\nlink b lan");
  CHECK(write_network(lan, {}, NetworkFormat::kRepetita).error().message ==
        "REPETITA's weights begin at 1: lan>a costs 0");
  CHECK(write_network(network("arc a b"), {}, NetworkFormat::kSndlib).error().message ==
        "SNDlib's links have no direction: a>b has no reverse");
  CHECK(write_network(network("arc a b capacity 1 M\narc b a capacity 2 M"), {}, NetworkFormat::kSndlib)
            .error()
            .message == "SNDlib's links have no direction: a>b has another capacity than its reverse");
  const Topology two = network("link a b\nprefix 10.0.0.0/8 at a\nprefix 10.0.0.0/8 at b");
  const std::vector<NamedDemand> demand{{"a", "10.0.0.0/8", 1, 0, 0}};
  CHECK(!write_network(two, demand, NetworkFormat::kRepetitaDemands));
}

TEST_CASE("names are escaped where they must be, and blanks go where words are parted by them") {
  TopologyParts parts;
  for (const char* name : {"New York", "New_York", "<\"&\">"}) {
    Node node;
    node.name = name;
    parts.nodes.push_back(node);
  }
  Link link;
  link.from = NodeId{0};
  link.to = NodeId{2};
  parts.links.push_back(link);
  const Topology net(std::move(parts));
  const auto file = parse_network(*write_network(net, {}, NetworkFormat::kGraphml));
  REQUIRE(file);
  CHECK(told(Topology(file->parts)) == told(net));
  CHECK(told(Topology(parse_network(*write_network(net, {}, NetworkFormat::kText))->parts)) ==
        "New_York New_York_2 <\"&\"> ; New_York><\"&\"> 1 0.000000");
  CHECK(write_network(net, {}, NetworkFormat::kDot)->find("n0 -> n2 [label=\"1\"]") != std::string::npos);
  CHECK(write_network(net, {}, NetworkFormat::kDot)->find("n2 [label=\"<\\\"&\\\">\"]") != std::string::npos);
  CHECK(*write_network(net, {}, NetworkFormat::kCsv) ==
        "link,from,to,cost,capacity_bps,area\n\"New York><\"\"&\"\">\",\"New "
        "York\",\"<\"\"&\"\">\",1,,0.0.0.0\n");
}

}  // namespace
}  // namespace anemone
