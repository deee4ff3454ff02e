#include "route/routes_to_prefix.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

namespace anemone {
namespace {

bool is_external(PrefixKind kind) {
  return kind != PrefixKind::kStub && kind != PrefixKind::kNetwork && kind != PrefixKind::kSummary;
}

std::optional<PrefixId> find_prefix(const Topology& topology, const Prefix& wanted) {
  std::size_t low = 0;
  std::size_t high = topology.prefix_count();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (topology.prefix(PrefixId{middle}) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == topology.prefix_count() || topology.prefix(PrefixId{low}) != wanted) return std::nullopt;
  return PrefixId{low};
}

// Calls `visit(id)` for the prefixes of the topology that hold `address` and are at most `length` long,
// the longest first, until it returns false.
template <class Visit>
void each_around(const Topology& topology, const IpAddress& address, int length, Visit visit) {
  for (; length >= 0; --length) {
    const auto id = find_prefix(topology, Prefix(address, length));
    if (id && !visit(*id)) return;
  }
}

// What a router compares external routes by (RFC 2328 section 16.4 step 6).
auto preference(const Field::Choice& choice) {
  return std::tuple(choice.type, choice.type2_cost, choice.rank, choice.cost);
}

Field::Choice here() {
  Field::Choice choice;
  choice.cost = 0;
  choice.exit = true;
  return choice;
}

}  // namespace

PrefixRoutes::PrefixRoutes(const Topology& topology)
    : topology_(topology),
      inside_(topology),
      field_(topology.node_count()),
      wider_(topology.node_count()),
      second_(topology.node_count()),
      scratch_(topology.node_count()),
      settled_(topology.node_count()),
      onward_(topology.node_count()),
      pending_(topology.node_count()) {}

void PrefixRoutes::to(PrefixId prefix, RoutesTo& routes) {
  choose(prefix, StubNetworks::kCarry, field_);
  list_hops(field_, routes);
  put_in_order(routes);
}

void PrefixRoutes::toward(PrefixId id, RoutesTo& routes) {
  choose(id, StubNetworks::kLeave, field_);
  const Prefix& prefix = topology_.prefix(id);
  each_around(topology_, prefix.address(), prefix.length() - 1, [&](PrefixId around) {
    if (field_.touched().size() == topology_.node_count()) return false;
    choose(around, StubNetworks::kLeave, wider_);
    for (NodeId node : wider_.touched()) {
      if (!field_[node].known()) field_.at(node) = wider_[node];
    }
    return true;
  });
  list_hops(field_, routes);
  put_in_order(routes);
}

void PrefixRoutes::settle(const Field& field) {
  settled_.assign(topology_.node_count(), 0);
  for (NodeId node : field.touched()) settled_[node] = 1;
}

// Domain after domain, the best first: each serves the nodes that have no route yet.
void PrefixRoutes::choose(PrefixId prefix, StubNetworks networks, Field& field) {
  field.clear();
  areas_.clear();
  for (const Attachment& attachment : topology_.attachments(prefix)) {
    if (areas_.empty() || areas_.back().domain != attachment.area.domain) areas_.push_back(attachment.area);
  }
  if (areas_.size() == 1) return choose_in(areas_[0].domain, prefix, networks, field);
  for (std::uint16_t domain : domains_of(areas_)) {
    second_.clear();
    choose_in(domain, prefix, networks, second_);
    for (NodeId node : second_.touched()) {
      const bool own =
          second_[node].final && !field[node].final;  // whose it is sends it out, whatever it hears
      if (!field[node].known() || own) field.at(node) = second_[node];
    }
  }
}

void PrefixRoutes::choose_in(std::uint16_t domain, PrefixId prefix, StubNetworks networks, Field& field) {
  inside_.to_prefix(prefix, domain, field);
  const auto attachments = topology_.attachments(prefix);
  if (!is_external(attachments.back().kind)) return;  // externals stand last
  settle(field);
  auto add_externals = [&](Offer whom) {
    for (const Attachment& attachment : attachments) {
      const bool ours = attachment.area.domain == domain && is_external(attachment.kind);
      if (ours) add_external(attachment, whom, field);
    }
  };
  add_externals(Offer::kByHearing);
  if (networks == StubNetworks::kLeave) return;
  settle(field);
  add_externals(Offer::kToNetworks);
}

void PrefixRoutes::add_external(const Attachment& external, Offer whom, Field& field) {
  const bool nssa = external.kind == PrefixKind::kNssa1 || external.kind == PrefixKind::kNssa2;
  const bool type2 = external.kind == PrefixKind::kExternal2 || external.kind == PrefixKind::kNssa2;
  const Entrance& ways = entrance(external);
  const PerNode<char>& hearers = inside_.hears_externals(external.area.domain);
  for (NodeId node : ways.ids()) {
    const Field::Choice& way = ways[node];
    if (!way.known() || way.unusable || settled_[node] || field[node].final) continue;
    if (nssa && !inside_.is_in(node, external.area)) continue;
    if (node != external.node && ignores_nssa_default(topology_, node, external)) continue;
    const bool hears = nssa || hearers[node] != 0;
    const bool network = topology_.node(node).kind == NodeKind::kNetwork;
    if (whom == Offer::kByHearing ? !hears : !network) continue;
    Field::Choice offer = way;
    offer.type = type2 ? PathType::kExternal2 : PathType::kExternal1;
    offer.type2_cost = type2 ? external.cost : 0;
    if (!type2) offer.cost += external.cost;
    offer.final = way.exit && node == external.node;  // its own: routes of others do not count
    const bool known = field[node].known();
    if (known && !offer.final && preference(offer) > preference(field[node])) continue;
    Field::Choice& choice = field.at(node);
    if (!known || offer.final || preference(offer) < preference(choice)) {
      choice = std::move(offer);
    } else {
      choice.hops.insert(choice.hops.end(), offer.hops.begin(), offer.hops.end());
      choice.exit |= offer.exit;
    }
  }
}

const PrefixRoutes::Entrance& PrefixRoutes::entrance(const Attachment& external) {
  const NodeId router = external.node;
  const auto [at, is_new] = entrances_.try_emplace({external.area, router, external.forwarding});
  Entrance& ways = at->second;
  if (!is_new) return ways;
  ways.assign(topology_.node_count(), {});
  scratch_.clear();
  inside_.to_boundary_router(external, scratch_);
  for (NodeId node : scratch_.touched()) ways[node] = scratch_[node];
  ways[router] = here();
  if (!external.forwarding.is_none()) aim_at(external, ways);
  return ways;
}

// Replaces the way to the router by that to the forwarding address, for those who may use it.
void PrefixRoutes::aim_at(const Attachment& external, Entrance& ways) {
  const IpAddress& address = external.forwarding;
  const NodeId router = external.node;
  PerNode<char> open(topology_.node_count());
  for (NodeId node : ways.ids()) {
    open[node] = ways[node].known() && !ways[node].unusable;
    if (open[node]) ways[node] = {};
  }
  if (owns(router, address)) {
    ways[router] = here();
    open[router] = 0;
  }
  each_around(topology_, address, address.is_v4() ? 32 : 128, [&](PrefixId around) {
    scratch_.clear();
    inside_.to_prefix(around, external.area.domain, scratch_);
    for (NodeId node : scratch_.touched()) {
      if (!std::exchange(open[node], 0) || owns(node, address)) continue;
      ways[node] = last_step(node, scratch_[node], external);
    }
    return true;
  });
}

// Where the network that holds the address is attached, packets go straight to whoever has it.
Field::Choice PrefixRoutes::last_step(NodeId node, const Field::Choice& to_prefix,
                                      const Attachment& external) {
  Field::Choice choice = to_prefix;
  if (!choice.exit) return choice;
  for (LinkId id : topology_.links_from(node)) {
    const Link& link = topology_.link(id);
    if (link.neighbor != external.forwarding || link.area.domain != external.area.domain) continue;
    if (link.is_virtual) continue;
    choice.hops = {id};
    choice.exit = false;
  }
  return choice;
}

bool PrefixRoutes::owns(NodeId node, const IpAddress& address) const {
  for (LinkId id : topology_.links_from(node)) {
    if (topology_.link(id).address == address) return true;
  }
  const auto host = find_prefix(topology_, Prefix(address, address.is_v4() ? 32 : 128));
  if (!host) return false;
  const auto attached = topology_.attachments(*host);
  return std::any_of(attached.begin(), attached.end(), [&](const Attachment& attachment) {
    return attachment.node == node && attachment.kind == PrefixKind::kStub;
  });
}

void PrefixRoutes::list_hops(const Field& field, RoutesTo& routes) {
  auto sorted = [&](NodeId node) -> const std::vector<LinkId>& {
    sorted_.clear();
    if (!field[node].exit) sorted_ = field[node].hops;
    std::sort(sorted_.begin(), sorted_.end());
    sorted_.erase(std::unique(sorted_.begin(), sorted_.end()), sorted_.end());
    return sorted_;
  };
  routes.cost.assign(topology_.node_count(), kUnreachable);
  for (NodeId node : topology_.nodes()) {
    routes.cost[node] = field[node].cost;
    const bool network = topology_.node(node).kind == NodeKind::kNetwork;
    onward_[node] = network && field[node].known() ? static_cast<std::uint32_t>(sorted(node).size()) : 0;
  }
  routes.first.clear();
  routes.hops.clear();
  for (NodeId node : topology_.nodes()) {
    routes.first.push_back(static_cast<std::uint32_t>(routes.hops.size()));
    if (!field[node].known()) continue;
    for (LinkId hop : sorted(node)) {
      const std::uint32_t times = std::max<std::uint32_t>(onward_[topology_.link(hop).to], 1);
      routes.hops.insert(routes.hops.end(), times, hop);
    }
  }
  routes.first.push_back(static_cast<std::uint32_t>(routes.hops.size()));
}

// From the exits outwards: a node has its place once all its next hops have theirs (Kahn 1962). What never
// gets one goes around a loop, or to where there is no route.
void PrefixRoutes::put_in_order(RoutesTo& routes) {
  first_user_.assign(topology_.node_count() + 1, 0);
  for (LinkId hop : routes.hops) ++first_user_[topology_.link(hop).to.value() + 1];
  for (std::size_t i = 1; i < first_user_.size(); ++i) first_user_[i] += first_user_[i - 1];
  users_.resize(routes.hops.size());
  next_user_.assign(first_user_.begin(), first_user_.end() - 1);
  routes.order.clear();
  std::size_t known = 0;
  for (NodeId node : topology_.nodes()) {
    const auto hops = routes.next_hops(node);
    pending_[node] = static_cast<std::uint32_t>(hops.size());
    for (LinkId hop : hops) users_[next_user_[topology_.link(hop).to.value()]++] = node;
    if (!routes.reachable(node)) continue;
    ++known;
    if (hops.empty()) routes.order.push_back(node);
  }
  for (std::size_t i = 0; i < routes.order.size(); ++i) {
    const std::uint32_t at = routes.order[i].value();
    for (std::uint32_t user = first_user_[at]; user < first_user_[at + 1]; ++user) {
      if (--pending_[users_[user]] == 0) routes.order.push_back(users_[user]);
    }
  }
  std::reverse(routes.order.begin(), routes.order.end());
  if (routes.order.size() < known) drop_unordered(routes);
}

void PrefixRoutes::drop_unordered(RoutesTo& routes) {
  std::uint32_t kept = 0;
  for (NodeId node : topology_.nodes()) {
    const std::uint32_t first = routes.first[node.value()];
    const std::uint32_t end = routes.first[node.value() + 1];
    routes.first[node.value()] = kept;
    if (pending_[node] > 0) {
      routes.cost[node] = kUnreachable;
      continue;
    }
    for (std::uint32_t i = first; i < end; ++i) routes.hops[kept++] = routes.hops[i];
  }
  routes.first.back() = kept;
  routes.hops.resize(kept);
}

RoutesTo routes_to_prefix(const Topology& topology, PrefixId prefix) {
  RoutesTo routes;
  PrefixRoutes(topology).to(prefix, routes);
  return routes;
}

}  // namespace anemone
