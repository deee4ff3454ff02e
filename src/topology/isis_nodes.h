// IsisNodes are the nodes of IS-IS as their LSPs describe them: all LSPs of a node read together, level 1
// nodes put into areas. What from_isis makes a topology of.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isis/lsp.h"
#include "isis/pdu.h"
#include "lsdb/lsdb.h"
#include "topology/topology.h"

namespace anemone {

// A router or a pseudonode, as one level knows it.
struct IsisNode {
  bool level1 = false;
  isis::NodeKey key;
  isis::Lsp head;  // of its first LSP, whose flags hold for all
  isis::LspContents says;
  std::uint32_t area = 0;  // AreaId::value: 0 for level 2
  NodeId node;             // given by from_isis
};

class IsisNodes {
 public:
  explicit IsisNodes(const Lsdb& lsdb);

  // Level 2 first, then by key.
  std::span<IsisNode> all() { return nodes_; }
  std::span<const IsisNode> all() const { return nodes_; }

  static constexpr std::uint32_t kNone = 0xffff'ffff;
  // Its place in all(); kNone when there is none.
  std::uint32_t find(bool level1, isis::NodeKey key) const;

 private:
  void collect(const Lsdb& lsdb);
  void put_routers_into_areas();
  void put_networks_into_areas();

  std::vector<IsisNode> nodes_;
};

// The links that `node` says it has in a topology; narrow ones only to neighbours that no wide one leads to.
// Pseudonodes know no topologies: theirs are links of all.
std::vector<const isis::Neighbor*> usable_neighbors(const IsisNode& node, std::uint16_t topology);

// Likewise of the prefixes.
std::vector<const isis::Reach*> usable_prefixes(const IsisNode& node, std::uint16_t topology);

}  // namespace anemone
