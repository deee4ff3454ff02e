#include "estimate/estimate.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "base/random.h"
#include "load/link_load.h"
#include "topology/read_topology_file.h"

namespace anemone {
namespace {

// Abilene's links; what goes from node to node is the product of two sizes that change from bin to bin, times
// a factor of the pair that lasts. The first three nodes are watched.
struct Days {
  Topology topology;
  Random random{17};
  std::vector<Endpoint> endpoints;
  std::vector<double> lasting;
  // Of the bin:
  std::vector<double> truth;
  std::vector<SeenTraffic> seen;
  PerLink<Traffic> loads;
  std::vector<LinkCounter> links;
  std::vector<EdgeCounter> edges;

  Days() {
    auto read = read_topology_file(std::string(ANEMONE_TEST_DATA) + "/estimate/abilene.txt");
    REQUIRE(read.has_value());
    topology = std::move(*read);
    for (std::uint32_t node = 0; node < nodes(); ++node) {
      Endpoint endpoint;
      endpoint.ingress = NodeId{node};
      endpoint.to = {NodeId{node}, PrefixId{}};
      endpoint.place = node;
      endpoint.instrumented = node < 3;
      endpoints.push_back(endpoint);
    }
    for (std::size_t i = 0; i < nodes() * nodes(); ++i) lasting.push_back(std::exp(2 * random.unit() - 1));
  }
  std::size_t nodes() const { return topology.node_count(); }

  void next() {
    std::vector<double> sizes;
    for (std::size_t i = 0; i < 2 * nodes(); ++i) sizes.push_back(std::exp(2 * random.unit()));
    truth.assign(nodes() * nodes(), 0);
    seen.clear();
    TrafficMatrix matrix;
    edges.clear();
    for (std::uint32_t node = 0; node < nodes(); ++node) edges.push_back({NodeId{node}, 0, 0, 0.001});
    for (std::uint32_t to = 0; to < nodes(); ++to) {
      for (std::uint32_t from = 0; from < nodes(); ++from) {
        if (from == to) continue;
        const std::size_t pair = from * nodes() + to;
        const double bps = 1e6 * sizes[from] * sizes[nodes() + to] * lasting[pair];
        truth[pair] = bps;
        matrix.demands.push_back({NodeId{from}, {NodeId{to}, PrefixId{}}, {bps, 0}});
        if (from < 3 || to < 3) seen.push_back({from, to, bps});
        edges[from].entering_bps += bps;
        edges[to].leaving_bps += bps;
      }
    }
    loads = link_load(topology, matrix).links;
    links.clear();
    for (LinkId link : loads.ids()) links.push_back({link, loads[link].bps, 0.001});
  }

  double wrong(const Estimate& estimate) const {
    double wrong = 0;
    for (const EstimatedDemand& demand : estimate.demands) {
      const double is = truth[demand.ingress.value() * nodes() + demand.to.node.value()];
      wrong += std::abs(demand.seen_bps + demand.unseen.bps - is);
    }
    return wrong;
  }
};

TEST_CASE("with counters, bins before this one make its estimate better") {
  Days days;
  Estimator estimator;
  double wrong = 0;
  double wrong_alone = 0;
  for (int bin = 0; bin < 120; ++bin) {
    days.next();
    const EstimateInput input{days.endpoints, days.seen, days.links, days.edges};
    const double off = days.wrong(estimator.estimate(days.topology, input));
    if (bin < 80) continue;
    wrong += off;
    wrong_alone += days.wrong(Estimator().estimate(days.topology, input));
  }
  CHECK(wrong < 0.7 * wrong_alone);
}

TEST_CASE("without counters, no link is thought to carry more than all that may be unseen") {
  Days days;
  Estimator estimator;
  int held = 0;
  int links = 0;
  for (int bin = 0; bin < 30; ++bin) {
    days.next();
    const Estimate estimate = estimator.estimate(days.topology, {days.endpoints, days.seen, {}, {}});
    CHECK(estimate.basis == IntervalBasis::kLearnt);
    CHECK(estimate.could == days.nodes());
    CHECK(estimate.instrumented == 3);
    CHECK(estimate.unseen.low_bps <= estimate.unseen.bps);
    // 9 of 12 are hidden: of 144 pairs 63 are seen; ten times as much as if all were alike.
    CHECK(estimate.unseen.high_bps <= 10 * estimate.seen_bps * 81 / 63 * (1 + 1e-9));
    for (LinkId link : estimate.links.ids()) {
      const LinkEstimate& row = estimate.links[link];
      CHECK(row.load.low_bps >= row.seen_bps * (1 - 1e-9));
      CHECK(row.load.high_bps <= row.seen_bps + estimate.unseen.high_bps + 1);
      const double carried = days.loads[link].bps;
      ++links;
      held += carried >= row.load.low_bps - 1 && carried <= row.load.high_bps + 1 ? 1 : 0;
    }
  }
  CHECK(held > 0.8 * links);
}

TEST_CASE("one watched end can learn nothing: intervals are assumed, and said to be") {
  Days days;
  for (Endpoint& endpoint : days.endpoints) endpoint.instrumented = endpoint.place == 0;
  int held = 0;
  int hidden = 0;
  for (int bin = 0; bin < 30; ++bin) {
    days.next();
    std::erase_if(days.seen, [](const SeenTraffic& traffic) { return traffic.from != 0 && traffic.to != 0; });
    const Estimate estimate = Estimator().estimate(days.topology, {days.endpoints, days.seen, {}, {}});
    CHECK(estimate.basis == IntervalBasis::kAssumed);
    REQUIRE(estimate.demands.size() == 132);
    for (const EstimatedDemand& demand : estimate.demands) {
      if (demand.unseen.bps <= 0) continue;
      CHECK(demand.unseen.low_bps == 0);
      CHECK(demand.unseen.high_bps >= demand.unseen.bps);
      ++hidden;
      held += days.truth[demand.ingress.value() * days.nodes() + demand.to.node.value()] <=
              demand.unseen.high_bps;
    }
  }
  CHECK(held > 0.65 * hidden);  // how large the watched one is, is as open as all the rest
}

}  // namespace
}  // namespace anemone
