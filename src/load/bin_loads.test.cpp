#include "load/bin_loads.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/random.h"
#include "load/link_load.h"
#include "load/random_network.test.h"

namespace anemone {
namespace {

TEST_CASE("many bins at once have the loads that each has by itself") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    TrafficMatrix matrix = random_matrix(random, net);
    const TrafficMatrix more = random_prefix_matrix(random, net);
    matrix.demands.insert(matrix.demands.end(), more.demands.begin(), more.demands.end());
    std::vector<DemandEnds> ends;
    for (const Demand& demand : matrix.demands) ends.push_back({demand.ingress, demand.to});
    const BinLoads bins(net, ends);
    const std::size_t count = random.below(50);
    std::vector<double> rates(count * ends.size());
    for (double& rate : rates) rate = random.unit() * 1e6;
    std::vector<double> loads(count * net.link_count(), -1);
    std::vector<double> unrouted(count, -1);
    bins.pour(rates, loads, unrouted, 1 + static_cast<unsigned>(seed % 3));
    for (std::size_t bin = 0; bin < count; ++bin) {
      for (std::size_t i = 0; i < ends.size(); ++i) {
        matrix.demands[i].traffic.bps = rates[bin * ends.size() + i];
      }
      const LinkLoad want = link_load(net, matrix);
      for (LinkId id : want.links.ids()) {
        CHECK(loads[bin * net.link_count() + id.value()] ==
              doctest::Approx(want.links[id].bps).epsilon(1e-12));
      }
      CHECK(unrouted[bin] == doctest::Approx(want.unrouted.bps).epsilon(1e-12));
    }
  }
}

}  // namespace
}  // namespace anemone
