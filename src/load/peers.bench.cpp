// The jobs of routed_loads.bench.cpp as Boost.Graph and igraph can do them: they find distances, the pouring
// of traffic along equal-cost next hops is added here, as plain as they would have it. Neither keeps anything
// through a change, so a changed network is computed from nothing; what an operator of theirs could still do,
// computing only the destinations that a failure concerns, is measured too. scripts/bench-routing runs all.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/property_map/property_map.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

#if __has_include(<igraph/igraph.h>)
#include <igraph/igraph.h>
#endif

#include "load/failure_sweep.h"
#include "load/generated_network.test.h"
#include "load/routed_loads.h"

namespace anemone {
namespace {

constexpr std::uint32_t kFarAway = 0x3fff'ffff;

// A network as peers like it: flat arrays by node number, and the links turned round, since distances to a
// destination are those from it against the links.
struct PlainNetwork {
  explicit PlainNetwork(const Topology& net) : nodes(net.node_count()), first(1, 0) {
    for (NodeId node : net.nodes()) {
      for (LinkId id : net.links_from(node)) {
        to.push_back(net.link(id).to.value());
        cost.push_back(net.link(id).cost);
        reversed.emplace_back(net.link(id).to.value(), node.value());
      }
      first.push_back(static_cast<std::uint32_t>(to.size()));
    }
  }
  std::size_t nodes;
  std::vector<std::uint32_t> first, to;
  std::vector<Cost> cost;  // a link that is down costs kFarAway
  std::vector<std::pair<std::uint32_t, std::uint32_t>> reversed;
};

// What flows to a destination, by node where it enters.
std::vector<std::vector<double>> plain_matrix(const TrafficMatrix& matrix, std::size_t nodes) {
  std::vector<std::vector<double>> plain(nodes, std::vector<double>(nodes));
  for (const Demand& demand : matrix.demands) {
    plain[demand.to.node.value()][demand.ingress.value()] += demand.traffic.bps;
  }
  return plain;
}

// Pours traffic along equal-cost next hops; `order` has the nearest node first.
template <class Distance>
void pour(const PlainNetwork& net, const std::vector<std::uint32_t>& order, const Distance& distance,
          std::vector<double>& standing, std::vector<double>& loads) {
  for (auto at = order.rbegin(); at != order.rend(); ++at) {
    const std::uint32_t node = *at;
    const auto is_hop = [&](std::uint32_t link) {
      return distance(net.to[link]) + net.cost[link] == distance(node);
    };
    int hops = 0;
    for (std::uint32_t link = net.first[node]; link < net.first[node + 1]; ++link)
      hops += is_hop(link) ? 1 : 0;
    if (hops == 0 || standing[node] == 0) continue;
    const double each = standing[node] / hops;
    for (std::uint32_t link = net.first[node]; link < net.first[node + 1]; ++link) {
      if (!is_hop(link)) continue;
      loads[link] += each;
      standing[net.to[link]] += each;
    }
  }
}

using BoostGraph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property,
                                                      boost::property<boost::edge_weight_t, Cost>>;

// Notes the order in which nodes are reached for good: no sorting needed.
class NoteOrder : public boost::dijkstra_visitor<> {
 public:
  explicit NoteOrder(std::vector<std::uint32_t>& order) : order_(&order) {}
  template <class Vertex, class Graph>
  void examine_vertex(Vertex vertex, const Graph&) {
    order_->push_back(static_cast<std::uint32_t>(vertex));
  }

 private:
  std::vector<std::uint32_t>* order_;
};

class BoostLoads {
 public:
  BoostLoads(const PlainNetwork& net, const std::vector<std::vector<double>>& matrix)
      : net_(net),
        matrix_(matrix),
        graph_(boost::edges_are_unsorted_multi_pass, net.reversed.begin(), net.reversed.end(),
               net.cost.begin(), net.nodes),
        distance_(net.nodes),
        loads_(net.to.size()) {}

  const std::vector<double>& all() {
    std::fill(loads_.begin(), loads_.end(), 0);
    for (std::uint32_t to = 0; to < net_.nodes; ++to) add(to);
    return loads_;
  }
  void add(std::uint32_t to) {
    find(to);
    standing_ = matrix_[to];
    pour(
        net_, order_, [&](std::uint32_t node) { return distance_[node]; }, standing_, loads_);
  }
  void find(std::uint32_t to) {
    order_.clear();
    const auto index = boost::get(boost::vertex_index, graph_);
    boost::dijkstra_shortest_paths(
        graph_, to,
        boost::distance_map(boost::make_iterator_property_map(distance_.begin(), index))
            .distance_inf(kFarAway)
            .weight_map(boost::get(boost::edge_weight, graph_))
            .visitor(NoteOrder(order_)));
  }
  const std::vector<std::uint32_t>& order() const { return order_; }
  const std::vector<Cost>& distance() const { return distance_; }

