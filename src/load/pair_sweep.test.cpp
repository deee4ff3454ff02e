#include "load/pair_sweep.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "base/random.h"
#include "load/random_network.test.h"

namespace anemone {
namespace {

TrafficMatrix mixed_matrix(Random& random, const Topology& net) {
  TrafficMatrix matrix = random_matrix(random, net);
  const TrafficMatrix more = random_prefix_matrix(random, net);
  matrix.demands.insert(matrix.demands.end(), more.demands.begin(), more.demands.end());
  return matrix;
}

// Links, and some nodes and groups that have links in common with others.
std::vector<Failure> some_failures(Random& random, const Topology& net) {
  std::vector<Failure> failures = link_failures(net);
  const std::vector<Failure> nodes = node_failures(net);
  for (int i = 0; i < 3; ++i)
    failures.push_back(nodes[random.below(static_cast<std::uint32_t>(nodes.size()))]);
  for (int i = 0; i < 3 && net.link_count() > 0; ++i) {
    const LinkId links[] = {LinkId{random.below(static_cast<std::uint32_t>(net.link_count()))},
                            LinkId{random.below(static_cast<std::uint32_t>(net.link_count()))}};
    failures.push_back(group_failure(net, {}, links));
  }
  return failures;
}

std::vector<CostChange> down(const Failure& a, const Failure& b) {
  std::vector<CostChange> changes;
  for (LinkId link : a.links) changes.push_back({link, RoutedLoads::kDown});
  for (LinkId link : b.links) changes.push_back({link, RoutedLoads::kDown});
  return changes;
}

using Pair = std::pair<std::uint32_t, std::uint32_t>;

struct Left {
  std::vector<double> loads;
  double unrouted = 0;
  bool operator==(const Left&) const = default;
};

std::map<Pair, Left> sweep(const RoutedLoads& base, std::span<const Failure> failures, unsigned threads) {
  std::map<Pair, Left> all;
  std::mutex adding;
  sweep_pairs(base, failures, threads, [&](const PairLoads& left) {
    const std::lock_guard lock(adding);
    const Pair pair{left.failures.first, left.failures.second};
    const bool is_new =
        all.try_emplace(pair, Left{{left.loads.begin(), left.loads.end()}, left.unrouted}).second;
    CHECK(is_new);
  });
  return all;
}

TEST_CASE(
    "a pair of failures leaves what both as changes leave, to the last bit, with any number of threads") {
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    RoutedLoads loads(net, mixed_matrix(random, net));
    if (net.link_count() > 0 && seed % 3 == 0) loads.change({LinkId{0}, RoutedLoads::kDown});
    const std::vector<Failure> failures = some_failures(random, net);
    const auto swept = sweep(loads, failures, 1);
    CHECK(swept == sweep(loads, failures, 3));
    CHECK(swept.size() == failures.size() * (failures.size() - 1) / 2);
    for (const auto& [pair, left] : swept) {
      loads.change(down(failures[pair.first], failures[pair.second]));
      CHECK(std::ranges::equal(left.loads, loads.loads()));
      CHECK(left.unrouted == loads.unrouted());
      loads.undo();
    }
  }
}

TEST_CASE("in larger networks, too, where most pairs have nothing to do with each other") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = thick_network(random);
    TrafficMatrix matrix = random_matrix(random, net);
    for (NodeId to : net.nodes()) matrix.demands.push_back({NodeId{0}, {to, {}}, {1 + random.unit(), 0}});
    RoutedLoads loads(net, matrix);
    std::vector<Failure> failures = link_failures(net);
    for (Failure& failure : node_failures(net)) failures.push_back(std::move(failure));
    std::size_t wrong = 0;
    for (const auto& [pair, left] : sweep(loads, failures, 2)) {
      loads.change(down(failures[pair.first], failures[pair.second]));
      wrong += std::ranges::equal(left.loads, loads.loads()) && left.unrouted == loads.unrouted() ? 0 : 1;
      loads.undo();
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("the worst of pairs is the most of each link, and the fewest and first failures that lead to it") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    RoutedLoads loads(net, mixed_matrix(random, net));
    const std::vector<Failure> failures = some_failures(random, net);
    const WorstOfPairs worst = worst_of_pairs(loads, failures, 1 + static_cast<unsigned>(seed % 3));
    std::vector<double> most(loads.loads().begin(), loads.loads().end());
    std::vector<FailurePair> by(most.size());
    double unrouted = loads.unrouted();
    FailurePair unrouted_by;
    const auto look = [&](const FailurePair& pair, std::span<const CostChange> changes) {
      loads.change(changes);
      for (std::size_t i = 0; i < most.size(); ++i) {
        if (loads.loads()[i] > most[i]) most[i] = loads.loads()[i], by[i] = pair;
      }
      if (loads.unrouted() > unrouted) unrouted = loads.unrouted(), unrouted_by = pair;
      loads.undo();
    };
    for (std::uint32_t i = 0; i < failures.size(); ++i) look({i}, down(failures[i], {}));
    for (std::uint32_t i = 0; i < failures.size(); ++i) {
      for (std::uint32_t j = i + 1; j < failures.size(); ++j) look({i, j}, down(failures[i], failures[j]));
    }
    CHECK(std::ranges::equal(worst.loads, most));
    CHECK(std::ranges::equal(worst.failures, by));
    CHECK(worst.unrouted == unrouted);
    CHECK(worst.unrouted_failures == unrouted_by);
  }
}

}  // namespace
}  // namespace anemone
