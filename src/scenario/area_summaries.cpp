#include "scenario/area_summaries.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "route/inside_routes.h"
#include "route/table.h"

namespace anemone {
namespace {

bool is_summary(const Attachment& attachment) {
  return attachment.kind == PrefixKind::kSummary && protocol_of(attachment.area.domain) != Protocol::kIsis;
}

// One border router's routes to prefixes and to AS boundary routers.
class Announcer {
 public:
  Announcer(const Topology& topology, NodeId router)
      : topology_(topology), inside_(topology), router_(router) {
    for (Route& route : route_table(topology, router)) {
      by_prefix_.emplace(topology.prefix(route.prefix), std::move(route));
    }
  }

  // What it says of `prefix` into `area`; none when it says nothing.
  std::optional<Cost> summary(const Prefix& prefix, AreaId area) const {
    const auto found = by_prefix_.find(prefix);
    if (found == by_prefix_.end()) return std::nullopt;
    const Route& route = found->second;
    const bool intra = route.type == PathType::kIntra;
    if (!intra && (route.type != PathType::kInter || is_backbone(area))) return std::nullopt;
    if (route.area == area) return std::nullopt;
    return route.cost;
  }

  std::optional<Cost> border_route(RouterId asbr, AreaId area) {
    const NodeId node = router_of(asbr);
    if (!node.valid()) return std::nullopt;
    Attachment external;
    external.node = node;
    external.area = {0, area.domain};
    external.kind = PrefixKind::kExternal2;
    Field field(topology_.node_count());
    inside_.to_boundary_router(external, field);
    const Field::Choice& way = field[router_];
    if (!way.known() || way.area == area || (!way.intra && is_backbone(area))) return std::nullopt;
    return way.cost;
  }

 private:
  NodeId router_of(RouterId id) const {
    for (NodeId node : topology_.nodes()) {
      if (topology_.node(node).kind == NodeKind::kRouter && topology_.node(node).router_id == id) return node;
    }
    return {};
  }

  const Topology& topology_;
  InsideRoutes inside_;
  NodeId router_;
  std::map<Prefix, Route> by_prefix_;
};

class Announcers {
 public:
  explicit Announcers(const Topology& topology) : topology_(topology) {}
  Announcer& of(NodeId router) {
    auto& found = known_[router];
    if (!found) found = std::make_unique<Announcer>(topology_, router);
    return *found;
  }
  // REQUIRES: of(router) was asked before.
  const Announcer& at(NodeId router) const { return *known_.at(router); }

 private:
  const Topology& topology_;
  std::map<NodeId, std::unique_ptr<Announcer>> known_;
};

// What `before`'s border routers announced by the cost of their own routes.
struct Derived {
  std::set<std::tuple<Prefix, NodeId, AreaId>> summaries;
  std::set<std::tuple<RouterId, NodeId, AreaId>> border_routes;
};

Derived derived_of(const Topology& before) {
  Derived derived;
  Announcers announcers(before);
  for (const Attachment& at : before.attachments()) {
    if (is_summary(at) && announcers.of(at.node).summary(at.prefix, at.area) == at.cost) {
      derived.summaries.emplace(at.prefix, at.node, at.area);
    }
  }
  for (const BorderRoute& route : before.border_routes()) {
    if (protocol_of(route.area.domain) == Protocol::kIsis) continue;
    if (announcers.of(route.via).border_route(route.asbr, route.area) == route.cost) {
      derived.border_routes.emplace(route.asbr, route.via, route.area);
    }
  }
  return derived;
}

enum class Into { kBackbone, kOtherAreas };

// A row's new cost, or that it goes; rows that are not derived, or not for these areas, stay.
template <class Row, class Cost>
void refresh(std::vector<Row>& rows, Cost cost) {
  std::erase_if(rows, [&](Row& row) {
    const auto [known, now] = cost(row);
    if (known && now) row.cost = *now;
    return known && !now;
  });
}

Topology refresh(const Derived& derived, const Topology& after, Into into) {
  TopologyParts parts = after.parts();
  Announcers announcers(after);
  const auto concerns = [&](AreaId area) { return is_backbone(area) == (into == Into::kBackbone); };
  refresh(parts.attachments, [&](const Attachment& at) -> std::pair<bool, std::optional<Cost>> {
    const bool known =
        is_summary(at) && concerns(at.area) && derived.summaries.count({at.prefix, at.node, at.area}) > 0;
    return {known, known ? announcers.of(at.node).summary(at.prefix, at.area) : std::nullopt};
  });
  refresh(parts.border_routes, [&](const BorderRoute& route) -> std::pair<bool, std::optional<Cost>> {
    const bool known =
        concerns(route.area) && derived.border_routes.count({route.asbr, route.via, route.area}) > 0;
    return {known, known ? announcers.of(route.via).border_route(route.asbr, route.area) : std::nullopt};
  });
  return Topology(std::move(parts));
}

// Into which areas a border router announces networks one by one; into the others only a default, or nothing.
using Announced = std::set<std::pair<NodeId, AreaId>>;

Announced announced_areas(const Topology& topology) {
  Announced areas;
  for (const Attachment& at : topology.attachments()) {
    if (is_summary(at) && at.prefix.length() > 0) areas.emplace(at.node, at.area);
  }
  return areas;
}

// Networks that a border router could not announce before, as it had no route to them or had it inside that
// area. What it could have announced and did not (a range stands for it, a filter holds it back), it still
// does not.
Topology announce_new(const Announced& announced_before, const Announcers& then, const Topology& after,
                      Into into) {
  TopologyParts parts = after.parts();
  std::set<std::tuple<Prefix, NodeId, AreaId>> announced;
  for (const Attachment& at : after.attachments()) {
    if (is_summary(at)) announced.emplace(at.prefix, at.node, at.area);
  }
  Announcers now(after);
  for (const auto& [router, area] : announced_before) {
    if (is_backbone(area) != (into == Into::kBackbone)) continue;
    for (PrefixId id : indices<PrefixId>(after.prefix_count())) {
      const Prefix& prefix = after.prefix(id);
      const auto cost = now.of(router).summary(prefix, area);
      if (!cost || then.at(router).summary(prefix, area)) continue;
      if (announced.count({prefix, router, area}) > 0) continue;
      Attachment summary;
      summary.prefix = prefix;
      summary.node = router;
      summary.cost = *cost;
      summary.kind = PrefixKind::kSummary;
      summary.area = area;
      parts.attachments.push_back(summary);
    }
  }
  return Topology(std::move(parts));
}

}  // namespace

struct AreaSummaries::Before {
  explicit Before(const Topology& before)
      : derived(derived_of(before)), areas(announced_areas(before)), announcers(before) {
    for (const auto& [router, area] : areas) announcers.of(router);
  }

  const Derived derived;
  const Announced areas;
  Announcers announcers;  // those of `areas`
};

AreaSummaries::AreaSummaries(const Topology& before) {
  const auto attachments = before.attachments();
  if (std::any_of(attachments.begin(), attachments.end(), is_summary) || !before.border_routes().empty())
    before_ = std::make_unique<const Before>(before);
}

AreaSummaries::~AreaSummaries() = default;

Topology AreaSummaries::anew(Topology after) const {
  if (before_ == nullptr) return after;
  for (const Into into : {Into::kBackbone, Into::kOtherAreas}) {
    after = refresh(before_->derived, after, into);
    after = announce_new(before_->areas, before_->announcers, after, into);
  }
  return after;
}

}  // namespace anemone
