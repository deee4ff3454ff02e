#include "route/routes_to_prefix.h"

#include <doctest/doctest.h>

#include <set>

#include "route/random_areas.test.h"
#include "route/routes_agree.test.h"
#include "route/spf.h"

using namespace anemone;

namespace {

bool in_order(const Topology& topology, const RoutesTo& routes) {
  std::vector<std::size_t> place(topology.node_count(), 0);
  for (std::size_t i = 0; i < routes.order.size(); ++i) place[routes.order[i].value()] = i + 1;
  for (NodeId node : topology.nodes()) {
    if (routes.reachable(node) != (place[node.value()] > 0)) return false;
    for (LinkId hop : routes.next_hops(node)) {
      if (place[topology.link(hop).to.value()] <= place[node.value()]) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("in random networks with areas, everybody's way to each prefix is what each router's table says") {
  std::size_t externals = 0;
  std::size_t compared = 0;
  std::size_t lost = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology topology = RandomAreas(random, {}).topology();
    const auto found = disagreements(topology, compared, lost);
    for (std::size_t i = 0; i < std::min<std::size_t>(found.size(), 5); ++i)
      MESSAGE("seed " << seed << ": " << found[i]);
    CHECK(found.empty());
    for (const Attachment& attachment : topology.attachments()) {
      if (attachment.kind >= PrefixKind::kExternal1) ++externals;
    }
  }
  MESSAGE(compared << " routes compared, " << lost << " left out because packets would not arrive");
  CHECK(compared > 50000);
  CHECK(lost * 20 < compared);
  CHECK(externals > 300);
}

TEST_CASE("every node stands in the order before its next hops, loops and black holes left out") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology sane = RandomAreas(random, {}).topology();
    TopologyParts parts = sane.parts();
    for (Attachment& attachment : parts.attachments) {  // summaries that no router would make
      if (attachment.kind == PrefixKind::kSummary) attachment.cost = random.below(20);
    }
    const Topology topology(std::move(parts));
    PrefixRoutes backward(topology);
    RoutesTo routes;
    for (PrefixId prefix : indices<PrefixId>(topology.prefix_count())) {
      backward.to(prefix, routes);
      CHECK(in_order(topology, routes));
      backward.toward(prefix, routes);
      CHECK(in_order(topology, routes));
    }
  }
}
