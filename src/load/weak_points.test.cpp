#include "load/weak_points.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "load/random_network.test.h"
#include "topology/text_file.h"

namespace anemone {
namespace {

Topology network(const char* text) {
  auto file = parse_network_text(text);
  REQUIRE(file);
  return Topology(file->parts);
}

std::string print(const Topology& net, const WeakPoints& points) {
  std::string text = "bridges";
  for (const auto& bridge : points.bridges) {
    text += " " + link_name(net, bridge.link) + "/" + std::to_string(bridge.cut_off);
  }
  text += "; cuts";
  for (const auto& cut : points.cuts) {
    text += " (";
    for (LinkId link : cut) text += (link == cut.front() ? "" : " ") + link_name(net, link);
    text += ")";
  }
  text += "; articulations";
  for (const auto& point : points.articulations) {
    text += " " + net.node(point.node).name + "/" + std::to_string(point.cut_off);
  }
  return text;
}

TEST_CASE("a link that alone holds two parts together is a bridge, and its ends articulations") {
  //  a --- b         e --- f
  //   \   /           \   /      g hangs on f
  //     c ------------- d
  const Topology net =
      network("link a b\nlink a c\nlink b c\nlink c d\nlink d e\nlink d f\nlink e f\nlink f g\n");
  CHECK(print(net, find_weak_points(net)) ==
        "bridges c>d/3 f>g/1; cuts (a>b a>c b>c) (d>e d>f e>f); articulations c/2 d/3 f/1");
}

TEST_CASE("a ring is one cut, parallel links are one too, and nothing is a bridge there") {
  const Topology net = network("link a b\nlink b c\nlink c d\nlink d a\nlink d e\nlink d e\n");
  const WeakPoints points = find_weak_points(net);
  CHECK(points.bridges.empty());
  CHECK(points.cuts.size() == 2);
  CHECK(points.cuts[0].size() == 4);
  CHECK(points.cuts[1].size() == 2);
  REQUIRE(points.articulations.size() == 1);
  CHECK(points.articulations[0].cut_off == 1);  // e
}

TEST_CASE("a prefix with one attachment is alone, one with two is not") {
  const Topology net = network(R"(
    link a b
    prefix 10.0.0.0/24 at a
    prefix 10.0.1.0/24 at a
    prefix 10.0.1.0/24 at b
  )");
  const WeakPoints points = find_weak_points(net);
  REQUIRE(points.lone_prefixes.size() == 1);
  CHECK(print_prefix(net.prefix(points.lone_prefixes[0].prefix)) == "10.0.0.0/24");
  CHECK(net.node(points.lone_prefixes[0].router).name == "a");
}

TEST_CASE("a broadcast network's prefix is as safe as it has routers") {
  TopologyParts parts;
  for (const char* name : {"a", "b", "lan"}) {
    Node node;
    node.name = name;
    node.kind = parts.nodes.size() < 2 ? NodeKind::kRouter : NodeKind::kNetwork;
    parts.nodes.push_back(std::move(node));
  }
  const auto join = [&](std::size_t router) {
    for (const auto& [from, to] : {std::pair(router, std::size_t{2}), std::pair(std::size_t{2}, router)}) {
      Link link;
      link.from = NodeId{from};
      link.to = NodeId{to};
      link.cost = to == 2 ? 1 : 0;
      parts.links.push_back(link);
    }
  };
  Attachment at;
  at.prefix = Prefix(Ipv4{0x0a000000}, 24);
  at.node = NodeId{2};
  at.kind = PrefixKind::kNetwork;
  parts.attachments.push_back(at);
  join(0);
  const WeakPoints one = find_weak_points(Topology(parts));
  REQUIRE(one.lone_prefixes.size() == 1);
  CHECK(one.lone_prefixes[0].router == NodeId{0});
  join(1);
  CHECK(find_weak_points(Topology(parts)).lone_prefixes.empty());
}

// The network without some adjacencies and without a node: the routers of each part, by plain search.
class Left {
 public:
  Left(const Topology& net, const std::vector<LinkId>& cut, NodeId gone)
      : net_(net), cut_(cut), gone_(gone) {}

