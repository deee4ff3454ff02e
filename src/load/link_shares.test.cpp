#include "load/link_shares.h"

#include <doctest/doctest.h>

#include <string>

#include "base/random.h"
#include "load/destination_routes.h"
#include "load/link_load.h"
#include "load/random_network.test.h"
#include "matrix/read_matrix_file.h"
#include "topology/text_file.h"

namespace anemone {
namespace {

TEST_CASE("a link's load is told by demand: who takes it, and how much of itself") {
  //        b --- d
  //      /     / |
  //    a --- c   e      equal costs
  auto file = parse_network_text(R"(
    link a b
    link b d
    link a c
    link c d
    link d e
    demand a e 8 M
    demand b e 1 M
    demand c a 2 M
    demand e d 3 M
  )");
  REQUIRE(file);
  const Topology net(file->parts);
  const auto matrix = resolve_demands(*file, net);
  REQUIRE(matrix);
  for (LinkId id : indices<LinkId>(net.link_count())) {
    std::string text;
    for (const LinkShare& on : demands_on_link(net, *matrix, id)) {
      text += std::to_string(on.demand) + ":" + std::to_string(on.share).substr(0, 4) + " ";
    }
    const std::string name = link_name(net, id);
    CHECK(text == (name == "a>b" || name == "a>c" || name == "c>d" ? "0:0.50 "
                   : name == "b>d"                                 ? "0:0.50 1:1.00 "
                   : name == "d>e"                                 ? "0:1.00 1:1.00 "
                   : name == "c>a"                                 ? "2:1.00 "
                   : name == "e>d"                                 ? "3:1.00 "
                                                                   : ""));
  }
}

TEST_CASE("on random networks the demands' shares of a link add up to its load") {
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    const TrafficMatrix matrix =
        seed % 2 == 0 ? random_matrix(random, net) : random_prefix_matrix(random, net);
    const LinkLoad load = link_load(net, matrix);
    for (LinkId id : load.links.ids()) {
      double sum = 0;
      for (const LinkShare& on : demands_on_link(net, matrix, id)) {
        CHECK(on.share <= doctest::Approx(1));
        sum += matrix.demands[on.demand].traffic.bps * on.share;
      }
      CHECK(sum == doctest::Approx(load.links[id].bps));
    }
  }
}

TEST_CASE("a demand's route holds the same shares as its links tell") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    DestinationRoutes routes(net);
    PerNode<double> shares;
    const NodeId from{random.below(static_cast<std::uint32_t>(net.node_count()))};
    Destination to{NodeId{random.below(static_cast<std::uint32_t>(net.node_count()))}, {}};
    if (seed % 2 == 0) to = {{}, PrefixId{0}};
    const RoutesTo taken = routes.to(to);
    for (const RouteShare& part : route_of(net, taken, from)) {
      shares_on_link(net, taken, part.link, shares);
      CHECK(shares[from] == doctest::Approx(part.share));
    }
  }
}

}  // namespace
}  // namespace anemone
