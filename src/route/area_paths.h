// AreaPaths: shortest paths of everybody in one area towards whichever of several seeds is nearest.
//
// Areas are routed one at a time (RFC 2328 section 16.1); a node at a border has a cost in each of its
// areas. The arrays are laid out once per topology, area by area, and used again for every destination.
// Virtual links count as links here, which no packet can take (route/inside_routes.h). A router that
// does not forward for others (an OSPFv3 host, an overloaded IS-IS router) ends paths and begins them only.
#pragma once

#include <span>
#include <vector>

#include "route/spf.h"
#include "topology/topology.h"

namespace anemone {

class AreaPaths {
 public:
  // `topology` must outlive it.
  explicit AreaPaths(const Topology& topology);

  // Computes costs in `area`. Seeds that cannot be reached from elsewhere are reached by themselves.
  void to(AreaId area, std::span<const Seed> seeds);

  AreaId area() const { return area_; }
  // kUnreachable where there is no way.
  Cost cost(NodeId node) const { return cost_[node]; }
  // Nodes that have a cost, in no useful order.
  std::span<const NodeId> reached() const { return reached_; }
  bool is_seed(NodeId node) const { return seed_cost_[node] != kUnreachable; }
  Cost seed_cost(NodeId node) const { return seed_cost_[node]; }  // kUnreachable where it is no seed
  // Whether the node is at its nearest seed already.
  bool at_seed(NodeId node) const { return is_seed(node) && seed_cost_[node] == cost_[node]; }

  // Appends the links by which `node` begins its shortest paths; none where it is at its seed.
  void append_hops(NodeId node, std::vector<LinkId>& hops) const;

 private:
  struct Arc {
    NodeId from;
    Cost cost;
  };
  struct Area {
    AreaId id;
    std::vector<NodeId> hosts;            // that do not forward for others; ascending
    std::vector<std::uint32_t> first_in;  // per node, and one past the end
    std::vector<Arc> in;
  };
  struct Waiting {
    Cost cost;
    NodeId node;
    bool operator<(const Waiting& other) const { return cost > other.cost; }  // the nearest on top
  };

  const Area* find(AreaId area) const;
  Cost through(NodeId node) const;
  void reach(NodeId node, Cost cost);

  const Topology& topology_;
  std::vector<Area> areas_;
  AreaId area_;
  const Area* current_ = nullptr;  // null when no link is in area_
  PerNode<Cost> cost_;
  PerNode<Cost> seed_cost_;
  std::vector<NodeId> reached_;
  std::vector<NodeId> seeded_;
  std::vector<Waiting> heap_;
};

}  // namespace anemone
