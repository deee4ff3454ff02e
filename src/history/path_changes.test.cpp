#include "history/path_changes.h"

#include <doctest/doctest.h>

#include "base/random.h"
#include "route/routes_to_prefix.h"

using namespace anemone;

namespace {

//  a --1-- b --1-- c       192.0.2.0/24 at c; a's other way to c costs 5
TopologyParts line_with_bypass() {
  TopologyParts parts;
  for (const char* name : {"a", "b", "c"}) {
    Node node;
    node.name = name;
    parts.nodes.push_back(node);
  }
  const auto both = [&](std::size_t from, std::size_t to, Cost cost) {
    Link link;
    link.cost = cost;
    link.from = NodeId{from};
    link.to = NodeId{to};
    parts.links.push_back(link);
    std::swap(link.from, link.to);
    parts.links.push_back(link);
  };
  both(0, 1, 1);
  both(1, 2, 1);
  both(0, 2, 5);
  Attachment attachment;
  attachment.prefix = *parse_prefix("192.0.2.0/24");
  attachment.node = NodeId{2};
  parts.attachments.push_back(attachment);
  return parts;
}

std::string told(const TopologyParts& before, const TopologyParts& after) {
  const PathChanges changes =
      path_changes(Topology(before), Topology(after), [](const std::string&, const Prefix&) { return true; });
  std::string all;
  for (const PathChange& change : changes.list) {
    all += change.router + " " + print_path_change(change.kind) + " " + std::to_string(change.was) + ">" +
           std::to_string(change.is) + "; ";
  }
  return all + std::to_string(changes.pairs);
}

}  // namespace

TEST_CASE("between a topology and itself no way changed") {
  CHECK(told(line_with_bypass(), line_with_bypass()) == "3");
}

TEST_CASE("a lost link moves its own router's way and the ways of those behind it") {
  TopologyParts after = line_with_bypass();
  after.links.erase(after.links.begin() + 2, after.links.begin() + 4);  // b - c
  CHECK(told(line_with_bypass(), after) == "a other 2>5; b other 1>6; 3");
}

TEST_CASE(
    "a router's way changes when the one behind it sends elsewhere, though its own next hop is the same") {
  // a - b as before; b reaches c by a parallel link now
  TopologyParts before = line_with_bypass();
  TopologyParts after = before;
  after.links[2].address = *parse_address("10.0.0.1");
  after.links[3].address = *parse_address("10.0.0.2");
  CHECK(told(before, after) == "a other 2>2; b other 1>1; 3");
}

TEST_CASE("another cost of the same links is told apart, and so are ways that are lost and new") {
  TopologyParts dearer = line_with_bypass();
  dearer.links[2].cost = 2;
  CHECK(told(line_with_bypass(), dearer) == "a cost 2>3; b cost 1>2; 3");
  TopologyParts cut = line_with_bypass();
  cut.links.erase(cut.links.begin() + 2, cut.links.end());
  CHECK(told(line_with_bypass(), cut) == "a lost 2>4294967295; b lost 1>4294967295; 3");
  CHECK(told(cut, line_with_bypass()) == "a won 4294967295>2; b won 4294967295>1; 3");
}