 private:
  const PlainNetwork& net_;
  const std::vector<std::vector<double>>& matrix_;
  BoostGraph graph_;
  std::vector<Cost> distance_;
  std::vector<std::uint32_t> order_;
  std::vector<double> standing_;
  std::vector<double> loads_;
};

#if __has_include(<igraph/igraph.h>)
class IgraphLoads {
 public:
  IgraphLoads(const PlainNetwork& net, const std::vector<std::vector<double>>& matrix)
      : net_(net), matrix_(matrix) {
    igraph_vector_int_t ends;
    igraph_vector_int_init(&ends, 0);
    igraph_vector_init(&costs_, 0);
    for (std::size_t link = 0; link < net.to.size(); ++link) {
      if (net.cost[link] >= kFarAway) continue;
      igraph_vector_int_push_back(&ends, net.reversed[link].second);
      igraph_vector_int_push_back(&ends, net.reversed[link].first);
      igraph_vector_push_back(&costs_, net.cost[link]);
    }
    igraph_create(&graph_, &ends, static_cast<igraph_integer_t>(net.nodes), IGRAPH_DIRECTED);
    igraph_vector_int_destroy(&ends);
    igraph_matrix_init(&distances_, 0, 0);
  }
  IgraphLoads(const IgraphLoads&) = delete;
  ~IgraphLoads() {
    igraph_matrix_destroy(&distances_);
    igraph_vector_destroy(&costs_);
    igraph_destroy(&graph_);
  }

  const std::vector<double>& all() {
    loads_.assign(net_.to.size(), 0);
    igraph_distances_dijkstra(&graph_, &distances_, igraph_vss_all(), igraph_vss_all(), &costs_, IGRAPH_OUT);
    std::vector<std::uint32_t> order(net_.nodes);
    std::vector<double> standing;
    for (std::uint32_t to = 0; to < net_.nodes; ++to) {
      const double* column = &MATRIX(distances_, 0, to);  // from everybody: columns stand together
      std::iota(order.begin(), order.end(), 0U);
      std::sort(order.begin(), order.end(), [&](auto a, auto b) { return column[a] < column[b]; });
      while (!order.empty() && std::isinf(column[order.back()])) order.pop_back();
      standing = matrix_[to];
      pour(
          net_, order, [&](std::uint32_t node) { return column[node]; }, standing, loads_);
      order.resize(net_.nodes);
    }
    return loads_;
  }

 private:
  const PlainNetwork& net_;
  const std::vector<std::vector<double>>& matrix_;
  igraph_t graph_{};
  igraph_vector_t costs_{};
  igraph_matrix_t distances_{};
  std::vector<double> loads_;
};

void bm_igraph_loads(benchmark::State& state) {
  const PlainNetwork net(kept_network(state.range(0)));
  const auto matrix = plain_matrix(kept_matrix(state.range(0)), net.nodes);
  for (auto _ : state) benchmark::DoNotOptimize(IgraphLoads(net, matrix).all().data());
}
BENCHMARK(bm_igraph_loads)->Arg(1000)->Arg(5000)->Unit(benchmark::kMillisecond)->Iterations(1);
#endif

void bm_boost_loads(benchmark::State& state) {
  const PlainNetwork net(kept_network(state.range(0)));
  const auto matrix = plain_matrix(kept_matrix(state.range(0)), net.nodes);
  for (auto _ : state) benchmark::DoNotOptimize(BoostLoads(net, matrix).all().data());
}

// Failures spread over the network, and the network in each.
class SomeFailures {
 public:
  SomeFailures(const Topology& net, std::size_t count)
      : failures_(link_failures(net)), step_(failures_.size() / count) {}
  PlainNetwork next(const PlainNetwork& whole) {
    PlainNetwork failed = whole;
    for (LinkId link : current().links) failed.cost[link.value()] = kFarAway;
    at_ += step_;
    return failed;
  }
  const Failure& current() const { return failures_[at_ % failures_.size()]; }

