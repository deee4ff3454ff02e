#include "server/uncertain_load.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "load/link_load.h"
#include "matrix/simulated_traffic.test.h"
#include "topology/text_file.h"

namespace anemone {
namespace {

std::shared_ptr<const Topology> network(const char* text) {
  auto file = parse_network_text(text);
  REQUIRE(file);
  return std::make_shared<const Topology>(std::move(file->parts));
}

// One bin of traffic under topologies that follow each other, and its loads by the links' names.
struct Measured {
  std::vector<Epoch> epochs;
  std::vector<Attachments> attachments;
  MeasuredMatrix matrix;
  std::map<std::string, double> bytes;

  Measured(std::vector<Epoch> under, const std::vector<FlowRecord>& records, const Observers& observers,
           TimeSpan bin, const std::vector<HostGateway>& gateways = {}, const MatrixKnowledge& known = {})
      : epochs(std::move(under)) {
    std::vector<BinPart> parts;
    attachments.reserve(epochs.size());
    for (const Epoch& epoch : epochs) {
      attachments.emplace_back(*epoch.topology, gateways);
      parts.push_back({epoch.from, &attachments.back()});
    }
    matrix = build_matrix(records, parts, observers, bin, known);
    for (std::size_t i = 0; i < epochs.size(); ++i) add_bytes(i, matrix.parts[i].matrix, bin, bytes);
  }
  void add_bytes(std::size_t part, const TrafficMatrix& demands, TimeSpan bin,
                 std::map<std::string, double>& sum) const {
    const Topology& topology = *epochs[part].topology;
    const LinkLoad load = link_load(topology, demands);
    for (LinkId link : indices<LinkId>(topology.link_count()))
      sum[link_name(topology, link)] += load.links[link].bps * seconds(bin.to - bin.from) / 8;
  }
};

TEST_CASE("only what a change moves is uncertain, and at most all that may have been on the other side") {
  constexpr Time kStart = time_from_micros(1'000'000'000);
  //   a --- b --- c     and a --- c, which takes over when a --- b becomes dear
  constexpr const char* kNetwork = R"(
    link a b cost 1
    link b c cost 1
    link a c cost 5
    prefix 10.1.0.0/24 at a
    prefix 10.2.0.0/24 at b
    prefix 10.3.0.0/24 at c
  )";
  constexpr const char* kLater = R"(
    link a b cost 9
    link b c cost 1
    link a c cost 5
    prefix 10.1.0.0/24 at a
    prefix 10.2.0.0/24 at b
    prefix 10.3.0.0/24 at c
  )";
  const auto record = [&](const char* from, const char* to, std::uint64_t bytes, Duration begin,
                          Duration end) {
    FlowRecord made;
    made.start = kStart + begin;
    made.end = kStart + end;
    made.key.src = *parse_address(from);
    made.key.dst = *parse_address(to);
    made.key.direction = Direction::kOut;
    made.observer = ObserverId{made.key.src == *parse_address("10.1.0.1") ? 0U : 1U};
    made.bytes = bytes;
    made.packets = 10;
    return made;
  };
  const std::vector<FlowRecord> records = {
      record("10.1.0.1", "10.3.0.1", 1000, 0s, 10s),  // 400 by b, then 600 direct
      record("10.1.0.1", "10.3.0.2", 600, 0s, 3s),    // all before
      record("10.2.0.1", "10.3.0.1", 4000, 0s, 10s),  // its way stays
  };
  const std::vector<Observer> observers = {{ObserverId{0}, {*parse_address("10.1.0.1")}},
                                           {ObserverId{1}, {*parse_address("10.2.0.1")}}};
  const Measured measured({{kStart, network(kNetwork)}, {kStart + 4s, network(kLater)}}, records,
                          Observers(observers), {kStart, kStart + 10s});
  const auto uncertain = uncertain_loads(measured.epochs, measured.matrix);
  const auto of = [&](const std::string& begin) {
    for (const auto& [name, load] : uncertain)
      if (name.starts_with(begin)) return load;
    return UncertainLoad{};
  };
  const auto bytes = [&](const std::string& begin) { return measured.bytes.lower_bound(begin)->second; };
  CHECK(bytes("a>b") == doctest::Approx(1000));
  CHECK(of("a>b").down == doctest::Approx(400));
  CHECK(of("a>b").up == doctest::Approx(600));
  CHECK(of("a>b").share(1000) == doctest::Approx(0.4));  // 0 to 600 of 1,600 more; 400 of 1,000 less
  CHECK(bytes("a>c") == doctest::Approx(600));
  CHECK(of("a>c").share(600) == doctest::Approx(1));
  CHECK(bytes("b>c") == doctest::Approx(5000));
  CHECK(of("b>c").share(5000) == doctest::Approx(600.0 / 5600));
  CHECK(uncertain.size() == 3);
}

TEST_CASE("in random networks the true load of every link is within its uncertainty") {
  double uncertain_bytes = 0;
  double all = 0;
  double wrong = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    SimulationPlan plan;
    plan.instrumented = 0.3 + 0.7 * random.unit();
    plan.exporting = random.below(2) == 0 ? 0 : random.unit();
    plan.change = true;
    const SimulatedTraffic sim(seed, plan);
    std::vector<Epoch> epochs;
    for (std::size_t i = 0; i < sim.networks.size(); ++i) {
      epochs.push_back({sim.begins[i], std::make_shared<const Topology>(sim.networks[i]->topology)});
    }
    MatrixKnowledge known;
    known.nats = &sim.names.nats;
    known.cost_left = [&](std::size_t part, NodeId from, PrefixId to) {
      return sim.networks[part]->left(from, to);
    };
    const Measured measured(epochs, sim.records, Observers(sim.observers), SimulatedTraffic::kBin,
                            sim.gateways, known);
    std::map<std::string, double> truth;
    for (std::size_t i = 0; i < epochs.size(); ++i) {
      TrafficMatrix matrix;
      for (const auto& [place, bytes] : sim.bytes) {
        if (place.part != i || place.fate != Fate::kPlaced) continue;
        matrix.demands.push_back({place.ingress, {NodeId{}, place.to}, {bytes * 8 / 20, 0}});
      }
      measured.add_bytes(i, matrix, SimulatedTraffic::kBin, truth);
    }
    const auto uncertain = uncertain_loads(measured.epochs, measured.matrix);
    for (const auto& [name, load] : measured.bytes) {
      const std::string& link = name;
      CAPTURE(link);
      const auto found = uncertain.find(link);
      const double share = found == uncertain.end() ? 0 : found->second.share(load);
      const double is = truth[link];
      CHECK(std::abs(is - load) <= share * std::max(is, load) + 1);
      uncertain_bytes += share * load;
      all += load;
      wrong += std::abs(is - load);
    }
  }
  CHECK(wrong > 0);
  CHECK(uncertain_bytes < all / 2);  // it says something
}

}  // namespace
}  // namespace anemone
