#include "estimate/gravity.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/random.h"

namespace anemone {
namespace {

// Endpoints that each are a place, of a world in which `sizes[i].out * sizes[j].in` goes from i to j.
struct World {
  struct Size {
    double out = 0;
    double in = 0;
  };
  std::vector<Endpoint> endpoints;
  std::vector<Size> sizes;
  std::vector<std::uint8_t> watched;

  void endpoint(Size size, bool is_watched, EndpointRole role = EndpointRole::kServer) {
    Endpoint endpoint;
    endpoint.ingress = NodeId{endpoints.size()};
    endpoint.to = {endpoint.ingress, PrefixId{}};
    endpoint.place = static_cast<std::uint32_t>(endpoints.size());
    endpoint.instrumented = is_watched;
    endpoint.role = role;
    endpoints.push_back(endpoint);
    sizes.push_back(size);
    watched.push_back(is_watched ? 1 : 0);
  }
  virtual double bps(std::size_t i, std::size_t j) const { return sizes[i].out * sizes[j].in; }
  virtual ~World() = default;

  std::vector<SeenTraffic> seen() const {
    std::vector<SeenTraffic> seen;
    for (std::uint32_t i = 0; i < sizes.size(); ++i) {
      for (std::uint32_t j = 0; j < sizes.size(); ++j) {
        if (endpoints[i].place != endpoints[j].place && (watched[i] || watched[j]))
          seen.push_back({i, j, bps(i, j)});
      }
    }
    return seen;
  }

