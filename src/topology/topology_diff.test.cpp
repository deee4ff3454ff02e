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
  CHECK(told(chain(), after) == "router_down: c down (4); prefix_down: 10.3.0.0/16 gone (0); ");
}

TEST_CASE("a changed cost is told with what it was and is, for its direction") {
  TopologyParts after = chain();
  after.links[0].cost = 50;
  CHECK(told(chain(), after) == "cost: a > b cost 10 to 50 (1); ");
}
