// Which destinations are reached by the costs of links alone, and so by RouteRows; and where each is reached.
//
// - A node of any topology: plain shortest paths, as link_load() has them.
// - A prefix, where the topology has one area and no routers that do not forward (has_areas() is false):
//   attached inside the area, at one or several places; or an external route of one AS boundary router, or of
//   several with the same type 2 metric, without a forwarding address. With IS-IS only those at one place.
// All else (several areas, other external routes, those with forwarding addresses) goes by
// route/routes_to_prefix.h, which knows every rule and costs accordingly.
//
// One difference remains: traffic for a prefix that cannot be reached, within a shorter one that can, is
// unrouted here; PrefixRoutes::toward() sends it to the shorter one.
#pragma once

#include <optional>

#include "load/row.h"
#include "matrix/traffic_matrix.h"
#include "route/route_graph.h"

namespace anemone {

class Targets {
 public:
  // Both must outlive it.
  Targets(const Topology& topology, const RouteGraph& graph);

  struct Found {
    Target target;     // the nearest seed at distance 0, so that all with the same attachments are one
    Cost nearest = 0;  // what that seed's cost was; 0 of a type 2 external, whose metric no way's cost holds
  };
  // Nothing where more than costs decides.
  std::optional<Found> find(const Destination& destination) const;

 private:
  std::optional<Found> find_prefix(PrefixId prefix) const;
  bool is_plain(const Attachment& attachment) const;
  bool is_plain_external(const Attachment& attachment) const;

  const Topology& topology_;
  const RouteGraph& graph_;
  bool one_area_;
  bool any_network_ = false;
};

}  // namespace anemone
