#include "estimate/credible_gravity.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/random.h"

namespace anemone {
namespace {

// Endpoints that each are a place; the first `watched` are watched.
struct World {
  std::vector<Endpoint> endpoints;
  std::vector<std::uint8_t> watched;
  std::vector<double> bps;  // by source, then by sink

  World(std::size_t count, std::size_t watched_count) : bps(count * count, 0) {
    for (std::uint32_t i = 0; i < count; ++i) {
      Endpoint endpoint;
      endpoint.ingress = NodeId{i};
      endpoint.to = {NodeId{i}, PrefixId{}};
      endpoint.place = i;
      endpoint.instrumented = i < watched_count;
      endpoints.push_back(endpoint);
      watched.push_back(i < watched_count ? 1 : 0);
    }
  }
  double& at(std::size_t from, std::size_t to) { return bps[from * endpoints.size() + to]; }

  CredibleGravity fit() const {
    std::vector<SeenTraffic> seen;
    const auto count = static_cast<std::uint32_t>(endpoints.size());
    for (std::uint32_t i = 0; i < count * count; ++i) {
      if (bps[i] > 0 && (watched[i / count] || watched[i % count]))
        seen.push_back({i / count, i % count, bps[i]});
    }
    return fit_credible_gravity(endpoints, seen, watched);
  }
  double unseen(const CredibleGravity& gravity) const {
    return unwatched_traffic(gravity, endpoints, EndpointGrid(endpoints), watched).total();
  }
  double truth() const {
    double sum = 0;
    for (std::size_t i = 0; i < bps.size(); ++i) {
      const std::size_t from = i / endpoints.size(), to = i % endpoints.size();
      if (from != to && !watched[from] && !watched[to]) sum += bps[i];
    }
    return sum;
  }
};

TEST_CASE("where traffic is the product of two sizes, little is doubtful and all comes out") {
  Random random(3);
  World world(40, 20);
  std::vector<double> sizes;
  for (int i = 0; i < 40; ++i) sizes.push_back(1 + 3 * random.unit());
  for (std::size_t i = 0; i < 40; ++i) {
    for (std::size_t j = 0; j < 40; ++j) world.at(i, j) = i == j ? 0 : 1e3 * sizes[i] * sizes[j];
  }
  const CredibleGravity gravity = world.fit();
  CHECK(gravity.pair_doubt < 0.1);
  CHECK(gravity.level_doubt < 0.15);
  CHECK(world.unseen(gravity) == doctest::Approx(world.truth()).epsilon(0.15));
}

TEST_CASE("a host of which little is seen is drawn to the mean of the others, and said to be doubtful") {
  World world(12, 4);
  Random random(8);
  for (std::size_t i = 0; i < 11; ++i) {
    for (std::size_t j = 0; j < 11; ++j) {
      if (i != j && random.below(3) == 0) world.at(i, j) = 1e5 * (1 + 3 * random.unit());
    }
  }
  const CredibleGravity gravity = world.fit();  // the last never says anything
  double mean = 0;
  for (std::size_t i = 4; i < 11; ++i) mean += gravity.out_bps[i] / 7;
  CHECK(gravity.out_bps[11] > 0.05 * mean);
  CHECK(gravity.out_bps[11] < mean);
  CHECK(gravity.out_doubt[11] > 0.2);
  CHECK(gravity.pair_doubt > 1);
}

TEST_CASE("watched ends that say nothing to each other do not make the unseen endless") {
  World world(16, 4);
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t j = 0; j < 16; ++j) world.at(i, j) = i == j || (i < 4 && j < 4) || (i + j) % 3 ? 0 : 1e5;
  }
  const CredibleGravity gravity = world.fit();
  CHECK(world.unseen(gravity) < 10 * world.truth());
  CHECK(gravity.level_doubt > 0.2);
}

TEST_CASE("watched ends that talk to each other most do not make the unseen vanish") {
  // They were chosen because they do: two crowds that hardly know each other.
  World world(12, 4);
  for (std::size_t i = 0; i < 12; ++i) {
    for (std::size_t j = 0; j < 12; ++j) {
      if (i != j) world.at(i, j) = (i < 4) == (j < 4) ? 1e5 : (i + j) % 5 == 0 ? 1e4 : 0;
    }
  }
  const CredibleGravity gravity = world.fit();
  double alike =
      0;  // what all unwatched say to each other, if each pair does as those do that have one watched end
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 4; j < 12; ++j) alike += world.at(i, j) / 32 * 56;
  }
  CHECK(world.unseen(gravity) > 0.2 * alike);
}

TEST_CASE("a single watched end: all are alike, of which little is known") {
  World world(8, 1);
  for (std::size_t i = 0; i < 8; ++i) {
    for (std::size_t j = 0; j < 8; ++j) world.at(i, j) = i == j ? 0 : 1e5;
  }
  const CredibleGravity gravity = world.fit();
  CHECK(gravity.level_doubt > 1);
  CHECK(gravity.pair_doubt == doctest::Approx(5));  // what is usual: of pairs, nothing is known
  CHECK(world.unseen(gravity) > world.truth());
}

}  // namespace
}  // namespace anemone