 private:
  std::vector<Failure> failures_;
  std::size_t step_;
  std::size_t at_ = 0;
};

// One failure each: everything anew.
void bm_boost_one_failure(benchmark::State& state) {
  const PlainNetwork net(kept_network(state.range(0)));
  const auto matrix = plain_matrix(kept_matrix(state.range(0)), net.nodes);
  SomeFailures failures(kept_network(state.range(0)), 16);
  for (auto _ : state) {
    const PlainNetwork failed = failures.next(net);
    benchmark::DoNotOptimize(BoostLoads(failed, matrix).all().data());
  }
}

// One failure each: only the destinations that go over the link, before and after, the rest known.
void bm_boost_one_failure_concerned(benchmark::State& state) {
  const PlainNetwork net(kept_network(state.range(0)));
  const auto matrix = plain_matrix(kept_matrix(state.range(0)), net.nodes);
  std::vector<std::vector<Cost>> known(net.nodes);  // distances by destination
  BoostLoads whole(net, matrix);
  for (std::uint32_t to = 0; to < net.nodes; ++to) {
    whole.find(to);
    known[to] = whole.distance();
  }
  SomeFailures failures(kept_network(state.range(0)), 16);
  for (auto _ : state) {
    const Failure failure = failures.current();
    const PlainNetwork failed = failures.next(net);
    BoostLoads less(failed, matrix);
    for (std::uint32_t to = 0; to < net.nodes; ++to) {
      const bool concerned = std::ranges::any_of(failure.links, [&](LinkId id) {
        const auto [end, begin] = net.reversed[id.value()];
        return known[to][end] + net.cost[id.value()] == known[to][begin];
      });
      if (!concerned) continue;
      whole.add(to);  // what it was, to be taken off
      less.add(to);
    }
  }
}

// Two weeks of five minutes: routes once, then each bin poured along them.
void bm_boost_bins(benchmark::State& state) {
  constexpr std::size_t kBins = 4032;
  const PlainNetwork net(kept_network(state.range(0)));
  const auto matrix = plain_matrix(kept_matrix(state.range(0)), net.nodes);
  std::vector<double> loads(net.to.size());
  std::vector<double> standing;
  for (auto _ : state) {
    BoostLoads routes(net, matrix);
    for (std::uint32_t to = 0; to < net.nodes; ++to) {
      routes.find(to);
      for (std::size_t bin = 0; bin < kBins; ++bin) {
        standing = matrix[to];
        pour(
            net, routes.order(), [&](std::uint32_t node) { return routes.distance()[node]; }, standing,
            loads);
      }
    }
    benchmark::DoNotOptimize(loads.data());
  }
}

constexpr auto kMs = benchmark::kMillisecond;
BENCHMARK(bm_boost_loads)->Arg(1000)->Arg(5000)->Unit(kMs)->Iterations(1);
BENCHMARK(bm_boost_one_failure)->Arg(1000)->Unit(kMs)->Iterations(8);
BENCHMARK(bm_boost_one_failure)->Arg(5000)->Unit(kMs)->Iterations(1);
BENCHMARK(bm_boost_one_failure_concerned)->Arg(1000)->Unit(kMs)->Iterations(16);
BENCHMARK(bm_boost_one_failure_concerned)->Arg(5000)->Unit(kMs)->Iterations(4);
BENCHMARK(bm_boost_bins)->Arg(100)->Unit(kMs)->Iterations(1);

bool equal_loads(std::span<const double> ours, const std::vector<double>& theirs, const char* who) {
  const double most = *std::ranges::max_element(ours);
  for (std::size_t link = 0; link < ours.size(); ++link) {
    if (std::abs(ours[link] - theirs[link]) <= 1e-9 * most) continue;
    std::fprintf(stderr, "load of link %zu: %.12g, by %s %.12g\n", link, ours[link], who, theirs[link]);
    return false;
  }
  std::fprintf(stderr, "all %zu loads equal those by %s\n", ours.size(), who);
  return true;
}

// For peers that are not C++ (tests/bench_networkx.py): links with what they carry, and demands.
void write_network(const char* file, const Topology& net, const TrafficMatrix& matrix,
                   std::span<const double> loads) {
  std::FILE* out = std::fopen(file, "w");
  if (out == nullptr) std::exit(1);
  for (LinkId id : indices<LinkId>(net.link_count())) {
    const Link& link = net.link(id);
    std::fprintf(out, "link %u %u %u %.17g\n", link.from.value(), link.to.value(), link.cost,
                 loads[id.value()]);
  }
  for (const Demand& demand : matrix.demands) {
    std::fprintf(out, "demand %u %u %.17g\n", demand.ingress.value(), demand.to.node.value(),
                 demand.traffic.bps);
  }
  std::fclose(out);
}

// Before anything is measured: our loads are the peers', whole and in some failures.
[[maybe_unused]] const bool same_loads = [] {
  const Topology& topology = kept_network(1000);
  const PlainNetwork net(topology);
  const auto matrix = plain_matrix(kept_matrix(1000), net.nodes);
  RoutedLoads loads(topology, kept_matrix(1000));
  bool good = equal_loads(loads.loads(), BoostLoads(net, matrix).all(), "Boost.Graph");
#if __has_include(<igraph/igraph.h>)
  good &= equal_loads(loads.loads(), IgraphLoads(net, matrix).all(), "igraph");
#endif
  SomeFailures failures(topology, 16);
  for (int i = 0; i < 3; ++i) {
    std::vector<CostChange> down;
    for (LinkId link : failures.current().links) down.push_back({link, RoutedLoads::kDown});
    const PlainNetwork failed = failures.next(net);
    loads.change(down);
    good &= equal_loads(loads.loads(), BoostLoads(failed, matrix).all(), "Boost.Graph after a failure");
    loads.undo();
  }
  if (!good) std::exit(1);
  if (const char* file = std::getenv("ANEMONE_WRITE_NETWORK")) {
    write_network(file, topology, kept_matrix(1000), loads.loads());
  }
  return good;
}();

}  // namespace
}  // namespace anemone
