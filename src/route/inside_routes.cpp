#include "route/inside_routes.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace anemone {
namespace {

bool is_inside(const Attachment& attachment) {
  return attachment.kind == PrefixKind::kStub || attachment.kind == PrefixKind::kNetwork;
}

bool has(const std::vector<AreaId>& areas, AreaId area) {
  return std::find(areas.begin(), areas.end(), area) != areas.end();
}

}  // namespace

InsideRoutes::InsideRoutes(const Topology& topology)
    : topology_(topology),
      paths_(topology),
      areas_(areas_of_nodes(topology)),
      examined_(topology.node_count()),
      in_area_(topology.node_count()) {
  std::set<AreaId> all;
  for (NodeId node : topology.nodes()) {
    all.insert(areas_[node].begin(), areas_[node].end());
    examined_[node] = examined_areas(topology, node, areas_[node]);
  }
  all_areas_.assign(all.begin(), all.end());
  find_transits();
}

// Border routers in an area that is not examined, from which the end of a virtual link is reached in it.
void InsideRoutes::find_transits() {
  for (AreaId area : all_areas_) {
    seeds_.clear();
    for (NodeId node : topology_.nodes()) {
      if (ends_virtual_link(topology_.node(node), area)) seeds_.push_back({node});
    }
    if (seeds_.empty()) continue;
    Transit transit{area, {}};
    paths_.to(area, seeds_);
    for (NodeId node : paths_.reached()) {
      if (is_in(node, area) && !examines(node, area)) transit.routers.push_back(node);
    }
    transits_.push_back(std::move(transit));
  }
}

// Offers what the seeds, border routers of a transit area, advertise there. A router does not count its own.
void InsideRoutes::shorten(const Transit& transit, Field& field) {
  if (seeds_.empty()) return;
  std::vector<NodeId> advertisers;
  paths_.to(transit.area, seeds_);
  for (NodeId router : transit.routers) {
    if (paths_.is_seed(router)) {
      advertisers.push_back(router);
    } else {
      offer_over_transit(router, field);
    }
  }
  for (NodeId router : advertisers) {
    other_seeds_ = seeds_;
    std::erase_if(other_seeds_, [&](const Seed& seed) { return seed.node == router; });
    paths_.to(transit.area, other_seeds_);
    offer_over_transit(router, field);
  }
}

// Only ways of the backbone are shortened: nearer replaces, as near adds.
void InsideRoutes::offer_over_transit(NodeId router, Field& field) const {
  const Field::Choice& known = field[router];
  const Cost cost = paths_.cost(router);
  const bool real = known.known() && !known.unusable && (known.intra || !known.exit);
  if (!real || known.area != backbone_of(paths_.area()) || cost > known.cost) return;
  Field::Choice& choice = field.at(router);
  if (cost < choice.cost) {
    choice.cost = cost;
    choice.exit = false;
    choice.hops.clear();
  }
  append_hops(router, choice.hops);
}

// A way that began with a virtual link, and that no transit area has resolved, is not used.
void InsideRoutes::drop_unresolved(Field& field) const {
  if (transits_.empty()) return;
  field.drop_if([](const Field::Choice& choice) { return !choice.exit && choice.hops.empty(); });
}

const PerNode<char>& InsideRoutes::hears_externals(std::uint16_t domain) {
  const auto [at, is_new] = hears_externals_.try_emplace(domain, topology_.node_count());
  for (NodeId node : topology_.nodes()) {
    if (is_new) at->second[node] = anemone::hears_externals(topology_, areas_[node], domain);
  }
  return at->second;
}

bool InsideRoutes::is_in(NodeId node, AreaId area) const { return has(areas_[node], area); }

bool InsideRoutes::examines(NodeId node, AreaId area) const { return has(examined_[node], area); }

// The links that a node takes; no packet takes a virtual one.
void InsideRoutes::append_hops(NodeId node, std::vector<LinkId>& hops) const {
  const std::size_t before = hops.size();
  paths_.append_hops(node, hops);
  const auto is_virtual = [&](LinkId id) { return topology_.link(id).is_virtual; };
  hops.erase(std::remove_if(hops.begin() + static_cast<std::ptrdiff_t>(before), hops.end(), is_virtual),
             hops.end());
}

// Offers the way that paths_ found within one area: nearer replaces, equal adds.
void InsideRoutes::add_intra(AreaId area, Field& field) {
  const bool own_counts = protocol_of(area.domain) == Protocol::kIsis;
  for (NodeId node : paths_.reached()) {
    const bool own = own_counts ? paths_.is_seed(node) : paths_.at_seed(node);
    const Cost cost = own ? paths_.seed_cost(node) : paths_.cost(node);
    const int rank = inside_rank(area, own);
    const Field::Choice& known = field[node];
    if (known.known() && std::pair(rank, cost) > std::pair(known.inside_rank, known.cost)) continue;
    Field::Choice& choice = field.at(node);
    if (!choice.known() || std::pair(rank, cost) < std::pair(choice.inside_rank, choice.cost)) {
      Field::forget(choice);
      choice.cost = cost;
      choice.area = area;
      choice.intra = true;
      choice.rank = way_rank(true, area);
      choice.inside_rank = rank;
    }
    choice.exit |= own;
    if (!own) append_hops(node, choice.hops);
  }
}

