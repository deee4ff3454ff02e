// What RFC 2328 section 16 asks about a router's place among the areas: which it is in, whose summaries
// it examines, whether external routes reach it. The forward table and the backward routes both build on
// these, so that they cannot disagree about them.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "topology/topology.h"

namespace anemone {

// The routing domains that these areas are of, the best first: a router takes a prefix from the first that
// has a route. OSPFv2, OSPFv3, then IS-IS, as routers' usual distances have it (110, 110, 115).
std::vector<std::uint16_t> domains_of(const std::vector<AreaId>& areas);

// The areas that `node` has a link or a prefix of its own in, ascending.
PerNode<std::vector<AreaId>> areas_of_nodes(const Topology& topology);

// The areas whose summaries `router` examines (16.2): every area of its own; of a domain in which it is an
// area border router only the backbone, as long as a link of it leads into that (as FRR and Cisco do).
std::vector<AreaId> examined_areas(const Topology& topology, NodeId router,
                                   const std::vector<AreaId>& own_areas);

// Whether a domain's AS-external-LSAs are flooded to a router with these areas.
bool hears_externals(const Topology& topology, const std::vector<AreaId>& own_areas, std::uint16_t domain);

// Whether an area border router ignores this summary: the default route that is meant for a stub
// area's inner routers (as FRR and Cisco do).
bool ignores_summary(const Topology& topology, const Node& router, const Attachment& summary);

// How good a way into the network behind an external route is, before the external's own metric counts.
// Ways through the inside of one non-backbone area win (16.4.1; RFC1583Compatibility disabled).
enum class WayRank : std::uint8_t { kInsideArea, kThroughBackbone };
inline WayRank way_rank(bool intra, AreaId area) {
  return intra && !is_backbone(area) ? WayRank::kInsideArea : WayRank::kThroughBackbone;
}

// What a router goes by before it asks for the cost of ways inside its areas, the lowest first. IS-IS: what
// it has itself, then level 1, then level 2 (RFC 5302 section 3.2); OSPF compares by cost alone.
inline int inside_rank(AreaId area, bool own) {
  if (protocol_of(area.domain) != Protocol::kIsis || own) return 0;
  return is_backbone(area) ? 2 : 1;
}

// Whether a router stands in the router part of the routing table of `area`, and whether as an AS boundary
// router. One that is an area border router only still hides the ways to it through other areas: FRR
// chooses among all entries for the router, and then takes no external route by one without the E bit.
bool is_border(const Node& router, AreaId area);
// Whether ways through `area` lead to the router that advertises `external`. RFC 3101 section 2.5 takes type
// 7 LSAs by their own area and type 5 by areas that type 5 LSAs are flooded in, and so does BIRD; FRR's
// ospfd, whose tables OSPFv2 is held against, takes any.
bool leads_out(const Topology& topology, AreaId area, const Attachment& external);
bool says_boundary(const Node& router, AreaId area);

// Whether `router` ignores this type 7 LSA: a default route for inner routers, which a border router takes
// only when it may be told to others and it does import summaries (RFC 3101 section 2.5, step 3).
bool ignores_nssa_default(const Topology& topology, NodeId router, const Attachment& external);

// Whether `node` says that a virtual link leads through `area` (RFC 2328 section 16.1: TransitCapability).
bool ends_virtual_link(const Node& node, AreaId area);

}  // namespace anemone
