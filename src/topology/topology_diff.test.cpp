#include "topology/topology_diff.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

// a - b - c, cost 10 each, with a prefix at c
TopologyParts chain() {
  TopologyParts parts;
  for (const char* name : {"a", "b", "c"}) {
    Node node;
    node.name = name;
    parts.nodes.push_back(node);
  }
  auto both = [&](std::size_t from, std::size_t to) {
    Link link;
    link.cost = 10;
    link.from = NodeId{from};
    link.to = NodeId{to};
    parts.links.push_back(link);
    std::swap(link.from, link.to);
    parts.links.push_back(link);
  };
  both(0, 1);
  both(1, 2);
  both(0, 2);
  Attachment attachment;
  attachment.prefix = *parse_prefix("10.3.0.0/16");
  attachment.node = NodeId{2};
  parts.attachments.push_back(attachment);
  return parts;
}

std::string told(const TopologyParts& before, const TopologyParts& after) {
  std::string all;
  for (const TopologyChange& change : diff_topologies(Topology(before), Topology(after))) {
    all += std::string(print_change_kind(change.kind)) + ": " + change.text + " (" +
           std::to_string(change.links.size()) + "); ";
  }
  return all;
}

}  // namespace

TEST_CASE("between a topology and itself nothing changed") { CHECK(told(chain(), chain()).empty()); }

TEST_CASE("a failed link is one change with both its directions, and back again") {
  TopologyParts after = chain();
  after.links.erase(after.links.begin(), after.links.begin() + 2);
  CHECK(told(chain(), after) == "link_down: a - b down (2); ");
  CHECK(told(after, chain()) == "link_up: a - b up (2); ");
}

TEST_CASE("a router that lost its last link is down, and its links are not said again") {
  TopologyParts after = chain();
  after.links.erase(after.links.begin() + 2, after.links.end());
  after.attachments.clear();
  CHECK(told(chain(), after) == "router_down: c down (4); prefix_down: 10.3.0.0/16 gone (stub of c) (0); ");
}

TEST_CASE("a changed cost is told with what it was and is, for its direction") {
  TopologyParts after = chain();
  after.links[0].cost = 50;
  CHECK(told(chain(), after) == "cost: a > b cost 10 to 50 (1); ");
}

TEST_CASE("a cost that changes both ways is told once") {
  TopologyParts after = chain();
  after.links[0].cost = 50;
  after.links[1].cost = 50;
  CHECK(told(chain(), after) == "cost: a - b cost 10 to 50, both ways (2); ");
}

TEST_CASE("a router that was given a name is still itself") {
  TopologyParts before = chain();
  before.nodes[1].router_id = *parse_ipv4("10.0.0.1");
  TopologyParts after = before;
  after.nodes[1].name = "core1";
  CHECK(told(before, after) == "name: b is now called core1 (0); ");
}

TEST_CASE("a network keeps its routers through a change of who speaks for it, and the dead one is down") {
  // a, b, c on 10.9.0.0/24; a dies, its network lingers with itself alone, and b speaks for the rest
  const auto on_network = [](std::vector<std::size_t> first, std::vector<std::size_t> second) {
    TopologyParts parts = chain();
    parts.links.clear();
    parts.attachments.clear();
    for (std::size_t i = 0; i < 3; ++i)
      parts.nodes[i].router_id = RouterId{static_cast<std::uint32_t>(i + 1)};
    const auto network = [&](const std::vector<std::size_t>& members, const char* name) {
      if (members.empty()) return;
      Node node;
      node.kind = NodeKind::kNetwork;
      node.name = name;
      node.prefix = *parse_prefix("10.9.0.0/24");
      node.areas = {AreaId{}};
      node.designated = parts.nodes[members[0]].router_id;
      const NodeId id{parts.nodes.size()};
      parts.nodes.push_back(node);
      for (std::size_t member : members) {
        Link link;
        link.from = NodeId{member};
        link.to = id;
        link.address = Ipv4{static_cast<std::uint32_t>(0x0a09'0001 + member)};
        parts.links.push_back(link);
        std::swap(link.from, link.to);
        link.cost = 0;
        link.neighbor = link.address;
        link.address = {};
        parts.links.push_back(link);
      }
    };
    network(first, "net:10.9.0.0/24");
    network(second, "net:10.9.0.0/24@10.9.0.2");
    return parts;
  };
  CHECK(told(on_network({0, 1, 2}, {}), on_network({0}, {1, 2})) ==
        "router_down: a down (2); designated: designated router of 10.9.0.0/24: a to b (0); ");
  CHECK(told(on_network({0}, {1, 2}), on_network({1, 2}, {})).empty());
}

TEST_CASE("who has a prefix is told: moved, also, no longer") {
  TopologyParts both = chain();
  both.attachments.push_back(both.attachments[0]);
  both.attachments[1].node = NodeId{0};
  CHECK(told(chain(), both) == "prefix_up: 10.3.0.0/16 also of a, beside c (stub) (0); ");
  CHECK(told(both, chain()) == "prefix_down: 10.3.0.0/16 no longer of a, still of c (stub) (0); ");
  TopologyParts moved = chain();
  moved.attachments[0].node = NodeId{0};
  CHECK(told(chain(), moved) == "prefix_up: 10.3.0.0/16 moved from c to a (stub) (0); ");
}

TEST_CASE("an external prefix's cost is told, a stub's is not: the topology's own costs tell that") {
  TopologyParts before = chain();
  before.attachments[0].kind = PrefixKind::kExternal2;
  TopologyParts after = before;
  after.attachments[0].cost = 30;
  CHECK(told(before, after) == "prefix_cost: 10.3.0.0/16 cost 0 to 30 (external) (0); ");
  before.attachments[0].kind = after.attachments[0].kind = PrefixKind::kStub;
  CHECK(told(before, after).empty());
}
