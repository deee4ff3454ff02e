#include "estimate/unseen_spread.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "base/random.h"
#include "load/link_load.h"
#include "topology/read_topology_file.h"

namespace anemone {
namespace {

// Abilene's nodes, each an endpoint; the first is watched, the others have sizes that are doubtful.
struct Made {
  Topology topology;
  std::vector<Endpoint> endpoints;
  std::vector<std::uint8_t> watched;
  CredibleGravity gravity;

  Made() {
    auto read = read_topology_file(std::string(ANEMONE_TEST_DATA) + "/estimate/abilene.txt");
    REQUIRE(read.has_value());
    topology = std::move(*read);
    for (std::uint32_t node = 0; node < topology.node_count(); ++node) {
      Endpoint endpoint;
      endpoint.ingress = NodeId{node};
      endpoint.to = {NodeId{node}, PrefixId{}};
      endpoint.place = node;
      endpoint.role = node % 3 == 0 ? EndpointRole::kServer : EndpointRole::kClient;
      endpoints.push_back(endpoint);
      watched.push_back(node == 0 ? 1 : 0);
      gravity.out_bps.push_back(1.0 + node);
      gravity.in_bps.push_back(3.0 + node % 4);
      gravity.out_doubt.push_back(0.04);
      gravity.in_doubt.push_back(0.09);
    }
    gravity.total_bps = 50;
    for (auto& row : gravity.affinity) row.fill(1);
    for (auto& row : gravity.affinity_doubt) row.fill(0.01);
    gravity.level_doubt = 0.02;
    gravity.pair_doubt = 0.25;
  }
};

// About 0, of a variance of 1.
double noise(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.unit();
  return sum;
}

TEST_CASE("variances are those of many worlds in which everything doubtful is drawn") {
  Made made;
  const EndpointGrid grid(made.endpoints);
  const UnseenTraffic unseen(made.gravity, made.endpoints, grid, made.watched);
  const PerLink<Spread> links = GridRoutes(made.topology, grid).links(unseen);
  const Spread all = spread_of_all(unseen);

  Random random(5);
  PerLink<double> sums(links.size());
  PerLink<double> squares(links.size());
  double total = 0;
  double total_squares = 0;
  constexpr int kWorlds = 4'000;
  for (int world = 0; world < kWorlds; ++world) {
    std::vector<double> out, in;
    for (std::size_t i = 0; i < made.endpoints.size(); ++i) {
      out.push_back(made.gravity.out_bps[i] * (1 + 0.2 * noise(random)));
      in.push_back(made.gravity.in_bps[i] * (1 + 0.3 * noise(random)));
    }
    double affinity[4];
    for (double& value : affinity) value = 1 + 0.1 * noise(random);
    const double level = 1 + std::sqrt(0.02) * noise(random);
    DemandGrid drawn = grid.empty();
    for (std::size_t from = 1; from < out.size(); ++from) {
      for (std::size_t to = 1; to < in.size(); ++to) {
        if (from == to) continue;
        const int roles = (from % 3 == 0 ? 2 : 0) + (to % 3 == 0 ? 1 : 0);
        drawn.at(from, to) = level * affinity[roles] * out[from] * in[to] / 50 * (1 + 0.5 * noise(random));
      }
    }
    const PerLink<double> loads = GridRoutes(made.topology, grid).loads(drawn);
    for (LinkId link : loads.ids()) {
      sums[link] += loads[link] / kWorlds;
      squares[link] += loads[link] * loads[link] / kWorlds;
    }
    total += drawn.total() / kWorlds;
    total_squares += drawn.total() * drawn.total() / kWorlds;
  }
  for (LinkId link : links.ids()) {
    if (links[link].bps <= 0) continue;
    CHECK(sums[link] == doctest::Approx(links[link].bps).epsilon(0.05));
    CHECK(squares[link] - sums[link] * sums[link] == doctest::Approx(links[link].variance).epsilon(0.25));
  }
  CHECK(total == doctest::Approx(all.bps).epsilon(0.03));
  CHECK(total_squares - total * total == doctest::Approx(all.variance).epsilon(0.15));
}

TEST_CASE("what others watch is no part of what is left") {
  Made made;
  const EndpointGrid grid(made.endpoints);
  UnseenTraffic unseen(made.gravity, made.endpoints, grid, made.watched);
  std::vector<std::uint8_t> more = made.watched;
  more[4] = 1;
  unseen.remove(UnseenTraffic(made.gravity, made.endpoints, grid, more));
  for (std::size_t from = 0; from < more.size(); ++from) {
    for (std::size_t to = 0; to < more.size(); ++to) {
      const bool any = from != to && from != 0 && to != 0 && (from == 4 || to == 4);
      CHECK((unseen.at(from * more.size() + to) > 0) == any);
    }
  }
}

TEST_CASE("loads along a grid's routes are those of the matrix") {
  Made made;
  const EndpointGrid grid(made.endpoints);
  DemandGrid demands = grid.empty();
  for (std::size_t i = 0; i < demands.bps.size(); ++i) demands.bps[i] = 1.0 + static_cast<double>(i % 7);
  for (std::size_t i = 0; i < grid.sources.size(); ++i) demands.at(i, i) = 0;
  const PerLink<double> loads = GridRoutes(made.topology, grid).loads(demands);
  const PerLink<Traffic> carried = link_load(made.topology, demands.matrix()).links;
  for (LinkId link : loads.ids()) CHECK(loads[link] == doctest::Approx(carried[link].bps));
}

}  // namespace
}  // namespace anemone
