// measure_estimate [--only=PREFIX] NAME TOPOLOGY MATRIX...: how wrong the estimates of src/estimate are when parts of known
// traffic matrices are hidden, as JSON lines, one a scenario. Routes are by hop count, equal ones shared.
// Matrices stand in the order of time. The truth makes the counters, and judges; no estimator is told it.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random.h"
#include "estimate/estimate.h"
#include "estimate/tomogravity.h"
#include "load/link_load.h"
#include "matrix/read_matrix_file.h"
#include "topology/read_topology_file.h"

namespace anemone {
namespace {

using Dense = std::vector<double>;  // by source node, then by destination node

struct DataSet {
  Topology topology;
  std::size_t nodes = 0;
  std::vector<Dense> truth;              // by bin
  std::vector<PerLink<Traffic>> loads;   // by bin
  std::vector<std::size_t> by_size;      // nodes, the largest first, over the first tenth of the bins
};

TrafficMatrix matrix_of(const DataSet& data, const Dense& dense) {
  TrafficMatrix matrix;
  for (std::size_t to = 0; to < data.nodes; ++to) {
    for (std::size_t from = 0; from < data.nodes; ++from) {
      const double bps = dense[from * data.nodes + to];
      if (bps > 0) matrix.demands.push_back({NodeId{from}, {NodeId{to}, PrefixId{}}, {bps, 0}});
    }
  }
  return matrix;
}

Result<DataSet> read(const std::string& topology, std::span<char*> matrices) {
  auto read = read_topology_file(topology);
  if (!read) return read.error();
  TopologyParts parts = read->parts();
  for (Link& link : parts.links) link.cost = 1;
  DataSet data;
  data.topology = Topology(std::move(parts));
  data.nodes = data.topology.node_count();
  for (const char* path : matrices) {
    auto matrix = read_matrix_file(path, data.topology);
    if (!matrix) return matrix.error();
    Dense dense(data.nodes * data.nodes, 0);
    for (const Demand& demand : matrix->demands) {
      if (demand.ingress == demand.to.node) continue;
      dense[demand.ingress.value() * data.nodes + demand.to.node.value()] += demand.traffic.bps;
    }
    data.loads.push_back(link_load(data.topology, matrix_of(data, dense)).links);
    data.truth.push_back(std::move(dense));
  }
  Dense size(data.nodes, 0);
  for (std::size_t bin = 0; bin < std::max<std::size_t>(1, data.truth.size() / 10); ++bin) {
    for (std::size_t i = 0; i < data.nodes * data.nodes; ++i) {
      size[i / data.nodes] += data.truth[bin][i];
      size[i % data.nodes] += data.truth[bin][i];
    }
  }
  data.by_size.resize(data.nodes);
  std::iota(data.by_size.begin(), data.by_size.end(), 0);
  std::stable_sort(data.by_size.begin(), data.by_size.end(),
                   [&](std::size_t a, std::size_t b) { return size[a] > size[b]; });
  return data;
}

enum class Counters { kNone, kLinks, kLinksAndEdges };

struct Scenario {
  std::string name;
  std::vector<std::size_t> known;  // nodes all of whose traffic is seen
  Counters counters = Counters::kNone;
};

// Sums over bins of everything that the measures need.
struct Judge {
  double wrong = 0, wrong_if_zero = 0, wrong_if_told = 0, all = 0, squares = 0, square_errors = 0;
  double temporal = 0, relative = 0;
  std::size_t bins = 0, large = 0;
  Dense demand_errors, demand_squares;
  std::size_t demands = 0, demands_held = 0, links = 0, links_held = 0, totals_held = 0;
  double widths = 0, unseen = 0;

  void judge_demands(const DataSet& data, const Dense& truth, const Estimate& estimate,
                     const std::vector<std::uint8_t>& known) {
    Dense guess(truth.size(), 0), low(truth.size(), 0), high(truth.size(), 0);
    for (const EstimatedDemand& demand : estimate.demands) {
      const std::size_t at = demand.ingress.value() * data.nodes + demand.to.node.value();
      guess[at] = demand.seen_bps + demand.unseen.bps;
      low[at] = demand.seen_bps + demand.unseen.low_bps;
      high[at] = demand.seen_bps + demand.unseen.high_bps;
    }
    demand_errors.resize(truth.size());
    demand_squares.resize(truth.size());
    double errors = 0, sum = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const double off = guess[i] - truth[i];
      wrong += std::abs(off);
      all += truth[i];
      errors += off * off;
      sum += truth[i] * truth[i];
      demand_errors[i] += off * off;
      demand_squares[i] += truth[i] * truth[i];
      if (i / data.nodes == i % data.nodes || known[i / data.nodes] || known[i % data.nodes]) continue;
      wrong_if_zero += truth[i];
      unseen += truth[i];
      widths += high[i] - low[i];
      ++demands;
      if (truth[i] >= low[i] * (1 - 1e-9) && truth[i] <= high[i] * (1 + 1e-9)) ++demands_held;
    }
    square_errors += errors;
    squares += sum;
    if (sum > 0) temporal += std::sqrt(errors / sum);
    ++bins;
    judge_large(truth, guess);
  }

