// InsideRoutes finds everybody's ways within the routing domain, backward from the destination: to a
// prefix by intra- and inter-area routes (RFC 2328 sections 16.1 and 16.2), to an AS boundary router by
// router- and type 4 LSAs (16.4 step 3).
//
// Area by area: shortest paths towards whoever advertises the destination there; a node with several
// areas then chooses among them as its own routing table would. A border router at a virtual link finds by
// the summaries of the link's transit area how its packets go on, or a shorter way (16.3).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "route/area_paths.h"
#include "route/field.h"
#include "topology/topology.h"

namespace anemone {

class InsideRoutes {
 public:
  // `topology` must outlive it.
  explicit InsideRoutes(const Topology& topology);

  // Writes the choices of all nodes, by what one domain has; those without a way stay unknown.
  // REQUIRES: `field` is clear.
  void to_prefix(PrefixId prefix, std::uint16_t domain, Field& field);
  // The way to the router that advertises `external`.
  void to_boundary_router(const Attachment& external, Field& field);

  const std::vector<AreaId>& areas_of(NodeId node) const { return areas_[node]; }
  bool is_in(NodeId node, AreaId area) const;
  // Per node, whether it hears AS-external-LSAs of the domain.
  const PerNode<char>& hears_externals(std::uint16_t domain);

 private:
  bool examines(NodeId node, AreaId area) const;
  void add_intra(AreaId area, Field& field);
  // What a border router is that advertises the destination and has no other way to it.
  enum class Advertiser { kExit, kNoWay };
  void add_inter(AreaId area, bool is_default, Advertiser advertiser, Field& field);
  // A transit area, and the border routers that look at its summaries although they have the backbone's.
  struct Transit {
    AreaId area;
    std::vector<NodeId> routers;
  };
  void find_transits();
  void seed_border_routers(AreaId area, RouterId asbr);
  void shorten(const Transit& transit, Field& field);
  void offer_over_transit(NodeId router, Field& field) const;
  void drop_unresolved(Field& field) const;
  void append_hops(NodeId node, std::vector<LinkId>& hops) const;

  const Topology& topology_;
  AreaPaths paths_;
  PerNode<std::vector<AreaId>> areas_;
  PerNode<std::vector<AreaId>> examined_;
  std::map<std::uint16_t, PerNode<char>> hears_externals_;
  std::vector<Transit> transits_;
  std::vector<AreaId> all_areas_;
  std::vector<Seed> seeds_;
  std::vector<Seed> other_seeds_;
  Field in_area_;  // to_boundary_router: one area's choices, before nodes choose among areas
};

}  // namespace anemone
