// RouterNodes are the routers of a topology that is being made, found by their router ids.
//
// Several protocols, each in its own turn, say which routers there are; those with the same router id are
// one node. The ids stand in one sorted array: with ten thousand routers and ten links each, looking up
// neighbours is most of what making a topology costs.
#pragma once

#include <vector>

#include "topology/topology.h"

namespace anemone {

class RouterNodes {
 public:
  // Appends to `parts`, which must outlive it.
  explicit RouterNodes(TopologyParts& parts) : parts_(parts) {}

  // Makes a node, named by its id, of every id that has none yet: in ascending order. `ids` may be in any
  // order and repeat themselves.
  void add(std::vector<RouterId> ids);

  // Invalid when there is none.
  NodeId find(RouterId id) const;

 private:
  TopologyParts& parts_;
  std::vector<RouterId> ids_;  // ascending
  std::vector<NodeId> nodes_;  // theirs
};

}  // namespace anemone
