// CounterRows puts counters and demands into one system: which demand takes which counted link with which
// share of itself, and which enters or leaves where it is counted.
#pragma once

#include <span>
#include <vector>

#include "estimate/endpoints.h"
#include "estimate/estimate.h"
#include "estimate/gravity.h"
#include "estimate/tomogravity.h"

namespace anemone {

class CounterRows {
 public:
  // All must outlive it.
  CounterRows(const Topology& topology, const EndpointGrid& grid, const EstimateInput& input);

  // What counters say of the demands of the grid (by source, then by sink) once `known` is taken off: the
  // links' rows in the order of the input, then two rows for each edge counter, entering and leaving.
  std::vector<CounterRow> without(const DemandGrid& known) const;

  // Sizes of endpoints from counters alone, where no endpoint is watched: what enters and leaves at the
  // node; where only links are counted, what its links carry away and bring.
  Gravity gravity() const;

 private:
  void find_routes();
  void add_edges();
  void spread(const PerNode<double>& by_node, const std::vector<NodeId>& node_of,
              std::vector<double>& by_endpoint) const;
  NodeId node_of(const Destination& sink) const;

  const Topology& topology_;
  const EndpointGrid& grid_;
  const EstimateInput& input_;
  std::vector<CounterRow> rows_;
};

}  // namespace anemone
