#include "topology/from_isis.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include "topology/host_names.h"
#include "topology/isis_nodes.h"

namespace anemone {
namespace {

using isis::Neighbor;
using isis::Reach;
using isis::SystemId;

constexpr std::uint32_t kMadeUp = 0xf000'0000;  // 240.0.0.0/4: router ids that are made from system ids
constexpr std::array<std::uint8_t, 2> kTopologies = {isis::kStandardTopology, isis::kIp6Topology};

// A router of either level or both.
struct System {
  RouterId router_id;
  std::string host_name;
};

// One link as one of its ends says it.
struct End {
  std::uint32_t own;  // places in IsisNodes
  std::uint32_t peer;
  const Neighbor* said;
};

bool before(const End& a, const End& b) { return std::pair(a.own, a.peer) < std::pair(b.own, b.peer); }

const isis::TopologyMember* in_topology(const IsisNode& node, std::uint16_t topology) {
  const auto& members = node.says.topologies;
  const auto at = std::ranges::find(members, topology, &isis::TopologyMember::topology);
  return at == members.end() ? nullptr : &*at;
}

class Builder {
 public:
  Builder(const Lsdb& lsdb, RouterNodes& routers, TopologyParts& parts)
      : isis_(lsdb), routers_(routers), parts_(parts) {
    if (isis_.all().empty()) return;
    collect_systems();
    make_router_nodes();
    make_network_nodes();
    for (const std::uint8_t topology : kTopologies) {
      topology_ = topology;
      add_memberships();
      add_links();
      for (const IsisNode& node : isis_.all()) add_prefixes(node);
    }
    name_networks();
  }

 private:
  void collect_systems();
  RouterId made_up_id(SystemId system, const std::set<RouterId>& taken) const;
  void make_router_nodes();
  void make_network_nodes();
  void name_networks();
  std::string name_of(const IsisNode& network) const;
  std::optional<Prefix> common_prefix(const IsisNode& network) const;

  bool takes_part(const IsisNode& node) const;
  bool overloaded(const IsisNode& node) const;
  bool attached(const IsisNode& node) const;
  AreaId area_of(const IsisNode& node) const { return {node.area, isis_domain(topology_)}; }
  Node& made(const IsisNode& node) { return parts_.nodes[node.node.value()]; }

  void add_memberships();
  void add_links();
  void add_both_ways(std::span<const End> there, std::span<const End> back);
  void add_link(const End& end, const Neighbor* back);
  void add_prefixes(const IsisNode& node);
  void add_default_routes(const IsisNode& node);
  void add_prefix(const IsisNode& node, const Reach& reach);

