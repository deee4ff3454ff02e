#include "lsdb/unseen_ospf3.h"

#include <utility>

namespace anemone {
namespace {

using ospf3::LinkType;
using ospf3::LsaKey;
using ospf3::LsaType;

class Collector {
 public:
  Collector(const Lsdb& lsdb, std::set<LsdbKey>& unseen) : unseen_(unseen) {
    lsdb.each(Protocol::kOspf3, [&](const LsdbKey& key, const StoredLsa& stored) { note(key, stored); });
    lsdb.each(Protocol::kOspf3, [&](const LsdbKey& key, const StoredLsa& stored) { visit(key, stored); });
  }

 private:
  using Network = std::pair<AreaId, LsaKey>;

  void note(const LsdbKey& key, const StoredLsa& stored) {
    const LsaKey lsa = ospf3_lsa(key);
    if (lsa.type == LsaType::kRouter) {
      routers_.emplace(key.area, lsa.router);
      boundary_routers_.emplace(backbone_of(key.area), lsa.router);
    }
    if (lsa.type == LsaType::kNetwork) networks_.emplace(key.area, lsa);
    if (lsa.type != LsaType::kInterAreaRouter) return;
    const auto boundary = ospf3::read_inter_area_router_lsa(stored.body());
    if (boundary) boundary_routers_.emplace(backbone_of(key.area), boundary->router);
  }

  void visit(const LsdbKey& key, const StoredLsa& stored) {
    switch (static_cast<LsaType>(key.type)) {
      case LsaType::kRouter:
        return need_links(key.area, ospf3::read_router_lsa(stored.body()));
      case LsaType::kNetwork:
        return need_routers(key.area, ospf3::read_network_lsa(stored.body()));
      case LsaType::kIntraAreaPrefix:
        return need_referenced(key.area, ospf3::read_intra_area_prefix_lsa(stored.body()));
      case LsaType::kInterAreaPrefix:
      case LsaType::kInterAreaRouter:
      case LsaType::kNssa:
        return need_router(key.area, key.router);
      case LsaType::kExternal:
        if (boundary_routers_.contains({key.area, key.router})) return;
        return need(key.area, {LsaType::kInterAreaRouter, key.router, RouterId{}});
      default:
        return;
    }
  }

  void need_links(AreaId area, const std::optional<ospf3::RouterLsa>& lsa) {
    if (!lsa) return;
    for (const ospf3::RouterLink& link : lsa->links) {
      if (link.type != LinkType::kTransit) {
        need_router(area, link.neighbor);
      } else {
        need_network(area, {LsaType::kNetwork, Ipv4{link.neighbor_interface}, link.neighbor});
      }
    }
  }

  void need_routers(AreaId area, const std::optional<ospf3::NetworkLsa>& lsa) {
    if (!lsa) return;
    for (RouterId router : lsa->routers) need_router(area, router);
  }

  void need_referenced(AreaId area, const std::optional<ospf3::IntraAreaPrefixLsa>& lsa) {
    if (!lsa) return;
    if (lsa->referenced.type == LsaType::kRouter) need_router(area, lsa->referenced.router);
    if (lsa->referenced.type == LsaType::kNetwork) need_network(area, lsa->referenced);
  }

  void need_router(AreaId area, RouterId router) {
    if (!routers_.contains({area, router})) need(area, {LsaType::kRouter, Ipv4{}, router});
  }

  void need_network(AreaId area, const LsaKey& network) {
    if (!networks_.contains({area, network})) need(area, network);
  }

  void need(AreaId area, const LsaKey& lsa) { unseen_.insert(ospf3_key(area, lsa)); }

  std::set<std::pair<AreaId, RouterId>> routers_;
  std::set<Network> networks_;
  std::set<std::pair<AreaId, RouterId>> boundary_routers_;  // by their domain's backbone
  std::set<LsdbKey>& unseen_;
};

}  // namespace

void add_unseen_ospf3(const Lsdb& lsdb, std::set<LsdbKey>& unseen) { Collector(lsdb, unseen); }

}  // namespace anemone
