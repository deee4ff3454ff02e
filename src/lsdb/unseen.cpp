#include "lsdb/unseen.h"

#include <algorithm>
#include <set>

namespace anemone {
namespace {

using ospf::LinkType;
using ospf::LsaType;

// What has been heard, by the names under which LSAs refer to each other.
struct Heard {
  std::set<std::pair<AreaId, RouterId>> routers;
  std::set<std::pair<AreaId, Ipv4>> networks;  // by link state id
  std::set<RouterId> boundary_routers;         // reachable by router- or type 4 LSA of any area

  explicit Heard(const Lsdb& lsdb) {
    lsdb.each([&](const LsdbKey& key, const StoredLsa&) {
      if (key.lsa.type == LsaType::kRouter) {
        routers.emplace(key.area, key.lsa.router);
        boundary_routers.insert(key.lsa.router);
      }
      if (key.lsa.type == LsaType::kNetwork) networks.emplace(key.area, key.lsa.id);
      if (key.lsa.type == LsaType::kAsbrSummary) boundary_routers.insert(key.lsa.id);
    });
  }
};

class Collector {
 public:
  explicit Collector(const Lsdb& lsdb) : heard_(lsdb) {}

  void visit(const LsdbKey& key, const StoredLsa& stored) {
    if (key.lsa.type == LsaType::kRouter) {
      need_links(key.area, *ospf::read_router_lsa(stored.body()));
    } else if (key.lsa.type == LsaType::kNetwork) {
      const auto network = ospf::read_network_lsa(stored.body());
      for (RouterId router : network->routers) need_router(key.area, router);
    } else if (key.lsa.type == LsaType::kSummary || key.lsa.type == LsaType::kAsbrSummary ||
               key.lsa.type == LsaType::kNssa) {
      need_router(key.area, key.lsa.router);
    } else if (key.lsa.type == LsaType::kExternal && !heard_.boundary_routers.contains(key.lsa.router)) {
      unseen.insert({AreaId{}, LsaType::kAsbrSummary, key.lsa.router, RouterId{}});
    }
  }

  std::set<UnseenLsa> unseen;

 private:
  void need_links(AreaId area, const ospf::RouterLsa& lsa) {
    for (const ospf::RouterLink& link : lsa.links) {
      if (link.type == LinkType::kPointToPoint || link.type == LinkType::kVirtual) need_router(area, link.id);
      if (link.type == LinkType::kTransit && !heard_.networks.contains({area, link.id})) {
        unseen.insert({area, LsaType::kNetwork, link.id, RouterId{}});
      }
    }
  }

  void need_router(AreaId area, RouterId router) {
    if (!heard_.routers.contains({area, router})) unseen.insert({area, LsaType::kRouter, router, router});
  }

  Heard heard_;
};

}  // namespace

std::vector<UnseenLsa> unseen_lsas(const Lsdb& lsdb) {
  Collector collector(lsdb);
  lsdb.each([&](const LsdbKey& key, const StoredLsa& stored) { collector.visit(key, stored); });
  auto& unseen = collector.unseen;
  for (const LsdbKey& key : lsdb.described_but_unheard()) {
    unseen.insert({key.area, key.lsa.type, key.lsa.id, key.lsa.router});
    unseen.erase({key.area, key.lsa.type, key.lsa.id, RouterId{}});  // now it has a name
  }
  return {unseen.begin(), unseen.end()};
}

}  // namespace anemone
