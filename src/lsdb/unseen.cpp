#include "lsdb/unseen.h"

#include <algorithm>
#include <set>

#include "isis/lsp.h"
#include "isis/pdu.h"
#include "lsdb/unseen_ospf3.h"

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
    lsdb.each(Protocol::kOspf2, [&](const LsdbKey& key, const StoredLsa&) {
      const ospf::LsaKey lsa = ospf2_lsa(key);
      if (lsa.type == LsaType::kRouter) {
        routers.emplace(key.area, lsa.router);
        boundary_routers.insert(lsa.router);
      }
      if (lsa.type == LsaType::kNetwork) networks.emplace(key.area, lsa.id);
      if (lsa.type == LsaType::kAsbrSummary) boundary_routers.insert(lsa.id);
    });
  }
};

class Collector {
 public:
  explicit Collector(const Lsdb& lsdb) : heard_(lsdb) {}

  void visit(const LsdbKey& key, const StoredLsa& stored) {
    const ospf::LsaKey lsa = ospf2_lsa(key);
    if (lsa.type == LsaType::kRouter) {
      need_links(key.area, *ospf::read_router_lsa(stored.body()));
    } else if (lsa.type == LsaType::kNetwork) {
      const auto network = ospf::read_network_lsa(stored.body());
      for (RouterId router : network->routers) need_router(key.area, router);
    } else if (lsa.type == LsaType::kSummary || lsa.type == LsaType::kAsbrSummary ||
               lsa.type == LsaType::kNssa) {
      need_router(key.area, lsa.router);
    } else if (lsa.type == LsaType::kExternal && !heard_.boundary_routers.contains(lsa.router)) {
      need(AreaId{}, LsaType::kAsbrSummary, lsa.router, RouterId{});
    }
  }

  std::set<LsdbKey> unseen;

 private:
  void need_links(AreaId area, const ospf::RouterLsa& lsa) {
    for (const ospf::RouterLink& link : lsa.links) {
      if (link.type == LinkType::kPointToPoint || link.type == LinkType::kVirtual) need_router(area, link.id);
      if (link.type == LinkType::kTransit && !heard_.networks.contains({area, link.id})) {
        need(area, LsaType::kNetwork, link.id, RouterId{});
      }
    }
  }

  void need_router(AreaId area, RouterId router) {
    if (!heard_.routers.contains({area, router})) need(area, LsaType::kRouter, router, router);
  }

  void need(AreaId area, LsaType type, Ipv4 id, RouterId router) {
    unseen.insert(ospf2_key(area, {type, id, router}));
  }

  Heard heard_;
};

// A node's first LSP says what holds for all of them: without it the others mean nothing (ISO 10589 7.2.5).
void need_first_lsp(const Lsdb& lsdb, AreaId level, isis::NodeKey node, std::set<LsdbKey>& unseen) {
  const LsdbKey key{false, level, 0, isis::first_lsp_of(node).value, {}};
  if (lsdb.find(key) == nullptr) unseen.insert(key);
}

void add_isis(const Lsdb& lsdb, std::set<LsdbKey>& unseen) {
  lsdb.each(Protocol::kIsis, [&](const LsdbKey& key, const StoredLsa& stored) {
    need_first_lsp(lsdb, key.area, isis::LspId{key.id}.node(), unseen);
    isis::LspContents contents;
    isis::read_lsp_contents(stored.bytes.view().subspan(isis::kLspHeaderSize), contents);
    for (const isis::Neighbor& neighbor : contents.neighbors) {
      need_first_lsp(lsdb, key.area, neighbor.node, unseen);
    }
  });
}

}  // namespace

std::vector<LsdbKey> unseen_lsas(const Lsdb& lsdb) {
  Collector collector(lsdb);
  lsdb.each(Protocol::kOspf2,
            [&](const LsdbKey& key, const StoredLsa& stored) { collector.visit(key, stored); });
  auto& unseen = collector.unseen;
  add_isis(lsdb, unseen);
  add_unseen_ospf3(lsdb, unseen);
  for (const LsdbKey& key : lsdb.described_but_unheard()) {
    unseen.insert(key);
    LsdbKey nameless = key;
    nameless.router = RouterId{};
    unseen.erase(nameless);  // now it has a name
  }
  return {unseen.begin(), unseen.end()};
}

}  // namespace anemone
