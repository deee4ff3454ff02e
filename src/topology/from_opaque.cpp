#include "topology/from_opaque.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ospf/opaque.h"
#include "topology/host_names.h"

namespace anemone {
namespace {

using ospf::OpaqueType;
using ospf::TeLink;

struct Announced {
  Ipv4 address;  // of the interface
  RouterId router;
  TeLink link;
};

bool before(const Announced& a, const Announced& b) {
  return std::pair(a.address, a.router) < std::pair(b.address, b.router);
}

class Announcements {
 public:
  explicit Announcements(const Lsdb& lsdb) {
    lsdb.each(Protocol::kOspf2, [&](const LsdbKey& key, const StoredLsa& stored) {
      const ospf::LsaKey lsa = ospf2_lsa(key);
      if (lsa.type != ospf::LsaType::kOpaqueArea && lsa.type != ospf::LsaType::kOpaqueAs) return;
      if (ospf::opaque_type(lsa.id) == OpaqueType::kTrafficEngineering) take_links(lsa.router, stored.body());
      if (ospf::opaque_type(lsa.id) == OpaqueType::kRouterInformation) take_name(lsa.router, stored.body());
    });
    std::stable_sort(links_.begin(), links_.end(), before);
  }

  // Null when the router announces no link with that address.
  const TeLink* find(RouterId router, Ipv4 address) const {
    const Announced wanted{address, router, {}};
    const auto at = std::lower_bound(links_.begin(), links_.end(), wanted, before);
    return at != links_.end() && !before(wanted, *at) ? &at->link : nullptr;
  }
  bool has_links() const { return !links_.empty(); }

  std::vector<std::pair<RouterId, std::string>> names;

 private:
  void take_links(RouterId router, Bytes body) {
    auto lsa = ospf::read_traffic_engineering(body);
    if (!lsa) return;
    for (const TeLink& link : lsa->links) {
      for (Ipv4 address : link.local) links_.push_back({address, router, link});
    }
  }

  void take_name(RouterId router, Bytes body) {
    const auto lsa = ospf::read_router_information(body);
    if (lsa && !lsa->host_name.empty()) names.emplace_back(router, lsa->host_name);
  }

  std::vector<Announced> links_;
};

void annotate(Link& link, const std::vector<Node>& nodes, const Announcements& announcements) {
  if (link.area.domain != kOspf2Domain || link.is_virtual) return;
  const bool own = !link.address.is_none();
  const IpAddress& address = own ? link.address : link.neighbor;
  const Node& router = nodes[(own ? link.from : link.to).value()];
  if (!address.is_v4() || router.kind != NodeKind::kRouter) return;
  const TeLink* announced = announcements.find(router.router_id, address.v4());
  if (announced == nullptr) return;
  link.capacity_bps = announced->bandwidth_bps.value_or(link.capacity_bps);
  if (!own) return;
  link.admin_group = announced->admin_group.value_or(0);
  link.te_metric = announced->metric.value_or(0);
}

}  // namespace

void add_opaque(const Lsdb& lsdb, TopologyParts& parts) {
  Announcements announcements(lsdb);
  if (announcements.has_links()) {
    for (Link& link : parts.links) annotate(link, parts.nodes, announcements);
  }
  give_host_names(std::move(announcements.names), parts);
}

}  // namespace anemone
