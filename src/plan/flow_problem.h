// A FlowProblem is a network and what is to be sent over it as flat arrays: what the bounds and the search
// for weights work on.
//
// Why not a Topology and a TrafficMatrix? Because both algorithms ask for little (ends, capacity, cost) very
// often, work on parts of a network (flow_blocks.h), and want every destination to be a node: a prefix that
// is attached in several places becomes a node of its own behind them. Nodes and arcs are plain numbers here;
// `link` leads back.
//
// Left out: links that carry nothing (virtual ones, costs of kUnreachable) and demands without any path,
// which are counted. Areas are not looked at: a bound stays a bound (routing can do no more than any path
// allows), and routes of a search are checked by load/link_load.h in the end.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "matrix/traffic_matrix.h"
#include "topology/topology.h"

namespace anemone {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

struct FlowArc {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  double capacity = kUnlimited;  // bits per second; kUnlimited where it is not known
  Cost cost = 1;
  double latency_us = 0;  // by the link's metric for traffic engineering; 0 where it is not known
  bool fixed = false;     // its cost is not ours to choose: out of a broadcast network, or to a prefix
  LinkId link;            // invalid: an arc from a router to a prefix of its own
};

// A destination, and what every node sends there.
struct FlowTarget {
  std::uint32_t node = 0;
  std::vector<double> supply;  // bits per second, [matrix * nodes + node]
};

struct FlowProblem {
  std::uint32_t nodes = 0;
  std::uint32_t matrices = 1;
  std::vector<FlowArc> arcs;             // in the order of `from`
  std::vector<std::uint32_t> first_out;  // per node, and one past the end: into arcs
  std::vector<std::uint32_t> first_in;   // into in_arcs
  std::vector<std::uint32_t> in_arcs;
  std::vector<FlowTarget> targets;     // in the order of their nodes; each is sent something
  std::vector<double> unrouted;        // per matrix, bits per second
  double latency_max_us = kUnlimited;  // what a demand's slowest path may take, if there is such a target

  std::span<const std::uint32_t> arcs_to(std::uint32_t node) const {
    return std::span(in_arcs).subspan(first_in[node], first_in[node + 1] - first_in[node]);
  }
  std::span<const double> supply(const FlowTarget& target, std::uint32_t matrix) const {
    return std::span(target.supply).subspan(std::size_t{matrix} * nodes, nodes);
  }
};

// Of several matrices, which all are for `topology`. REQUIRES: at least one.
FlowProblem flow_problem(const Topology& topology, std::span<const TrafficMatrix> matrices);

// Sorts the arcs and fills first_out, first_in and in_arcs.
void index_arcs(FlowProblem& problem);

}  // namespace anemone