  DemandGrid estimate() const {
    const Gravity gravity = fit_gravity(endpoints, seen(), watched);
    return unwatched_traffic(gravity, endpoints, EndpointGrid(endpoints), watched);
  }
};

// The largest relative error over pairs that nobody watches.
double worst(const World& world, const DemandGrid& estimate) {
  double worst = 0;
  for (std::size_t i = 0; i < world.sizes.size(); ++i) {
    for (std::size_t j = 0; j < world.sizes.size(); ++j) {
      if (i == j || world.watched[i] || world.watched[j]) continue;
      worst = std::max(worst, std::abs(estimate.at(i, j) / world.bps(i, j) - 1));
    }
  }
  return worst;
}

TEST_CASE("where traffic is the product of two sizes, two watched ends tell all the rest") {
  Random random(7);
  for (int round = 0; round < 20; ++round) {
    World world;
    for (int i = 0; i < 12; ++i)
      world.endpoint({1 + 9 * random.unit(), 1 + 9 * random.unit()}, i < 2 + round % 4);
    CHECK(worst(world, world.estimate()) < 0.01);
  }
}

TEST_CASE("what a watched end sends and receives is no part of the estimate") {
  World world;
  for (int i = 0; i < 5; ++i) world.endpoint({1.0 + i, 2.0 + i}, i < 2);
  const DemandGrid estimate = world.estimate();
  for (std::size_t i = 0; i < 5; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      CHECK((estimate.at(i, j) > 0) == (i != j && i >= 2 && j >= 2));
    }
  }
}

TEST_CASE("an estimate grows with the traffic, whatever its unit") {
  World small;
  World large;
  for (int i = 0; i < 7; ++i) {
    small.endpoint({1.0 + i, 9.0 - i}, i % 3 == 0);
    large.endpoint({1e9 * (1.0 + i), 9.0 - i}, i % 3 == 0);
  }
  const DemandGrid one = small.estimate();
  const DemandGrid other = large.estimate();
  for (std::size_t i = 0; i < one.bps.size(); ++i) CHECK(other.bps[i] == doctest::Approx(1e9 * one.bps[i]));
}

TEST_CASE("a single watched end cannot tell its own size: it is taken to be as large as the largest other") {
  World world;
  for (int i = 0; i < 6; ++i) world.endpoint({i == 0 ? 6.0 : 1.0 + i, i == 0 ? 6.0 : 1.0 + i}, i == 0);
  const Gravity gravity = fit_gravity(world.endpoints, world.seen(), world.watched);
  CHECK_FALSE(gravity.scale_known);
  CHECK(gravity.out_bps[0] == doctest::Approx(gravity.out_bps[5]));
  CHECK(worst(world, world.estimate()) < 1e-3);  // here it is: the largest other has 6, too
}

TEST_CASE("a single watched end that receives much more than it sends does not make the rest vanish") {
  // Its largest receiver gets 5, its largest sender sends 5,000: they are told of one size.
  World world;
  for (int i = 0; i < 6; ++i) world.endpoint({i == 0 ? 1.0 : 1e3 * i, i == 0 ? 1.0 : 1.0 * i}, i == 0);
  const Gravity gravity = fit_gravity(world.endpoints, world.seen(), world.watched);
  CHECK_FALSE(gravity.scale_known);
  CHECK(gravity.unseen_reach == doctest::Approx(5.0 / 3));  // the largest over the mean
  const DemandGrid estimate = world.estimate();
  // What i sends to the watched, times what j receives of it, over the larger of the two largest.
  CHECK(estimate.at(4, 5) == doctest::Approx(4e3 * 5 / 5e3).epsilon(1e-3));
  CHECK(estimate.at(5, 4) == doctest::Approx(5e3 * 4 / 5e3).epsilon(1e-3));
}

TEST_CASE("one that never talked to a watched end is not taken as silent") {
  World world;
  for (int i = 0; i < 6; ++i) world.endpoint({i == 5 ? 0.0 : 3.0, i == 5 ? 0.0 : 3.0}, i < 2);
  const Gravity gravity = fit_gravity(world.endpoints, world.seen(), world.watched);
  CHECK(gravity.out_bps[5] > 0);
  CHECK(gravity.out_bps[5] < gravity.out_bps[4]);
}

// Two watched ends that say next to nothing to each other.
struct Strangers : World {
  double bps(std::size_t i, std::size_t j) const override { return i < 2 && j < 2 ? 1e-9 : World::bps(i, j); }
};

TEST_CASE("watched ends that hardly talk to each other do not make the unseen endless") {
  Strangers world;
  for (int i = 0; i < 8; ++i) world.endpoint({3.0 + i, 5.0}, i < 2);
  const Gravity gravity = fit_gravity(world.endpoints, world.seen(), world.watched);
  CHECK_FALSE(gravity.scale_known);
  double seen = 0;
  for (const SeenTraffic& traffic : world.seen()) seen += traffic.bps;
  CHECK(world.estimate().total() < 20 * seen);
}

// Clients talk to servers, not to each other.
struct ClientsAndServers : World {
  double bps(std::size_t i, std::size_t j) const override {
    return endpoints[i].role == endpoints[j].role ? 0 : World::bps(i, j);
  }
};

TEST_CASE("clients that were never seen to talk to each other are not estimated to") {
  ClientsAndServers world;
  for (int i = 0; i < 20; ++i) {
    world.endpoint({1.0 + i % 3, 2.0 + i % 4}, i % 4 == 0,
                   i % 5 < 3 ? EndpointRole::kClient : EndpointRole::kServer);
  }
  const DemandGrid estimate = world.estimate();
  double between_clients = 0;
  double of_all = 0;
  double truth = 0;
  for (std::size_t i = 0; i < 20; ++i) {
    for (std::size_t j = 0; j < 20; ++j) {
      if (i == j || world.watched[i] || world.watched[j]) continue;
      of_all += estimate.at(i, j);
      truth += world.bps(i, j);
      if (world.endpoints[i].role == world.endpoints[j].role) between_clients += estimate.at(i, j);
    }
  }
  CHECK(between_clients < 0.1 * of_all);
  CHECK(of_all == doctest::Approx(truth).epsilon(0.15));
}

}  // namespace
}  // namespace anemone
