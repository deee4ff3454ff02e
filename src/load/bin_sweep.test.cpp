#include "load/bin_sweep.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "load/changed_topology.h"
#include "load/link_load.h"
#include "load/random_network.test.h"

namespace anemone {
namespace {

TEST_CASE("sweep of bins: each failure in each bin is what link_load has without those links") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    TrafficMatrix matrix = random_matrix(random, net);
    const TrafficMatrix more = random_prefix_matrix(random, net);
    matrix.demands.insert(matrix.demands.end(), more.demands.begin(), more.demands.end());
    if (matrix.demands.empty()) continue;
    constexpr std::size_t kBins = 300;  // more than one block
    std::vector<DemandEnds> ends;
    for (const Demand& demand : matrix.demands) ends.push_back({demand.ingress, demand.to});
    std::vector<double> rates(kBins * ends.size());
    for (double& rate : rates) rate = random.below(1000);
    std::vector<Failure> failures = link_failures(net);
    for (Failure& failure : node_failures(net)) failures.push_back(std::move(failure));

    const BinSweep sweep = sweep_bins(net, {ends, rates}, failures, 1 + random.below(3));

    std::vector<BinSweep::WorstOfLink> worst(net.link_count());
    for (std::size_t number = 0; number <= failures.size(); ++number) {
      const bool none = number == failures.size();
      std::vector<CostChange> down;
      if (!none) {
        for (const LinkId link : failures[number].links) down.push_back({link, kUnreachable});
      }
      const ChangedTopology after = change_topology(net, down);
      double highest = 0;
      for (const std::size_t bin : {std::size_t{0}, std::size_t{255}, std::size_t{256}, kBins - 1}) {
        for (std::size_t i = 0; i < ends.size(); ++i) {
          matrix.demands[i].traffic = {rates[bin * ends.size() + i], 0};
        }
        const LinkLoad loads = link_load(after.topology, matrix);
        for (const LinkId id : indices<LinkId>(after.topology.link_count())) {
          const LinkId link = after.links[id.value()];
          highest = std::max(highest, loads.links[id].bps / net.link(link).capacity_bps);
          CHECK(loads.links[id].bps <=
                (none ? sweep.without_failure : sweep.links)[link.value()].load + 1e-6);
        }
      }
      if (!none) CHECK(highest <= sweep.failures[number].max_utilisation + 1e-12);
    }
    // What is called the worst is what that failure does in that bin.
    for (const LinkId link : indices<LinkId>(net.link_count())) {
      const BinSweep::WorstOfLink& told = sweep.links[link.value()];
      std::vector<CostChange> down;
      if (told.failure != BinSweep::kNone) {
        for (const LinkId gone : failures[told.failure].links) down.push_back({gone, kUnreachable});
      }
      const ChangedTopology after = change_topology(net, down);
      for (std::size_t i = 0; i < ends.size(); ++i) {
        matrix.demands[i].traffic = {rates[told.bin * ends.size() + i], 0};
      }
      const LinkLoad loads = link_load(after.topology, matrix);
      double load = 0;
      for (const LinkId id : indices<LinkId>(after.topology.link_count())) {
        if (after.links[id.value()] == link) load = loads.links[id].bps;
      }
      CHECK(load == doctest::Approx(told.load).epsilon(1e-9));
    }
  }
}

}  // namespace
}  // namespace anemone
