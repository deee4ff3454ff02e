#include "load/path.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

//     b
//  10/ \10
//   a   d --- 10.4.0.0/16      10.9.0.0/16 is outside, announced by b and c
//  10\ /10
//     c
Topology diamond() {
  TopologyParts parts;
  for (const char* name : {"a", "b", "c", "d"}) {
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
  both(0, 2);
  both(1, 3);
  both(2, 3);
  auto attach = [&](const char* prefix, std::size_t node, PrefixKind kind) {
    Attachment attachment;
    attachment.prefix = *parse_prefix(prefix);
    attachment.node = NodeId{node};
    attachment.cost = 1;
    attachment.kind = kind;
    parts.attachments.push_back(attachment);
  };
  attach("10.4.0.0/16", 3, PrefixKind::kStub);
  attach("10.9.0.0/16", 1, PrefixKind::kExternal1);
  attach("10.9.0.0/16", 2, PrefixKind::kExternal1);
  return Topology(parts);
}

std::string told(const std::string& src, const std::string& dst) {
  const Topology topology = diamond();
  auto path = find_path(Attachments(topology, {}), src, dst);
  if (!path) return path.error().message;
  std::string text = path->cost ? std::to_string(*path->cost) : "no way";
  for (const RouteShare& step : path->links) {
    text += " " + link_name(topology, step.link) + "=" + std::to_string(step.share).substr(0, 4);
  }
  return text;
}

}  // namespace

TEST_CASE("a path to an address keeps equal costs, and counts the cost of the prefix") {
  CHECK(told("a", "10.4.7.7") == "21 a>b=0.50 a>c=0.50 c>d=0.50 b>d=0.50");
}

TEST_CASE("a path between routers, and from an address to a router") {
  CHECK(told("a", "b") == "10 a>b=1.00");
  CHECK(told("10.4.0.1", "c") == "10 d>c=1.00");
}

TEST_CASE("an end that is not known, attached nowhere or at too many places is said") {
  CHECK(told("nobody", "a").starts_with("no router 'nobody'"));
  CHECK(told("a", "192.0.2.1") == "no prefix of this topology holds 192.0.2.1");
  CHECK(told("10.9.0.1", "a").starts_with("several border routers announce 10.9.0.0/16"));
}
