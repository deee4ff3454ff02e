#include "history/path_changes.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "route/routes_to_prefix.h"
#include "topology/node_places.h"

namespace anemone {
namespace {

std::vector<std::uint32_t> places_of(const Topology& topology, NodePlaces& places) {
  std::vector<NodeId> nodes;
  for (NodeId node : topology.nodes()) nodes.push_back(node);
  return places.take(topology, nodes);
}

using LinkNumbers = std::unordered_map<std::string, std::uint32_t>;

// The same number for the same link of both topologies.
std::vector<std::uint32_t> numbers_of(const Topology& topology, LinkNumbers& numbers) {
  std::vector<std::uint32_t> found;
  for (LinkId id : indices<LinkId>(topology.link_count())) {
    found.push_back(numbers.try_emplace(link_name(topology, id), static_cast<std::uint32_t>(numbers.size()))
                        .first->second);
  }
  return found;
}

std::optional<PrefixId> find_prefix(const Topology& topology, const Prefix& prefix) {
  std::size_t low = 0;
  std::size_t high = topology.prefix_count();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (topology.prefix(PrefixId{middle}) < prefix) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == topology.prefix_count() || topology.prefix(PrefixId{low}) != prefix) return std::nullopt;
  return PrefixId{low};
}

class Comparison {
 public:
  Comparison(const Topology& before, const Topology& after)
      : before_(before),
        after_(after),
        places_before_(places_of(before, places_)),
        places_after_(places_of(after, places_)),
        links_before_(numbers_of(before, numbers_)),
        links_after_(numbers_of(after, numbers_)),
        routes_before_(before),
        routes_after_(after),
        node_before_(places_.size()),
        changed_(places_.size()) {
    for (NodeId node : before.nodes()) node_before_[places_before_[node.value()]] = node;
    node_after_.resize(places_.size());
    for (NodeId node : after.nodes()) node_after_[places_after_[node.value()]] = node;
  }

  PathChanges run(const std::function<bool(const std::string&, const Prefix&)>& wanted) {
    std::set<Prefix> prefixes;
    for (PrefixId id : indices<PrefixId>(before_.prefix_count())) prefixes.insert(before_.prefix(id));
    for (PrefixId id : indices<PrefixId>(after_.prefix_count())) prefixes.insert(after_.prefix(id));
    for (const Prefix& prefix : prefixes) compare(prefix, wanted);
    std::ranges::stable_sort(found_.list, {}, &PathChange::router);
    return std::move(found_);
  }

 private:
  static void route(const Topology& topology, PrefixRoutes& routes, const Prefix& prefix, RoutesTo& into) {
    if (const auto id = find_prefix(topology, prefix)) return routes.to(*id, into);
    into.cost.assign(topology.node_count(), kUnreachable);
    into.first.assign(topology.node_count() + 1, 0);
    into.hops.clear();
    into.order.clear();
  }

  void compare(const Prefix& prefix, const std::function<bool(const std::string&, const Prefix&)>& wanted) {
    route(before_, routes_before_, prefix, was_);
    route(after_, routes_after_, prefix, is_);
    std::fill(changed_.begin(), changed_.end(), 0);
    for (auto node = is_.order.rbegin(); node != is_.order.rend(); ++node) judge(*node, prefix, wanted);
    for (NodeId node : was_.order) {
      if (before_.node(node).kind != NodeKind::kRouter) continue;
      const NodeId there = node_after_[places_before_[node.value()]];
      if (there.valid() && is_.reachable(there)) continue;
      ++found_.pairs;
      ++found_.lost;
      list({PathChangeKind::kLost, before_.node(node).name, prefix, was_.cost[node], kUnreachable}, wanted);
    }
  }

  // A node of `after`, whose next hops have been judged.
  void judge(NodeId node, const Prefix& prefix,
             const std::function<bool(const std::string&, const Prefix&)>& wanted) {
    const std::uint32_t place = places_after_[node.value()];
    const NodeId old = node_before_[place];
    const bool was_there = old.valid() && was_.reachable(old);
    const bool other = was_there && (hops_differ(old, node) || any_hop_changed(node));
    changed_[place] = other || !was_there ? 1 : 0;
    const Node& router = after_.node(node);
    if (router.kind != NodeKind::kRouter) return;
    ++found_.pairs;
    PathChange change{PathChangeKind::kOther, router.name, prefix, was_there ? was_.cost[old] : kUnreachable,
                      is_.cost[node]};
    if (!was_there) {
      change.kind = PathChangeKind::kWon;
      ++found_.won;
    } else if (other) {
      ++found_.other;
    } else if (change.was != change.is) {
      change.kind = PathChangeKind::kCost;
      ++found_.cost;
    } else {
      return;
    }
    list(std::move(change), wanted);
  }

  bool hops_differ(NodeId old, NodeId node) {
    hops_was_.clear();
    hops_is_.clear();
    for (LinkId hop : was_.next_hops(old)) hops_was_.push_back(links_before_[hop.value()]);
    for (LinkId hop : is_.next_hops(node)) hops_is_.push_back(links_after_[hop.value()]);
    std::ranges::sort(hops_was_);
    std::ranges::sort(hops_is_);
    return hops_was_ != hops_is_;
  }

  bool any_hop_changed(NodeId node) const {
    return std::ranges::any_of(is_.next_hops(node), [&](LinkId hop) {
      return changed_[places_after_[after_.link(hop).to.value()]] != 0;
    });
  }

  void list(PathChange change, const std::function<bool(const std::string&, const Prefix&)>& wanted) {
    if (!wanted(change.router, change.prefix)) return;
    if (found_.list.size() < PathChanges::kListMax) {
      found_.list.push_back(std::move(change));
    } else {
      ++found_.left_out;
    }
  }

  const Topology& before_;
  const Topology& after_;
  NodePlaces places_;
  LinkNumbers numbers_;
  std::vector<std::uint32_t> places_before_;  // per node
  std::vector<std::uint32_t> places_after_;
  std::vector<std::uint32_t> links_before_;  // per link
  std::vector<std::uint32_t> links_after_;
  PrefixRoutes routes_before_;
  PrefixRoutes routes_after_;
  std::vector<NodeId> node_before_;  // per place
  std::vector<NodeId> node_after_;
  std::vector<std::uint8_t> changed_;  // per place, for the prefix at hand
  RoutesTo was_;
  RoutesTo is_;
  std::vector<std::uint32_t> hops_was_;
  std::vector<std::uint32_t> hops_is_;
  PathChanges found_;
};

}  // namespace

const char* print_path_change(PathChangeKind kind) {
  switch (kind) {
    case PathChangeKind::kOther:
      return "other";
    case PathChangeKind::kCost:
      return "cost";
    case PathChangeKind::kLost:
      return "lost";
    case PathChangeKind::kWon:
      return "won";
  }
  return "unknown";
}

PathChanges path_changes(const Topology& before, const Topology& after,
                         const std::function<bool(const std::string&, const Prefix&)>& wanted) {
  return Comparison(before, after).run(wanted);
}

}  // namespace anemone
