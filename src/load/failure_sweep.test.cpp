#include "load/failure_sweep.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <vector>

#include "base/random.h"
#include "load/link_load.h"
#include "load/random_network.test.h"
#include "topology/text_file.h"

namespace anemone {
namespace {

struct Swept {
  std::vector<std::vector<double>> loads;
  std::vector<double> unrouted;
  std::vector<int> visits;
};

Swept sweep(const RoutedLoads& base, std::span<const Failure> failures, unsigned threads) {
  Swept swept{std::vector<std::vector<double>>(failures.size()), std::vector<double>(failures.size()),
              std::vector<int>(failures.size())};
  sweep_failures(base, failures, threads, [&](const FailureLoads& left) {
    swept.loads[left.failure].assign(left.loads.begin(), left.loads.end());
    swept.unrouted[left.failure] = left.unrouted;
    ++swept.visits[left.failure];
  });
  return swept;
}

std::vector<CostChange> down(const Failure& failure) {
  std::vector<CostChange> changes;
  for (LinkId link : failure.links) changes.push_back({link, RoutedLoads::kDown});
  return changes;
}

std::vector<Failure> some_failures(Random& random, const Topology& net) {
  std::vector<Failure> failures = link_failures(net);
  for (Failure& failure : node_failures(net)) failures.push_back(std::move(failure));
  for (int i = 0; i < 10 && net.link_count() > 0; ++i) {  // groups that share a fate
    Failure group;
    for (std::uint32_t left = random.below(5); left > 0; --left) {
      group.links.emplace_back(random.below(static_cast<std::uint32_t>(net.link_count())));
    }
    failures.push_back(std::move(group));
  }
  return failures;
}

TrafficMatrix mixed_matrix(Random& random, const Topology& net) {
  TrafficMatrix matrix = random_matrix(random, net);
  const TrafficMatrix more = random_prefix_matrix(random, net);
  matrix.demands.insert(matrix.demands.end(), more.demands.begin(), more.demands.end());
  return matrix;
}

TEST_CASE("a sweep gives each failure the loads that computing them from nothing gives") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    const TrafficMatrix matrix = mixed_matrix(random, net);
    const RoutedLoads base(net, matrix);
    const std::vector<Failure> failures = some_failures(random, net);
    const Swept swept = sweep(base, failures, 1 + static_cast<unsigned>(seed % 3));
    for (std::size_t i = 0; i < failures.size(); ++i) {
      CHECK(swept.visits[i] == 1);
      const ChangedTopology failed = change_topology(net, down(failures[i]));
      const LinkLoad want = link_load(failed.topology, matrix);
      std::vector<double> links(net.link_count());
      for (LinkId id : want.links.ids()) links[failed.links[id.value()].value()] = want.links[id].bps;
      for (std::size_t link = 0; link < links.size(); ++link) {
        CHECK(std::abs(swept.loads[i][link] - links[link]) <= 1e-9 * links[link] + 1e-6);
      }
      CHECK(swept.unrouted[i] == doctest::Approx(want.unrouted.bps).epsilon(1e-9));
    }
  }
}

TEST_CASE("a sweep is what changing and undoing gives, to the last bit, with any number of threads") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    RoutedLoads loads(net, mixed_matrix(random, net));
    if (net.link_count() > 0) loads.change({LinkId{0}, RoutedLoads::kDown});  // a sweep of what is changed
    const std::vector<Failure> failures = some_failures(random, net);
    const Swept one = sweep(loads, failures, 1);
    const Swept three = sweep(loads, failures, 3);
    CHECK(one.loads == three.loads);
    CHECK(one.unrouted == three.unrouted);
    for (std::size_t i = 0; i < failures.size(); ++i) {
      loads.change(down(failures[i]));
      CHECK(std::ranges::equal(one.loads[i], loads.loads()));
      CHECK(one.unrouted[i] == loads.unrouted());
      loads.undo();
    }
  }
}

TEST_CASE("the worst of a sweep is the most of each link, and the first failure that leads to it") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology net = random_network(random);
    const RoutedLoads base(net, mixed_matrix(random, net));
    const std::vector<Failure> failures = some_failures(random, net);
    const Swept swept = sweep(base, failures, 1);
    const WorstLoads worst = worst_loads(base, failures, 1 + static_cast<unsigned>(seed % 3));
    for (LinkId id : worst.loads.ids()) {
      double most = base.loads()[id.value()];
      std::uint32_t first = WorstLoads::kNone;
      for (std::uint32_t i = 0; i < failures.size(); ++i) {
        if (swept.loads[i][id.value()] <= most) continue;
        most = swept.loads[i][id.value()];
        first = i;
      }
      CHECK(worst.loads[id] == most);
      CHECK(worst.failure[id] == first);
    }
    const double most = failures.empty() ? 0 : *std::ranges::max_element(swept.unrouted);
    CHECK(worst.unrouted == std::max(base.unrouted(), most));
  }
}

TEST_CASE("an adjacency fails as one, a router with all its links") {
  //   a --- b === c      b and c: two links
  auto file = parse_network_text(R"(
    link a b
    link b c
    link b c
  )");
  REQUIRE(file);
  const Topology net(file->parts);
  const auto links = link_failures(net);
  REQUIRE(links.size() == 3);
  for (const Failure& failure : links) {
    REQUIRE(failure.links.size() == 2);
    CHECK(net.link(failure.links[0]).reverse == failure.links[1]);
  }
  const auto nodes = node_failures(net);
  REQUIRE(nodes.size() == 3);
  CHECK(nodes[net.find("a")->value()].links.size() == 2);
  CHECK(nodes[net.find("b")->value()].links.size() == 6);
}

}  // namespace
}  // namespace anemone
