// What the matrix says of simulated packets, held against where each of them was.
#include "matrix/simulated_traffic.test.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "matrix/build_matrix.h"

namespace anemone {
namespace {

struct Measured {
  SimulatedTraffic sim;
  std::vector<Attachments> attachments;
  MeasuredMatrix matrix;

  Measured(std::uint64_t seed, const SimulationPlan& plan) : sim(seed, plan) {
    std::vector<BinPart> parts;
    attachments.reserve(sim.networks.size());
    for (std::size_t i = 0; i < sim.networks.size(); ++i) {
      attachments.emplace_back(sim.networks[i]->topology, sim.gateways);
      parts.push_back({sim.begins[i], &attachments.back()});
    }
    MatrixKnowledge known;
    known.nats = &sim.names.nats;
    known.cost_left = [this](std::size_t part, NodeId from, PrefixId to) {
      return sim.networks[part]->left(from, to);
    };
    matrix = build_matrix(sim.records, parts, Observers(sim.observers), SimulatedTraffic::kBin, known);
  }

  // Demands by part; what has no demand by its fate, all parts together.
  std::map<TruePlace, double> places() const {
    std::map<TruePlace, double> bytes;
    for (std::size_t i = 0; i < matrix.parts.size(); ++i) {
      for (const Demand& demand : matrix.parts[i].matrix.demands)
        bytes[{i, Fate::kPlaced, demand.ingress, demand.to.prefix}] += demand.traffic.bps * 20 / 8;
    }
    for (std::size_t i = 1; i < kFates; ++i) {
      const auto fate = static_cast<Fate>(i);
      if (matrix.fates[fate].bytes > 0) bytes[{0, fate, NodeId{}, PrefixId{}}] = matrix.fates[fate].bytes;
    }
    return bytes;
  }
  std::map<TruePlace, double> truth() const {
    std::map<TruePlace, double> bytes;
    for (const auto& [place, count] : sim.bytes)
      bytes[place.fate == Fate::kPlaced ? place : TruePlace{0, place.fate, NodeId{}, PrefixId{}}] += count;
    return bytes;
  }
  std::string text(const TruePlace& place) const {
    if (place.fate != Fate::kPlaced) return print_fate(place.fate);
    const Topology& topology = sim.networks[place.part]->topology;
    return "part " + std::to_string(place.part) + ": " + topology.node(place.ingress).name + ">" +
           print_prefix(topology.prefix(place.to));
  }
  // Every difference, as text; empty when there is none.
  std::string differences() const {
    std::map<TruePlace, std::pair<double, double>> both;
    for (const auto& [place, bytes] : truth()) both[place].first = bytes;
    for (const auto& [place, bytes] : places()) both[place].second = bytes;
    std::string told;
    for (const auto& [place, bytes] : both) {
      if (std::abs(bytes.first - bytes.second) < 0.5) continue;
      told +=
          text(place) + " is " + std::to_string(bytes.first) + ", not " + std::to_string(bytes.second) + "\n";
    }
    return told;
  }
};

TEST_CASE("in random networks every byte that an observer saw is in its demand or its count, once") {
  double placed = 0;
  double all = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    SimulationPlan plan;
    plan.instrumented = random.unit();
    plan.exporting = random.unit();
    const Measured measured(seed, plan);
    REQUIRE(measured.differences() == "");
    for (const auto& [place, bytes] : measured.truth()) {
      all += bytes;
      if (place.fate == Fate::kPlaced) placed += bytes;
    }
  }
  CHECK(placed > all / 4);  // the networks are worth it
  CHECK(placed < all);
}

TEST_CASE("what a change inside the bin makes uncertain is no more than what is said to be split") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    SimulationPlan plan;
    plan.instrumented = random.unit();
    plan.exporting = 0;
    plan.change = true;
    const Measured measured(seed, plan);
    double truth = 0;
    double said = 0;
    double wrong = 0;
    std::map<TruePlace, double> difference = measured.truth();
    for (const auto& [place, bytes] : difference) truth += bytes;
    for (const auto& [place, bytes] : measured.places()) {
      said += bytes;
      difference[place] -= bytes;
    }
    for (const auto& [place, bytes] : difference) wrong += std::abs(bytes);
    CHECK(said == doctest::Approx(truth));
    CHECK(wrong / 2 <= measured.matrix.bytes.split + 1);
  }
}

TEST_CASE("what is lost on the way is the difference of both ends' agents, within its interval") {
  std::size_t held = 0;
  std::size_t runs = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SimulationPlan plan;
    plan.instrumented = 1;
    plan.loss = 0.1;
    const Measured measured(seed, plan);
    REQUIRE(measured.differences() == "");
    double low = 0;
    double high = 0;
    for (const PathLoss& loss : measured.matrix.losses) {
      CHECK(loss.low_bytes <= loss.lost_bytes());
      CHECK(loss.lost_bytes() <= loss.high_bytes);
      low += loss.low_bytes;
      high += loss.high_bytes;
    }
    ++runs;
    if (low <= measured.sim.lost && measured.sim.lost <= high) ++held;
  }
  CHECK(held * 100 >= runs * 95);
}

}  // namespace
}  // namespace anemone