  IsisNodes isis_;
  RouterNodes& routers_;
  TopologyParts& parts_;
  std::map<SystemId, System> systems_;
  std::unordered_set<std::string> names_;
  std::uint8_t topology_ = isis::kStandardTopology;
};

// Whoever claims an id that another system has claimed before is not believed.
void Builder::collect_systems() {
  std::set<RouterId> taken;
  for (const IsisNode& node : isis_.all()) {
    if (node.key.pseudonode()) continue;
    System& system = systems_[node.key.system()];
    if (!node.says.host_name.empty()) system.host_name = node.says.host_name;
    for (const RouterId id : {node.says.te_router_id, node.says.capability_router_id}) {
      if (system.router_id.value == 0 && id.value != 0 && taken.insert(id).second) system.router_id = id;
    }
  }
  for (auto& [id, system] : systems_) {
    if (system.router_id.value != 0) continue;
    system.router_id = made_up_id(id, taken);
    taken.insert(system.router_id);
  }
}

RouterId Builder::made_up_id(SystemId system, const std::set<RouterId>& taken) const {
  std::uint64_t mixed = system.value * 0x9e3779b97f4a7c15U;
  mixed ^= mixed >> 32U;
  RouterId id{kMadeUp | static_cast<std::uint32_t>(mixed)};
  while (taken.contains(id) || routers_.find(id).valid()) id.value = kMadeUp | (id.value + 1);
  return id;
}

void Builder::make_router_nodes() {
  std::vector<RouterId> ids;
  for (const auto& [id, system] : systems_) ids.push_back(system.router_id);
  routers_.add(std::move(ids));
  std::vector<std::pair<RouterId, std::string>> host_names;
  for (const auto& [id, system] : systems_) {
    Node& node = parts_.nodes[routers_.find(system.router_id).value()];
    if (system.router_id.value >= kMadeUp) node.name = isis::print_id(id);
    if (!system.host_name.empty()) host_names.emplace_back(system.router_id, system.host_name);
  }
  give_host_names(std::move(host_names), parts_);
  for (const Node& node : parts_.nodes) names_.insert(node.name);
  for (IsisNode& node : isis_.all()) {
    if (!node.key.pseudonode()) node.node = routers_.find(systems_.at(node.key.system()).router_id);
  }
}

void Builder::make_network_nodes() {
  for (IsisNode& network : isis_.all()) {
    if (!network.key.pseudonode()) continue;
    network.node = NodeId{parts_.nodes.size()};
    Node node;
    node.kind = NodeKind::kNetwork;
    parts_.nodes.push_back(std::move(node));
  }
}

// By its prefix where that can be told, else by the number that its designated router has given it; and by
// its level where both have a network of that name.
void Builder::name_networks() {
  for (const IsisNode& network : isis_.all()) {
    if (!network.key.pseudonode()) continue;
    Node& node = made(network);
    if (const auto system = systems_.find(network.key.system()); system != systems_.end()) {
      node.designated = system->second.router_id;
    }
    std::vector<std::string> names = {name_of(network), name_of(network) + (network.level1 ? "/1" : "/2")};
    if (const auto prefix = common_prefix(network)) {
      node.prefix = *prefix;
      const std::string name = "net:" + print_prefix(*prefix);
      const AreaId area{network.area, kIsisDomain};
      names.insert(names.begin(), {name, name + "@" + print_area(area)});
    }
    const auto free = [&](const std::string& name) { return names_.insert(name).second; };
    const auto name = std::ranges::find_if(names, free);
    node.name = name != names.end() ? *name : "net:" + isis::print_id(network.key) + "/" + names[1];
  }
}

std::string Builder::name_of(const IsisNode& network) const {
  const auto system = systems_.find(network.key.system());
  const std::string id = isis::print_id(network.key);
  if (system == systems_.end()) return "net:" + id;
  return "net:" + parts_.nodes[routers_.find(system->second.router_id).value()].name +
         id.substr(id.size() - 3);
}

// The one prefix that all routers on the network have, which is then most likely the network's. No LSP says
// it.
std::optional<Prefix> Builder::common_prefix(const IsisNode& network) const {
  std::optional<std::vector<Prefix>> common;
  std::size_t routers = 0;
  for (const Neighbor* neighbor : usable_neighbors(network, isis::kStandardTopology)) {
    const std::uint32_t place = isis_.find(network.level1, neighbor->node);
    if (place == IsisNodes::kNone) continue;
    ++routers;
    std::vector<Prefix> own;
    for (const Reach* reach : usable_prefixes(isis_.all()[place], isis::kStandardTopology)) {
      if (reach->prefix.is_v4() && reach->prefix.length() < 32 && !reach->down) own.push_back(reach->prefix);
    }
    own.erase(std::unique(own.begin(), own.end()), own.end());
    if (common) std::erase_if(own, [&](const Prefix& p) { return !std::ranges::binary_search(*common, p); });
    common = std::move(own);
  }
  if (routers < 2 || common->size() != 1) return std::nullopt;
  return common->front();
}

bool Builder::takes_part(const IsisNode& node) const {
  return topology_ == isis::kStandardTopology || node.key.pseudonode() ||
         in_topology(node, topology_) != nullptr;
}

// Each topology has its own overload bit, the standard one that of the LSP.
bool Builder::overloaded(const IsisNode& node) const {
  if (node.key.pseudonode()) return false;  // RFC 3787 section 4
  if (topology_ == isis::kStandardTopology) return node.head.overloaded();
  return in_topology(node, topology_) != nullptr && in_topology(node, topology_)->overloaded;
}

// Attached it may say in the one place for all (FRR does) or for each topology.
bool Builder::attached(const IsisNode& node) const {
  if (!node.level1 || node.key.pseudonode()) return false;
  if (topology_ == isis::kStandardTopology || node.head.attached()) return node.head.attached();
  return in_topology(node, topology_) != nullptr && in_topology(node, topology_)->attached;
}

void Builder::add_memberships() {
  for (const IsisNode& said : isis_.all()) {
    if (!takes_part(said) || (topology_ != isis::kStandardTopology && said.key.pseudonode())) continue;
    Node& node = made(said);
    const std::uint16_t domain = isis_domain(topology_);
    node.areas.push_back(area_of(said));
    const bool both = said.level1 ? said.head.is_level2() : isis_.find(true, said.key) != IsisNodes::kNone;
    const bool border = !said.key.pseudonode() && (both || attached(said));
    if (border && !node.is_abr(domain)) node.abr_domains.push_back(domain);
    if (overloaded(said) && node.forwards(domain)) node.host_domains.push_back(domain);
  }
}

void Builder::add_links() {
  std::vector<End> ends;
  for (std::uint32_t own = 0; own < isis_.all().size(); ++own) {
    const IsisNode& node = isis_.all()[own];
    if (!takes_part(node)) continue;
    for (const Neighbor* said : usable_neighbors(node, topology_)) {
      const std::uint32_t peer = isis_.find(node.level1, said->node);
      if (peer == IsisNodes::kNone || peer == own || isis_.all()[peer].area != node.area) continue;
      if (takes_part(isis_.all()[peer])) ends.push_back({own, peer, said});
    }
  }
  std::stable_sort(ends.begin(), ends.end(), before);
  for (std::size_t first = 0, end = 0; first < ends.size(); first = end) {
    while (end < ends.size() && !before(ends[first], ends[end])) ++end;
    if (ends[first].peer < ends[first].own) continue;
    const auto back =
        std::equal_range(ends.begin(), ends.end(), End{ends[first].peer, ends[first].own, nullptr}, before);
    if (back.first == back.second) continue;
    add_both_ways(
        {ends.begin() + static_cast<std::ptrdiff_t>(first), ends.begin() + static_cast<std::ptrdiff_t>(end)},
        {back.first, back.second});
  }
}

// Whether two ends say that they are of one link.
bool match(const Neighbor& a, const Neighbor& b) {
  auto crossed = [](const IpAddress& own, const IpAddress& seen) { return !own.is_none() && own == seen; };
  const auto& x = a.details;
  const auto& y = b.details;
  return crossed(x.address, y.neighbor) || crossed(y.address, x.neighbor) ||
         crossed(x.address6, y.neighbor6) || crossed(y.address6, x.neighbor6) ||
         (x.local_id != 0 && x.local_id == y.remote_id);
}

// Nobody has that many links between two routers, but LSPs can say so: then they are paired as they stand.
constexpr std::size_t kPairsMax = std::size_t{1} << 16U;

// For each end of `a` the one of `b` that is of the same link: by what they say, the others as they stand.
// What is left over still counts, as long as any leads back.
std::vector<const Neighbor*> peers(std::span<const End> a, std::span<const End> b) {
  std::vector<const Neighbor*> found(a.size());
  std::vector<char> taken(b.size());
  const bool few = a.size() * b.size() <= kPairsMax;
  for (std::size_t i = 0; few && i < a.size(); ++i) {
    for (std::size_t k = 0; k < b.size() && found[i] == nullptr; ++k) {
      if (taken[k] || !match(*a[i].said, *b[k].said)) continue;
      found[i] = b[k].said;
      taken[k] = 1;
    }
  }
  std::size_t next = 0;
  for (const Neighbor*& one : found) {
    while (next < b.size() && taken[next]) ++next;
    if (one == nullptr && next < b.size()) one = b[next++].said;
  }
  return found;
}

void Builder::add_both_ways(std::span<const End> there, std::span<const End> back) {
  const auto ends_there = peers(there, back);
  for (std::size_t i = 0; i < there.size(); ++i) add_link(there[i], ends_there[i]);
  const auto ends_back = peers(back, there);
  for (std::size_t i = 0; i < back.size(); ++i) add_link(back[i], ends_back[i]);
}

void Builder::add_link(const End& end, const Neighbor* back) {
  const IsisNode& own = isis_.all()[end.own];
  const auto& details = end.said->details;
  const bool six =
      topology_ == isis::kIp6Topology || (details.address.is_none() && details.neighbor.is_none());
  Link link;
  link.from = own.node;
  link.to = isis_.all()[end.peer].node;
  link.cost = own.key.pseudonode() ? 0 : end.said->metric;
  link.area = area_of(own);
  link.capacity_bps = details.capacity_bps;
  link.te_metric = details.te_metric;
  link.admin_group = details.admin_group;
  link.address = six ? details.address6 : details.address;
  link.neighbor = six ? details.neighbor6 : details.neighbor;
  if (back != nullptr) {
    const auto& theirs = back->details;
    if (link.address.is_none()) link.address = six ? theirs.neighbor6 : theirs.neighbor;
    if (link.neighbor.is_none()) link.neighbor = six ? theirs.address6 : theirs.address;
    if (link.neighbor.is_none() && own.key.pseudonode()) link.neighbor = theirs.address;
  }
  if (link.address.is_none() && details.local_id != 0) {
    link.interface = "ifindex " + std::to_string(details.local_id);
  }
  parts_.links.push_back(std::move(link));
}

void Builder::add_prefixes(const IsisNode& node) {
  if (!takes_part(node)) return;
  if (attached(node)) add_default_routes(node);
  for (const Reach* reach : usable_prefixes(node, topology_)) add_prefix(node, *reach);
}

// RFC 1195 section 3.10: to the nearest router that is attached, where level 1 knows no better.
void Builder::add_default_routes(const IsisNode& node) {
  Attachment attachment;
  attachment.node = node.node;
  attachment.kind = PrefixKind::kSummary;
  attachment.area = area_of(node);
  const bool standard = topology_ == isis::kStandardTopology;
  if (!standard || !in_topology(node, isis::kIp6Topology)) parts_.attachments.push_back(attachment);  // ::/0
  attachment.prefix = Prefix(Ipv4{}, 0);
  if (standard) parts_.attachments.push_back(attachment);
}

void Builder::add_prefix(const IsisNode& node, const Reach& reach) {
  Node& router = made(node);
  const AreaId area = area_of(node);
  Attachment attachment{reach.prefix, node.node, reach.metric, PrefixKind::kStub, area, {}};
  if (reach.external) router.asbr = true;
  if (node.level1 && reach.down) attachment.kind = PrefixKind::kSummary;
  if (reach.external_metric) {
    attachment.kind = PrefixKind::kNssa2;
    if (!std::ranges::count(router.asbr_areas, area)) router.asbr_areas.push_back(area);
  }
  parts_.attachments.push_back(attachment);
}

}  // namespace

void add_isis(const Lsdb& lsdb, RouterNodes& routers, TopologyParts& parts) { Builder(lsdb, routers, parts); }

}  // namespace anemone
