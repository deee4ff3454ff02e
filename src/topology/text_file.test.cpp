#include "topology/text_file.h"

#include <doctest/doctest.h>

#include <string>

namespace anemone {
namespace {

std::string refusal(const char* text) {
  const auto file = parse_network_text(text);
  return file ? "accepted" : file.error().message;
}

TEST_CASE("a link of the text format is both directions, an arc is one") {
  const auto file = parse_network_text(R"(
    # a small network
    link a b cost 10 capacity 10 M
    arc  b c cost 3   # one way
  )");
  REQUIRE(file);
  const Topology net(file->parts);
  REQUIRE(net.node_count() == 3);
  REQUIRE(net.link_count() == 3);
  CHECK(link_name(net, LinkId{0}) == "a>b");
  CHECK(net.link(LinkId{0}).capacity_bps == 10e6);
  CHECK(net.link(LinkId{0}).cost == 10);
  CHECK(net.link(LinkId{0}).reverse == LinkId{1});
  CHECK(link_name(net, LinkId{2}) == "b>c");
  CHECK(!net.link(LinkId{2}).reverse.valid());
}

TEST_CASE("links out of a network are free, whatever the link says") {
  const auto file =
      parse_network_text("network lan prefix 10.0.0.0/24\nlink r1 lan cost 7\nlink r2 lan cost 9");
  REQUIRE(file);
  const Topology net(file->parts);
  REQUIRE(net.prefix_count() == 1);
  CHECK(net.attachments()[0].kind == PrefixKind::kNetwork);
  for (const Link& link : net.links()) {
    CHECK(link.cost == (net.node(link.from).name == "r1" ? 7 : net.node(link.from).name == "r2" ? 9 : 0));
  }
}

TEST_CASE("demands and prefixes stand beside the links") {
  const auto file = parse_network_text(
      "link a b addresses 10.0.0.1 10.0.0.2 area 1\n"
      "prefix 10.1.0.0/24 at a cost 5\n"
      "demand a b 8 M packets 1k\n"
      "demand b 10.1.0.0/24 2.5G");
  REQUIRE(file);
  REQUIRE(file->demands.size() == 2);
  CHECK(file->demands[0].bps == 8e6);
  CHECK(file->demands[0].pps == 1000);
  CHECK(file->demands[1].to == "10.1.0.0/24");
  CHECK(file->demands[1].line == 4);
  REQUIRE(file->parts.attachments.size() == 1);
  CHECK(file->parts.attachments[0].cost == 5);
  CHECK(print_address(file->parts.links[1].address) == "10.0.0.2");
  CHECK(file->parts.links[0].area == AreaId{1});
}

TEST_CASE("what is wrong in a text file is named with its line") {
  CHECK(refusal("link a b cost 0") == "line 1: cost must be 1 to 16777215, not 0");
  CHECK(refusal("\nlink a a") == "line 2: a link from 'a' to itself");
  CHECK(refusal("link a") == "line 1: ends before the second node");
  CHECK(refusal("link a b price 10") == "line 1: 'price': want cost, capacity, te-metric, area or addresses");
  CHECK(refusal("link a b cost") == "line 1: ends before the cost");
  CHECK(refusal("link a b cost 10x") == "line 1: not a whole number: '10x'");
  CHECK(refusal("link a b capacity -5") == "line 1: a capacity below zero");
  CHECK(refusal("demand a b 8 M and more") == "line 1: 'and' is not understood here");
  CHECK(refusal("demand a b -1") == "line 1: a demand below zero");
  CHECK(refusal("lnik a b") == "line 1: 'lnik': want node, network, link, arc, prefix or demand");
  CHECK(refusal("node a\nnode a") == "line 2: there is a node 'a' already");
  CHECK(refusal("prefix 10.0.0.0/33 at a").starts_with("line 1: not a prefix: '10.0.0.0/33'"));
  CHECK(refusal("network x\nnetwork y\nlink x y").find("want a router") != std::string::npos);
}

TEST_CASE("costs whose sum a path could not hold are refused") {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "link n" + std::to_string(i) + " n" + std::to_string(i + 1) + " cost 16777215\n";
  }
  CHECK(refusal(text.c_str()).starts_with("costs are too large to add up"));
}

}  // namespace
}  // namespace anemone
