#include "topology/topology.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <tuple>

#include "base/random.h"

using namespace anemone;

namespace {

Node router(const char* name, std::uint32_t id) {
  Node node;
  node.name = name;
  node.router_id = {id};
  return node;
}

Link link(std::size_t from, std::size_t to, Cost cost, std::uint32_t address = 0,
          std::uint32_t neighbor = 0) {
  Link made;
  made.from = NodeId{from};
  made.to = NodeId{to};
  made.cost = cost;
  if (address != 0) made.address = Ipv4{address};
  if (neighbor != 0) made.neighbor = Ipv4{neighbor};
  return made;
}

// a === b --- c, where a and b have two parallel links
Topology parallel() {
  TopologyParts parts;
  parts.nodes = {router("a", 1), router("b", 2), router("c", 3)};
  parts.links = {link(1, 2, 5), link(1, 0, 10, 12, 11), link(0, 1, 20, 21, 22),
                 link(2, 1, 6), link(1, 0, 20, 22, 21), link(0, 1, 10, 11, 12)};
  return Topology(parts);
}

}  // namespace

TEST_CASE("the links out of a node are a range, the links into it a list") {
  const Topology topology = parallel();
  std::size_t seen = 0;
  for (NodeId node : topology.nodes()) {
    for (LinkId id : topology.links_from(node)) {
      CHECK(topology.link(id).from == node);
      ++seen;
    }
    for (LinkId id : topology.links_to(node)) CHECK(topology.link(id).to == node);
  }
  CHECK(seen == topology.link_count());
  CHECK(topology.links_to(NodeId{1}).size() == 3);
}

TEST_CASE("each of two parallel links finds its own other direction") {
  const Topology topology = parallel();
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    const Link& one = topology.link(id);
    REQUIRE(one.reverse.valid());
    const Link& other = topology.link(one.reverse);
    CHECK(other.reverse == id);
    CHECK(one.from == other.to);
    if (!one.neighbor.is_none()) CHECK(one.neighbor == other.address);
  }
}

TEST_CASE("a router is found by its name or its router id, and the error says what there is") {
  const Topology topology = parallel();
  CHECK(*topology.find("b") == NodeId{1});
  CHECK(*topology.find("0.0.0.3") == NodeId{2});
  auto missing = topology.find("d");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().message.find("a, b, c") != std::string::npos);
}

TEST_CASE("attachments of one prefix stand together") {
  TopologyParts parts;
  parts.nodes = {router("a", 1), router("b", 2)};
  auto attach = [](const char* prefix, std::size_t node) {
    Attachment made;
    made.prefix = *parse_prefix(prefix);
    made.node = NodeId{node};
    return made;
  };
  parts.attachments = {attach("10.2.0.0/16", 1), attach("10.1.0.0/16", 0), attach("10.2.0.0/16", 0)};
  const Topology topology(parts);
  REQUIRE(topology.prefix_count() == 2);
  CHECK(topology.attachments(PrefixId{0}).size() == 1);
  CHECK(topology.attachments(PrefixId{1}).size() == 2);
}

TEST_CASE("a link's name tells parallel links apart") {
  const Topology topology = parallel();
  CHECK(link_name(topology, LinkId{0}) == "a>b:0.0.0.11");
  CHECK(link_name(topology, LinkId{1}) == "a>b:0.0.0.21");
}

TEST_CASE("links and attachments stand in the same order whatever order they were given in, and pair up") {
  Random random(3);
  for (int round = 0; round < 50; ++round) {
    TopologyParts parts;
    for (std::uint32_t i = 0; i < 7; ++i) {
      parts.nodes.push_back(router(("r" + std::to_string(i)).c_str(), i + 1));
    }
    for (std::uint32_t i = 0; i < 40; ++i) {
      const Link there = link(random.below(7), random.below(7), random.below(3), 1 + random.below(4), 0);
      Link back = there;
      std::swap(back.from, back.to);
      std::swap(back.address, back.neighbor);
      parts.links.push_back(there);
      parts.links.push_back(back);
      Attachment attachment;
      attachment.prefix = Prefix(Ipv4{random.below(4) << 24}, static_cast<int>(6 + random.below(3)));
      if (round % 3 == 0 && random.below(2)) attachment.prefix = Prefix(IpAddress(random.below(3), 0), 64);
      attachment.node = NodeId{random.below(7)};
      attachment.kind = random.below(2) ? PrefixKind::kSummary : PrefixKind::kStub;
      attachment.cost = random.below(3);
      parts.attachments.push_back(attachment);
    }
    const Topology topology(parts);
    const auto link_order = [](const Link& a, const Link& b) {
      return std::tie(a.from, a.to, a.area, a.address, a.cost) <
             std::tie(b.from, b.to, b.area, b.address, b.cost);
    };
    CHECK(std::is_sorted(topology.links().begin(), topology.links().end(), link_order));
    const auto order = [](const Attachment& a, const Attachment& b) {
      return std::tie(a.prefix, a.kind, a.area, a.node, a.cost) <
             std::tie(b.prefix, b.kind, b.area, b.node, b.cost);
    };
    CHECK(std::is_sorted(topology.attachments().begin(), topology.attachments().end(), order));
    for (LinkId id : indices<LinkId>(topology.link_count())) {
      const Link& one = topology.link(id);
      if (!one.reverse.valid()) continue;
      CHECK(topology.link(one.reverse).reverse == id);
      CHECK(topology.link(one.reverse).from == one.to);
    }
    std::reverse(parts.links.begin(), parts.links.end());
    std::reverse(parts.attachments.begin(), parts.attachments.end());
    const Topology other(parts);
    for (LinkId id : indices<LinkId>(topology.link_count())) {
      CHECK_FALSE(link_order(topology.link(id), other.link(id)));
      CHECK_FALSE(link_order(other.link(id), topology.link(id)));
    }
  }
}