// Offers the way over area border routers. One that advertises the destination itself has no way by the
// summaries of that area. Where it has none otherwise either and nobody else was heard to have the
// destination, what it advertises lies in an area that we do not hear: packets leave there.
void InsideRoutes::add_inter(AreaId area, bool is_default, Advertiser advertiser, Field& field) {
  for (NodeId node : paths_.reached()) {
    const Field::Choice& known = field[node];
    if (known.known() && known.intra) continue;
    const bool ignored = is_default && topology_.node(node).is_abr(area.domain) && topology_.is_stub(area);
    const bool leaves = paths_.is_seed(node);
    if (leaves) {
      const bool from_nothing = ignored && is_in(node, backbone_of(area));  // a default, for inner routers
      if (known.known() || from_nothing || advertiser == Advertiser::kNoWay) continue;
    } else if (ignored || !examines(node, area)) {
      continue;
    }
    const Cost cost = paths_.cost(node);
    const bool real = known.known() && !known.exit;
    if (real && cost > known.cost) continue;
    const bool replaces = !real || cost < known.cost;
    Field::Choice& choice = field.at(node);
    if (replaces) {
      Field::forget(choice);
      choice.cost = cost;
      choice.area = area;
      choice.rank = way_rank(false, area);
    }
    choice.exit = leaves;
    if (!leaves) append_hops(node, choice.hops);
  }
}

void InsideRoutes::to_prefix(PrefixId prefix, std::uint16_t domain, Field& field) {
  const auto attachments = topology_.attachments(prefix);
  auto seed = [&](AreaId area, auto wanted) {
    seeds_.clear();
    for (const Attachment& attachment : attachments) {
      if (attachment.area == area && wanted(attachment)) seeds_.push_back({attachment.node, attachment.cost});
    }
    if (!seeds_.empty()) paths_.to(area, seeds_);
    return !seeds_.empty();
  };
  for (AreaId area : all_areas_) {
    if (area.domain == domain && seed(area, is_inside)) add_intra(area, field);
  }
  auto is_summary = [&](const Attachment& attachment) {
    return attachment.kind == PrefixKind::kSummary && topology_.node(attachment.node).is_abr(domain);
  };
  const bool is_default = topology_.prefix(prefix).length() == 0;
  const bool heard = std::any_of(attachments.begin(), attachments.end(), [&](const Attachment& attachment) {
    return attachment.area.domain == domain && is_inside(attachment);
  });
  const Advertiser advertiser = heard ? Advertiser::kNoWay : Advertiser::kExit;
  for (AreaId area : all_areas_) {
    if (area.domain == domain && seed(area, is_summary)) add_inter(area, is_default, advertiser, field);
  }
  for (const Transit& transit : transits_) {
    if (transit.area.domain == domain && seed(transit.area, is_summary)) shorten(transit, field);
  }
  drop_unresolved(field);
}

// Those that advertise the way to an AS boundary router there.
void InsideRoutes::seed_border_routers(AreaId area, RouterId asbr) {
  seeds_.clear();
  for (const BorderRoute& border : topology_.border_routes()) {
    const bool usable = border.asbr == asbr && topology_.node(border.via).is_abr(area.domain);
    if (usable && border.area == area) seeds_.push_back({border.via, border.cost});
  }
}

void InsideRoutes::to_boundary_router(const Attachment& external, Field& field) {
  const NodeId router = external.node;
  const std::uint16_t domain = external.area.domain;
  const Node& target = topology_.node(router);
  const bool heard = std::ranges::any_of(target.areas, [&](AreaId area) { return area.domain == domain; });
  const Advertiser advertiser = heard ? Advertiser::kNoWay : Advertiser::kExit;
  for (AreaId area : all_areas_) {
    if (area.domain != domain || !leads_out(topology_, area, external)) continue;
    in_area_.clear();
    bool boundary = true;
    if (is_in(router, area) && is_border(target, area)) {
      boundary = says_boundary(target, area);
      const Seed self{router};
      paths_.to(area, std::span(&self, 1));
      add_intra(area, in_area_);
    }
    seed_border_routers(area, target.router_id);
    if (!seeds_.empty()) {
      paths_.to(area, seeds_);
      add_inter(area, false, advertiser, in_area_);
    }
    in_area_.change_all([&](Field::Choice& choice) { choice.unusable = choice.intra && !boundary; });
    for (const Transit& transit : transits_) {
      if (area != backbone_of(transit.area)) continue;
      seed_border_routers(transit.area, target.router_id);
      shorten(transit, in_area_);
    }
    drop_unresolved(in_area_);
    for (NodeId node : in_area_.touched()) {
      const Field::Choice& found = in_area_[node];
      Field::Choice& best = field.at(node);
      // An exit into the unknown is the last resort.
      auto order = [](const Field::Choice& c) {
        return std::tuple(c.exit && !c.intra, c.rank, c.cost, ~c.area.value);
      };
      if (best.known() && order(best) <= order(found)) continue;
      best = found;
    }
  }
}

}  // namespace anemone
