#include "estimate/uncounted.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "base/random.h"
#include "estimate/coverage_ranking.h"
#include "estimate/gravity.h"
#include "load/link_load.h"
#include "topology/read_topology_file.h"

namespace anemone {
namespace {

// About normal.
double normal(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.unit();
  return sum;
}

// Twenty-four hosts on Abilene's nodes, of sizes that vary as much as exp(`sizes` * normal); a pair says what
// the product of sizes gives, times exp(`pairs` * normal), if it talks at all.
struct World {
  double talks = 1;  // the share of pairs that do
  double sizes = 1;
  double pairs = 1;
};

struct Drawn {
  Topology topology;
  std::vector<Endpoint> endpoints;
  std::vector<SeenTraffic> all;
  std::vector<double> size;
  PerLink<Traffic> loads;

  Drawn(const World& world, std::uint64_t seed) {
    Random random(seed);
    auto read = read_topology_file(std::string(ANEMONE_TEST_DATA) + "/estimate/abilene.txt");
    REQUIRE(read.has_value());
    topology = std::move(*read);
    for (std::uint32_t host = 0; host < 24; ++host) {
      const std::uint32_t node = host % static_cast<std::uint32_t>(topology.node_count());
      Endpoint endpoint;
      endpoint.ingress = NodeId{node};
      endpoint.to = {NodeId{node}, PrefixId{}};
      endpoint.place = node;
      endpoints.push_back(endpoint);
      size.push_back(std::exp(world.sizes * normal(random)));
    }
    for (std::uint32_t from = 0; from < endpoints.size(); ++from) {
      for (std::uint32_t to = 0; to < endpoints.size(); ++to) {
        if (endpoints[from].place == endpoints[to].place) continue;
        const double bps = 1e4 * size[from] * size[to] * std::exp(world.pairs * normal(random));
        if (random.unit() < world.talks) all.push_back({from, to, bps});
      }
    }
    loads = link_load(topology, grid_of(EndpointGrid(endpoints), all, {}).matrix()).links;
  }

  void watch(const std::vector<std::uint32_t>& hosts) {
    for (Endpoint& endpoint : endpoints) endpoint.instrumented = false;
    for (std::uint32_t host : hosts) endpoints[host].instrumented = true;
  }
  std::vector<SeenTraffic> seen() const {
    std::vector<SeenTraffic> seen;
    for (const SeenTraffic& traffic : all) {
      if (endpoints[traffic.from].instrumented || endpoints[traffic.to].instrumented) seen.push_back(traffic);
    }
    return seen;
  }
};

std::vector<std::uint32_t> at_random(const Drawn& drawn, std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::uint32_t> hosts(drawn.endpoints.size());
  std::iota(hosts.begin(), hosts.end(), 0);
  for (std::uint32_t i = 24; i > 1; --i) std::swap(hosts[i - 1], hosts[random.below(i)]);
  hosts.resize(count);
  return hosts;
}

std::vector<std::uint32_t> largest(const Drawn& drawn, std::size_t count, std::uint64_t) {
  std::vector<std::uint32_t> hosts(drawn.endpoints.size());
  std::iota(hosts.begin(), hosts.end(), 0);
  std::sort(hosts.begin(), hosts.end(), [&](auto a, auto b) { return drawn.size[a] > drawn.size[b]; });
  hosts.resize(count);
  return hosts;
}

// Two by chance, then always those that would show most: they are chosen because they are seen to be large.
std::vector<std::uint32_t> ranked(Drawn drawn, std::size_t count, std::uint64_t seed) {
  std::vector<std::uint32_t> hosts = at_random(drawn, 2, seed);
  std::vector<std::uint32_t> numbers(drawn.endpoints.size());
  std::iota(numbers.begin(), numbers.end(), 0);
  while (hosts.size() < count) {
    drawn.watch(hosts);
    std::vector<std::uint8_t> watched;
    for (const Endpoint& endpoint : drawn.endpoints) watched.push_back(endpoint.instrumented ? 1 : 0);
    const auto seen = drawn.seen();
    CoverageRanking ranking;
    ranking.add(10s, 1, drawn.endpoints, numbers, seen, fit_gravity(drawn.endpoints, seen, watched));
    const auto next = ranking.rank(2);
    if (next.empty()) break;
    for (const HostGain& gain : next) hosts.push_back(gain.host);
  }
  return hosts;
}

struct Held {
  double share = 0;  // of links with something unseen, whose intervals hold
  double width = 0;  // of the intervals together, over what links carry that is unseen
};

template <class Choose>
Held held_over_worlds(const World& world, std::size_t count, Choose choose) {
  int links = 0;
  int held = 0;
  double width = 0;
  double unseen = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Drawn drawn(world, seed);
    drawn.watch(choose(drawn, count, seed));
    const auto seen = drawn.seen();
    const Estimate estimate = Estimator().estimate(drawn.topology, {drawn.endpoints, seen, {}, {}});
    for (LinkId link : drawn.loads.ids()) {
      const LinkEstimate& row = estimate.links[link];
      const double carried = drawn.loads[link].bps;
      if (carried <= row.seen_bps * (1 + 1e-9)) continue;
      ++links;
      held += carried >= row.load.low_bps * (1 - 1e-9) && carried <= row.load.high_bps * (1 + 1e-9);
      width += row.load.high_bps - row.load.low_bps;
      unseen += carried - row.seen_bps;
    }
  }
  return {static_cast<double>(held) / links, width / unseen};
}

TEST_CASE("intervals of links hold nine times in ten on random networks, however hosts were chosen") {
  const World few{0.12, 0.7, 0.7};   // few pairs talk, as hosts of an office do
  const World many{1, 1, 1};         // all do, as sites of a network do
  const World heavy{0.4, 1.4, 1.2};  // and some are far larger than the others
  for (const World& world : {few, many, heavy}) {
    CAPTURE(world.talks);
    for (std::size_t count : {12, 5}) {
      CAPTURE(count);
      const Held chance = held_over_worlds(world, count, at_random);
      const Held large = held_over_worlds(world, count, largest);
      const Held told = held_over_worlds(world, count, ranked);
      CHECK(chance.share > 0.88);
      CHECK(chance.share < 0.975);
      CHECK(chance.width < 8);
      // Whether they were chosen for that or by chance is not told; the larger the watched, the wider.
      CHECK(large.share > 0.97);
      CHECK(large.width < 30);
      CHECK(told.share > 0.84);
      CHECK(told.width < 10);
    }
  }
}

}  // namespace
}  // namespace anemone