  void judge_large(const Dense& truth, const Dense& guess) {
    std::vector<std::size_t> order(truth.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return truth[a] > truth[b]; });
    const double total = std::accumulate(truth.begin(), truth.end(), 0.0);
    double sum = 0;
    for (std::size_t i : order) {
      if (sum >= 0.9 * total) break;
      sum += truth[i];
      relative += std::abs(guess[i] - truth[i]) / truth[i];
      ++large;
    }
  }

  void judge_links(const PerLink<Traffic>& carried, const Estimate& estimate) {
    for (LinkId link : carried.ids()) {
      const Interval& load = estimate.links[link].load;
      if (carried[link].bps <= estimate.links[link].seen_bps * (1 + 1e-9)) continue;  // nothing unseen
      ++links;
      if (carried[link].bps >= load.low_bps * (1 - 1e-9) && carried[link].bps <= load.high_bps * (1 + 1e-9)) {
        ++links_held;
      }
    }
  }

  void judge_told(const DataSet& data, const Dense& truth, const Dense& told,
                  const std::vector<std::uint8_t>& known) {
    for (std::size_t i = 0; i < truth.size(); ++i) {
      if (i / data.nodes == i % data.nodes || known[i / data.nodes] || known[i % data.nodes]) continue;
      wrong_if_told += std::abs(told[i] - truth[i]);
    }
  }

  double spatial() const {
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < demand_squares.size(); ++i) {
      if (demand_squares[i] <= 0) continue;
      sum += std::sqrt(demand_errors[i] / demand_squares[i]);
      ++count;
    }
    return count > 0 ? sum / static_cast<double>(count) : 0;
  }
};

double share(std::size_t part, std::size_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 1;
}

void print(const char* set, const Scenario& scenario, const Judge& judge, double seconds) {
  std::printf("{\"set\":\"%s\",\"scenario\":\"%s\",\"known\":%zu,\"bins\":%zu,\"unseen_share\":%.4f,\"nmae\":%.4f,"
              "\"nmae_if_zero\":%.4f,\"nmae_if_told\":%.4f,\"relative_l2\":%.4f,\"temporal\":%.4f,\"spatial\":%.4f,\"mre_90\":%.4f,"
              "\"demands_held\":%.4f,\"links_held\":%.4f,\"totals_held\":%.4f,\"width\":%.3f,\"seconds\":%.2f}\n",
              set, scenario.name.c_str(), scenario.known.size(), judge.bins, judge.unseen / judge.all,
              judge.wrong / judge.all, judge.wrong_if_zero / judge.all, judge.wrong_if_told / judge.all,
              std::sqrt(judge.square_errors / judge.squares), judge.temporal / static_cast<double>(judge.bins),
              judge.spatial(), judge.large > 0 ? judge.relative / static_cast<double>(judge.large) : 0,
              share(judge.demands_held, judge.demands), share(judge.links_held, judge.links),
              share(judge.totals_held, judge.bins), judge.unseen > 0 ? judge.widths / judge.unseen : 0, seconds);
  std::fflush(stdout);
}

std::vector<EdgeCounter> edges_of(const DataSet& data, const Dense& truth) {
  std::vector<EdgeCounter> edges;
  for (std::size_t node = 0; node < data.nodes; ++node) {
    EdgeCounter edge{NodeId{node}, 0, 0, 0.001};
    for (std::size_t other = 0; other < data.nodes; ++other) {
      edge.entering_bps += truth[node * data.nodes + other];
      edge.leaving_bps += truth[other * data.nodes + node];
    }
    edges.push_back(edge);
  }
  return edges;
}

// Gravity that is told what each node sends to and receives from the hidden ones: as near as any product of
// sizes comes, however sizes are found.
Dense gravity_told(const DataSet& data, const Dense& truth, const std::vector<std::uint8_t>& known) {
  std::vector<double> prior;
  std::vector<std::size_t> places;
  std::vector<CounterRow> rows(2 * data.nodes);
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const std::size_t from = i / data.nodes, to = i % data.nodes;
    if (from == to || known[from] || known[to]) continue;
    const auto demand = static_cast<std::uint32_t>(places.size());
    for (std::size_t row : {from, data.nodes + to}) {
      rows[row].bps += truth[i];
      rows[row].shares.push_back({demand, 1});
    }
    places.push_back(i);
  }
  prior.reserve(places.size());
  for (std::size_t i : places) prior.push_back(rows[i / data.nodes].bps * rows[data.nodes + i % data.nodes].bps);
  const double sum = std::accumulate(prior.begin(), prior.end(), 0.0);
  double hidden = 0;
  for (std::size_t i : places) hidden += truth[i];
  for (double& value : prior) value *= sum > 0 ? hidden / sum : 0;
  const Tomogravity met = tomogravity(prior, rows);
  Dense told(truth.size(), 0);
  for (std::size_t i = 0; i < places.size(); ++i) told[places[i]] = met.bps[i];
  return told;
}

