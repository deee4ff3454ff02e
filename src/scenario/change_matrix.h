// The traffic matrix that a scenario makes of one that a file gives: rates between routers and prefixes, of
// which nobody knows hosts or processes.
//
// scale and move take routers, networks and sites there; what needs flow records is refused. Names are looked
// up once, for as many matrices (bins) of one network as wanted.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "matrix/traffic_matrix.h"
#include "scenario/places.h"
#include "scenario/scenario.h"

namespace anemone {

struct ChangedMatrix {
  TrafficMatrix matrix;            // of the changed topology
  std::vector<std::uint32_t> was;  // of each of its demands, the one before
  Traffic homeless;                // for prefixes that the changed topology no longer has
};

class MatrixChange {
 public:
  // `after` is what the scenario makes of `before`; both are needed by make() only.
  static Result<MatrixChange> make(const Scenario& scenario, const Places& places, const Topology& before,
                                   const Topology& after);

  // REQUIRES: `matrix` is of `before`.
  ChangedMatrix changed(const TrafficMatrix& matrix) const;

 private:
  friend class MatrixChangeMaker;

  // Ends of demands: everything where nothing was named.
  struct Ends {
    bool all = true;
    std::vector<std::uint8_t> nodes;
    std::vector<std::uint8_t> prefixes;  // attached at one of the nodes

    bool has(NodeId node) const { return all || nodes[node.value()] != 0; }
    bool has(const Destination& to) const {
      return all || (to.node.valid() ? nodes[to.node.value()] : prefixes[to.prefix.value()]) != 0;
    }
  };
  struct Step {
    bool moves = false;
    double factor = 1;
    Ends from;  // of a move: both ends
    Ends to;
    NodeId node;  // of a move
    Destination destination;
  };

  std::vector<PrefixId> prefix_after_;  // by the prefix before; not valid where nothing holds it any more
  std::vector<Step> steps_;
};

}  // namespace anemone
