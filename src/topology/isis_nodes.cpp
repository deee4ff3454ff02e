#include "topology/isis_nodes.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

namespace anemone {
namespace {

using Address = std::vector<std::uint8_t>;

// Sets that grow together (union by the smaller index).
class Groups {
 public:
  explicit Groups(std::size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0U); }

  std::uint32_t of(std::uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = of(a);
    b = of(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

auto order(bool level1, isis::NodeKey key) { return std::tuple(level1, key); }

// Sorts by what they lead to, and leaves narrow ones away where there is a wide one.
template <class Said, class To>
void prefer_wide(std::vector<const Said*>& said, To to) {
  std::stable_sort(said.begin(), said.end(), [&](const Said* a, const Said* b) {
    return std::pair(to(*a), !a->wide) < std::pair(to(*b), !b->wide);
  });
  std::vector<const Said*> kept;
  bool is_wide = false;  // the first to where the last leads
  for (const Said* one : said) {
    if (kept.empty() || to(*kept.back()) != to(*one)) is_wide = one->wide;
    if (one->wide == is_wide) kept.push_back(one);
  }
  said = std::move(kept);
}

}  // namespace

IsisNodes::IsisNodes(const Lsdb& lsdb) {
  collect(lsdb);
  put_routers_into_areas();
  put_networks_into_areas();
}

// LSPs come in the order of their ids, so a node's stand together, the first before the others.
void IsisNodes::collect(const Lsdb& lsdb) {
  lsdb.each(Protocol::kIsis, [&](const LsdbKey& key, const StoredLsa& stored) {
    isis::Pdu pdu;
    if (isis::read_pdu(stored.bytes, pdu) != isis::Refusal::kNone) return;
    const isis::LspId id{key.id};
    const bool level1 = key.area.value != 0;
    if (id.fragment() == 0) nodes_.push_back({level1, id.node(), isis::read_lsp(pdu), {}, 0, {}});
    if (nodes_.empty() || nodes_.back().key != id.node() || nodes_.back().level1 != level1) return;
    isis::read_lsp_contents(pdu.tlvs, nodes_.back().says);
  });
}

std::uint32_t IsisNodes::find(bool level1, isis::NodeKey key) const {
  const auto at = std::lower_bound(
      nodes_.begin(), nodes_.end(), order(level1, key),
      [](const IsisNode& node, const auto& wanted) { return order(node.level1, node.key) < wanted; });
  if (at == nodes_.end() || at->level1 != level1 || at->key != key) return kNone;
  return static_cast<std::uint32_t>(at - nodes_.begin());
}

// An area is known by the smallest of its addresses.
void IsisNodes::put_routers_into_areas() {
  std::map<Address, std::uint32_t> places;
  for (const IsisNode& node : nodes_) {
    if (!node.level1) continue;
    for (const Address& area : node.says.areas) places.try_emplace(area, 0);
  }
  std::vector<const Address*> addresses;
  for (auto& [address, place] : places) {
    place = static_cast<std::uint32_t>(addresses.size());
    addresses.push_back(&address);
  }
  Groups groups(addresses.size());
  auto first_of = [&](const IsisNode& node) { return places.at(node.says.areas.front()); };
  for (const IsisNode& node : nodes_) {
    if (!node.level1) continue;
    for (const Address& area : node.says.areas) groups.join(first_of(node), places.at(area));
  }
  for (IsisNode& node : nodes_) {
    if (!node.level1 || node.key.pseudonode()) continue;
    node.area = node.says.areas.empty() ? isis_area_number({})
                                        : isis_area_number(*addresses[groups.of(first_of(node))]);
  }
}

// A network is in the area of the router that speaks for it; of the first on it, where that one is not known.
void IsisNodes::put_networks_into_areas() {
  for (IsisNode& network : nodes_) {
    if (!network.level1 || !network.key.pseudonode()) continue;
    std::uint32_t known = find(true, isis::node_of(network.key.system()));
    for (const isis::Neighbor& neighbor : network.says.neighbors) {
      if (known == kNone && !neighbor.node.pseudonode()) known = find(true, neighbor.node);
    }
    network.area = known == kNone ? isis_area_number({}) : nodes_[known].area;
  }
}

std::vector<const isis::Neighbor*> usable_neighbors(const IsisNode& node, std::uint16_t topology) {
  const std::uint16_t wanted = node.key.pseudonode() ? isis::kStandardTopology : topology;
  std::vector<const isis::Neighbor*> usable;
  for (const isis::Neighbor& neighbor : node.says.neighbors) {
    const bool unused = neighbor.wide && neighbor.metric >= isis::kWideMetricMax;
    if (neighbor.topology == wanted && !unused) usable.push_back(&neighbor);
  }
  prefer_wide(usable, [](const isis::Neighbor& neighbor) { return neighbor.node; });
  return usable;
}

std::vector<const isis::Reach*> usable_prefixes(const IsisNode& node, std::uint16_t topology) {
  std::vector<const isis::Reach*> usable;
  for (const isis::Reach& reach : node.says.prefixes) {
    if (reach.topology == topology && reach.metric <= isis::kMaxPathMetric) usable.push_back(&reach);
  }
  prefer_wide(usable, [](const isis::Reach& reach) { return reach.prefix; });
  return usable;
}

}  // namespace anemone