void run(const char* set, const DataSet& data, const Scenario& scenario) {
  std::vector<std::uint8_t> known(data.nodes, 0);
  for (std::size_t node : scenario.known) known[node] = 1;
  std::vector<Endpoint> endpoints;
  for (std::size_t node = 0; node < data.nodes; ++node) {
    Endpoint endpoint;
    endpoint.ingress = NodeId{node};
    endpoint.to = {NodeId{node}, PrefixId{}};
    endpoint.place = static_cast<std::uint32_t>(node);
    endpoint.instrumented = known[node] != 0;
    endpoints.push_back(endpoint);
  }
  Estimator estimator;
  Judge judge;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t bin = 0; bin < data.truth.size(); ++bin) {
    const Dense& truth = data.truth[bin];
    std::vector<SeenTraffic> seen;
    for (std::uint32_t i = 0; i < truth.size(); ++i) {
      const auto from = static_cast<std::uint32_t>(i / data.nodes);
      const auto to = static_cast<std::uint32_t>(i % data.nodes);
      if (truth[i] > 0 && (known[from] != 0 || known[to] != 0)) seen.push_back({from, to, truth[i]});
    }
    std::vector<LinkCounter> links;
    if (scenario.counters != Counters::kNone) {
      for (LinkId link : data.loads[bin].ids()) links.push_back({link, data.loads[bin][link].bps, 0.001});
    }
    std::vector<EdgeCounter> edges;
    if (scenario.counters == Counters::kLinksAndEdges) edges = edges_of(data, truth);
    const Estimate estimate = estimator.estimate(data.topology, {endpoints, seen, links, edges});
    judge.judge_demands(data, truth, estimate, known);
    if (scenario.counters == Counters::kNone) {
      judge.judge_links(data.loads[bin], estimate);
      judge.judge_told(data, truth, gravity_told(data, truth, known), known);
    }
    const double unseen = std::accumulate(truth.begin(), truth.end(), 0.0) - estimate.seen_bps;
    if (unseen >= estimate.unseen.low_bps && unseen <= estimate.unseen.high_bps) ++judge.totals_held;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  print(set, scenario, judge, took.count());
}

std::vector<Scenario> scenarios_of(const DataSet& data) {
  auto largest = [&](std::size_t count) {
    return std::vector<std::size_t>(data.by_size.begin(), data.by_size.begin() + static_cast<long>(count));
  };
  std::vector<Scenario> all = {
      {"a: counters of links and edges", {}, Counters::kLinksAndEdges},
      {"a: counters of links", {}, Counters::kLinks},
      {"b: 3 largest, links and edges", largest(3), Counters::kLinksAndEdges},
      {"b: 3 largest, links", largest(3), Counters::kLinks},
      {"c: the largest", largest(1), Counters::kNone},
      {"c: 3 largest", largest(3), Counters::kNone},
      {"c: larger half", largest(data.nodes / 2), Counters::kNone},
  };
  Random random(2005);
  for (std::size_t count : {std::size_t{1}, std::size_t{3}, data.nodes / 2}) {
    for (int draw = 0; draw < 5; ++draw) {
      std::vector<std::size_t> nodes = data.by_size;
      for (std::size_t i = nodes.size(); i > 1; --i) {
        std::swap(nodes[i - 1], nodes[random.below(static_cast<std::uint32_t>(i))]);
      }
      nodes.resize(count);
      all.push_back({"c: " + std::to_string(count) + " at random", nodes, Counters::kNone});
    }
  }
  return all;
}

}  // namespace
}  // namespace anemone

int main(int argc, char** argv) {
  using namespace anemone;
  std::string only;  // the scenarios whose names begin with it
  if (argc > 1 && std::string_view(argv[1]).starts_with("--only=")) {
    only = std::string(argv[1]).substr(7);
    ++argv;
    --argc;
  }
  if (argc < 4) {
    std::fprintf(stderr, "usage: measure_estimate [--only=PREFIX] NAME TOPOLOGY MATRIX...\n");
    return 2;
  }
  const auto data = read(argv[2], std::span(argv + 3, static_cast<std::size_t>(argc - 3)));
  if (!data) {
    std::fprintf(stderr, "measure_estimate: %s\n", data.error().message.c_str());
    return 1;
  }
  for (const Scenario& scenario : scenarios_of(*data)) {
    if (scenario.name.starts_with(only)) run(argv[1], *data, scenario);
  }
  return 0;
}