  std::vector<std::uint32_t> parts() const {
    std::vector<std::uint32_t> sizes;
    std::vector<char> seen(net_.node_count());
    for (NodeId node : net_.nodes()) {
      if (seen[node.value()] != 0 || node == gone_) continue;
      sizes.push_back(fill(node, seen));
    }
    std::ranges::sort(sizes);
    return sizes;
  }

 private:
  std::uint32_t fill(NodeId node, std::vector<char>& seen) const {
    seen[node.value()] = 1;
    std::uint32_t routers = net_.node(node).kind == NodeKind::kRouter ? 1 : 0;
    for (LinkId id : net_.links_from(node)) {
      const Link& link = net_.link(id);
      if (!link.reverse.valid() || link.to == gone_ || seen[link.to.value()] != 0) continue;
      if (std::ranges::count(cut_, std::min(id, link.reverse)) == 0) routers += fill(link.to, seen);
    }
    return routers;
  }

  const Topology& net_;
  const std::vector<LinkId>& cut_;
  NodeId gone_;
};

std::vector<std::uint32_t> parts_without(const Topology& net, const std::vector<LinkId>& cut,
                                         NodeId gone = {}) {
  return Left(net, cut, gone).parts();
}

// What a part fell into: the sizes that are new.
std::vector<std::uint32_t> pieces(const std::vector<std::uint32_t>& before,
                                  const std::vector<std::uint32_t>& after) {
  std::vector<std::uint32_t> fresh;
  std::ranges::set_difference(after, before, std::back_inserter(fresh));
  return fresh;
}

// Adjacencies that are no bridges; the others are held against `points`.
std::vector<LinkId> check_bridges(const Topology& net, const WeakPoints& points) {
  std::vector<LinkId> sound;
  const auto whole = parts_without(net, {});
  for (LinkId id : indices<LinkId>(net.link_count())) {
    if (!net.link(id).reverse.valid() || net.link(id).reverse < id) continue;
    const auto at = std::ranges::find(points.bridges, id, &WeakPoints::Bridge::link);
    const auto left = parts_without(net, {id});
    CHECK((left.size() > whole.size()) == (at != points.bridges.end()));
    if (at == points.bridges.end()) sound.push_back(id);
    if (at != points.bridges.end()) CHECK(at->cut_off == pieces(whole, left).front());
  }
  return sound;
}

void check_cuts(const Topology& net, const WeakPoints& points, const std::vector<LinkId>& sound) {
  std::map<LinkId, std::size_t> cut_of;
  for (std::size_t i = 0; i < points.cuts.size(); ++i) {
    for (LinkId link : points.cuts[i]) CHECK(cut_of.emplace(link, i).second);
  }
  const std::size_t whole = parts_without(net, {}).size();
  for (std::size_t i = 0; i < sound.size(); ++i) {
    for (std::size_t j = i + 1; j < sound.size(); ++j) {
      const auto a = cut_of.find(sound[i]);
      const auto b = cut_of.find(sound[j]);
      const bool together = a != cut_of.end() && b != cut_of.end() && a->second == b->second;
      CHECK((parts_without(net, {sound[i], sound[j]}).size() > whole) == together);
    }
  }
}

void check_articulations(const Topology& net, const WeakPoints& points) {
  const auto whole = parts_without(net, {});
  for (NodeId node : net.nodes()) {
    const auto at = std::ranges::find(points.articulations, node, &WeakPoints::Articulation::node);
    const auto left = parts_without(net, {}, node);
    CHECK((left.size() > whole.size()) == (at != points.articulations.end()));
    if (at == points.articulations.end()) continue;
    const auto fresh = pieces(whole, left);
    CHECK(at->cut_off == std::accumulate(fresh.begin(), fresh.end() - 1, 0U));
  }
}

TEST_CASE("weak points are what taking each link, pair and node out of random networks finds") {
  std::size_t bridges = 0;
  std::size_t cuts = 0;
  std::size_t articulations = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    const WeakPoints points = find_weak_points(net);
    check_cuts(net, points, check_bridges(net, points));
    check_articulations(net, points);
    bridges += points.bridges.size();
    cuts += points.cuts.size();
    articulations += points.articulations.size();
  }
  CHECK(bridges > 100);
  CHECK(cuts > 100);
  CHECK(articulations > 100);
}

}  // namespace
}  // namespace anemone
