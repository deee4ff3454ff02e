// Random OSPF networks with several areas, for tests and benchmarks: what routers would flood, made into a
// Topology. A backbone, areas around it (normal, stub, not-so-stubby), broadcast networks, parallel links,
// prefixes at several routers, externals of both types with and without forwarding addresses, areas behind
// virtual links. Summaries are what border routers would advertise, made in rounds from their own tables
// (RFC 2328, 12.4.3).
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "route/area_paths.h"
#include "route/area_view.h"
#include "route/table.h"

namespace anemone {

constexpr AreaId kBackbone{0};

struct RandomAreasOptions {
  std::uint32_t backbone_routers = 6;
  std::uint32_t areas = 3;
  std::uint32_t area_routers = 5;
  Cost cost_max = 4;  // small: many ties
  std::uint32_t externals = 6;
  bool nssa_defaults = false;         // some type 7 LSAs are default routes, with and without the P-bit
  std::uint32_t virtual_percent = 0;  // of the normal areas, how many carry virtual links
};

class RandomAreas {
 public:
  RandomAreas(Random& random, RandomAreasOptions options) : random_(random), options_(options) {
    std::vector<NodeId> core;
    for (std::uint32_t i = 0; i < options.backbone_routers; ++i) core.push_back(add_router(kBackbone));
    connect(core, kBackbone);
    for (std::uint32_t i = 1; i <= options.areas; ++i) add_area(core, AreaId{i});
    for (std::uint32_t i = 1; i <= options.areas; ++i) {
      if (kind(AreaId{i}) == Kind::kNormal && chance(options.virtual_percent)) add_virtual_link(AreaId{i});
    }
    mark_border_routers();
    add_boundary_routers();
    summarise(true);
    const std::size_t rounds = virtual_links_.empty() ? 1 : 4;
    for (std::size_t i = 0; i < rounds; ++i) summarise(false);
    add_defaults();
  }

  Topology topology() const { return Topology(parts_); }

 private:
  enum class Kind { kNormal, kStub, kNssa };

  NodeId add_router(AreaId area) {
    Node node;
    node.router_id = {0x0aff'0000U + static_cast<std::uint32_t>(parts_.nodes.size()) + 1};
    node.name = print_address(node.router_id);
    node.areas = {area};
    const NodeId id{parts_.nodes.size()};
    parts_.attachments.push_back(
        {Prefix(node.router_id, 32), id, 0, PrefixKind::kStub, area, {}});  // its loopback
    parts_.attachments.push_back({next_prefix(), id, cost(), PrefixKind::kStub, area, {}});
    parts_.nodes.push_back(node);
    return id;
  }

  Prefix next_prefix() { return Prefix(Ipv4{0xc0a8'0000U + (networks_++ << 8)}, 24); }
  Cost cost() { return 1 + random_.below(options_.cost_max); }
  bool chance(std::uint32_t percent) { return random_.below(100) < percent; }
  NodeId one_of(const std::vector<NodeId>& nodes) {
    return nodes[random_.below(static_cast<std::uint32_t>(nodes.size()))];
  }

  void link(NodeId a, NodeId b, AreaId area) {
    const Ipv4 left{0x0a01'0000U + 4 * links_ + 1};
    const Ipv4 right{0x0a01'0000U + 4 * links_++ + 2};
    Link there;
    there.from = a;
    there.to = b;
    there.cost = cost();
    there.area = area;
    there.address = left;
    there.neighbor = right;
    Link back = there;
    std::swap(back.from, back.to);
    std::swap(back.address, back.neighbor);
    back.cost = cost();
    parts_.attachments.push_back({Prefix(left, 30), a, there.cost, PrefixKind::kStub, area, {}});
    parts_.attachments.push_back({Prefix(left, 30), b, back.cost, PrefixKind::kStub, area, {}});
    parts_.links.push_back(there);
    parts_.links.push_back(back);
  }

  void lan(const std::vector<NodeId>& routers, AreaId area) {
    Node node;
    node.kind = NodeKind::kNetwork;
    node.prefix = next_prefix();
    node.name = "net:" + print_prefix(node.prefix);
    node.areas = {area};
    const NodeId network{parts_.nodes.size()};
    parts_.nodes.push_back(node);
    parts_.attachments.push_back({node.prefix, network, 0, PrefixKind::kNetwork, area, {}});
    std::uint32_t host = 1;
    for (NodeId router : routers) {
      const IpAddress address = Ipv4{node.prefix.address().v4().value + host++};
      Link in;
      in.from = router;
      in.to = network;
      in.cost = cost();
      in.area = area;
      in.address = address;
      Link out;
      out.from = network;
      out.to = router;
      out.cost = 0;
      out.area = area;
      out.neighbor = address;
      parts_.links.push_back(in);
      parts_.links.push_back(out);
    }
  }

  // A tree, as many links again, a broadcast network, a prefix that two routers have.
  void connect(const std::vector<NodeId>& routers, AreaId area) {
    const auto count = static_cast<std::uint32_t>(routers.size());
    for (std::uint32_t i = 1; i < count; ++i) link(routers[i], routers[random_.below(i)], area);
    for (std::uint32_t i = 0; i < count; ++i) {
      const NodeId a = one_of(routers);
      const NodeId b = one_of(routers);
      if (a != b) link(a, b, area);
    }
    if (chance(70) && count >= 3) {
      const std::uint32_t skip = random_.below(count - 2);
      lan({routers[skip], routers[skip + 1], routers[skip + 2]}, area);
    }
    const Prefix shared = chance(50) ? next_prefix() : anycast_;
    for (int i = 0; i < 2; ++i) {
      parts_.attachments.push_back({shared, one_of(routers), cost(), PrefixKind::kStub, area, {}});
    }
  }

  void add_area(const std::vector<NodeId>& core, AreaId area) {
    kinds_.push_back(static_cast<Kind>(random_.below(3)));
    if (kinds_.back() != Kind::kNormal) parts_.stub_areas.push_back(area);
    std::vector<NodeId> routers;
    for (std::uint32_t i = 0; i < options_.area_routers; ++i) routers.push_back(add_router(area));
    const auto borders = static_cast<std::uint32_t>(core.size());
    const std::uint32_t first = random_.below(borders);
    for (std::uint32_t i = 0; i < std::min(borders, 1 + random_.below(2)); ++i) {
      const NodeId border = core[(first + i) % core.size()];
      parts_.nodes[border.value()].areas.push_back(area);
      routers.push_back(border);
    }
    connect(routers, area);
  }

  // Between two routers of the area, one of which may be inside: it gets an area of its own behind it.
  void add_virtual_link(AreaId area) {
    std::vector<NodeId> borders;
    std::vector<NodeId> inner;
    for (NodeId id : indices<NodeId>(parts_.nodes.size())) {
      const Node& node = parts_.nodes[id.value()];
      if (node.kind == NodeKind::kNetwork || !has(node.areas, area)) continue;
      (node.areas.size() > 1 ? borders : inner).push_back(id);
    }
    const NodeId near = borders[0];
    const bool behind = borders.size() < 2 || chance(60);
    const NodeId far = behind ? one_of(inner) : borders[1];
    Node& node = parts_.nodes[far.value()];
    if (behind) {
      node.areas.push_back(kBackbone);
      add_area({far}, AreaId{static_cast<std::uint32_t>(kinds_.size()) + 1});
    }
    virtual_links_.push_back({near, far, area});
    for (NodeId end : {near, far}) parts_.nodes[end.value()].virtual_areas.push_back(area);
    const Topology topology(parts_);  // the link costs what the way does
    AreaPaths paths(topology);
    for (const auto& [from, to] : {std::pair(near, far), std::pair(far, near)}) {
      const Seed end{to};
      paths.to(area, std::span(&end, 1));
      Link link;
      link.from = from;
      link.to = to;
      link.area = kBackbone;
      link.cost = paths.cost(from);
      link.is_virtual = true;
      parts_.links.push_back(link);
    }
  }

  static bool has(const std::vector<AreaId>& areas, AreaId area) {
    return std::find(areas.begin(), areas.end(), area) != areas.end();
  }

  Kind kind(AreaId area) const { return area == kBackbone ? Kind::kNormal : kinds_[area.value - 1]; }

  void mark_border_routers() {
    for (Node& node : parts_.nodes) {
      if (node.areas.size() > 1) node.abr_domains = {kOspf2Domain};
    }
  }

  void add_boundary_routers() {
    for (std::uint32_t i = 0; i < options_.externals; ++i) {
      const NodeId id{random_.below(static_cast<std::uint32_t>(parts_.nodes.size()))};
      Node& node = parts_.nodes[id.value()];
      if (node.kind == NodeKind::kNetwork || (!node.abr() && kind(node.areas[0]) == Kind::kStub)) continue;
      node.asbr = true;
      for (AreaId area : node.areas) {
        if (kind(area) != Kind::kStub) node.asbr_areas.push_back(area);
      }
      Attachment external;
      external.prefix = Prefix(Ipv4{0xcb00'0000U + (random_.below(3) << 8)}, 24);
      external.node = id;
      external.cost = cost();
      const bool type2 = chance(50);
      external.kind = type2 ? PrefixKind::kExternal2 : PrefixKind::kExternal1;
      if (!node.abr() && kind(node.areas[0]) == Kind::kNssa) {
        external.area = node.areas[0];
        external.kind = type2 ? PrefixKind::kNssa2 : PrefixKind::kNssa1;
        external.forwarding = node.router_id;
        if (options_.nssa_defaults && chance(40)) {
          external.prefix = Prefix(Ipv4{0}, 0);
          external.propagate = chance(50);
        }
        if (external.propagate) translate(external);
      } else if (chance(30)) {
        external.forwarding = some_address();
      }
      parts_.attachments.push_back(external);
    }
  }

  // RFC 3101: the border router with the highest id makes a type 5 of the area's type 7.
  void translate(Attachment external) {
    for (std::size_t i = parts_.nodes.size(); i-- > 0;) {
      Node& node = parts_.nodes[i];
      const auto& areas = node.areas;
      if (!node.abr() || std::find(areas.begin(), areas.end(), external.area) == areas.end()) continue;
      external.node = NodeId{i};
      external.kind = external.kind == PrefixKind::kNssa1 ? PrefixKind::kExternal1 : PrefixKind::kExternal2;
      external.area = kBackbone;
      parts_.attachments.push_back(external);
      node.asbr = true;
      node.asbr_areas.push_back(kBackbone);
      return;
    }
  }

  // On some prefix inside: often nobody's, sometimes a router's.
  IpAddress some_address() {
    const Attachment& at =
        parts_.attachments[random_.below(static_cast<std::uint32_t>(parts_.attachments.size()))];
    return Ipv4{at.prefix.address().v4().value + (at.prefix.length() == 32 ? 0 : 1 + random_.below(3))};
  }

  // Border routers tell the backbone of their areas, and then their areas of everything else.
  void summarise(bool into_backbone) {
    const Topology topology(parts_);
    if (!into_backbone) {
      std::erase_if(parts_.attachments, [](const Attachment& attachment) {
        return attachment.kind == PrefixKind::kSummary && attachment.area != kBackbone;
      });
      std::erase_if(parts_.border_routes, [](const BorderRoute& route) { return route.area != kBackbone; });
    }
    for (NodeId id : topology.nodes()) {
      if (!topology.node(id).abr()) continue;
      for (const Route& route : route_table(topology, id)) {
        if (route.type > PathType::kInter) continue;
        if (into_backbone ? route.area == kBackbone || route.type != PathType::kIntra : false) continue;
        for (AreaId area : topology.node(id).areas) {
          if ((area == kBackbone) != into_backbone || area == route.area) continue;
          if (goes_through(topology, route, area)) continue;
          parts_.attachments.push_back(
              {topology.prefix(route.prefix), id, route.cost, PrefixKind::kSummary, area, {}});
          advertise_boundary(topology, topology.prefix(route.prefix), id, route.cost, area);
        }
      }
    }
  }

  // Whether next hops are in that area: then it is not told of the route.
  static bool goes_through(const Topology& topology, const Route& route, AreaId area) {
    return std::any_of(route.next_hops.begin(), route.next_hops.end(), [&](const NextHop& hop) {
      return hop.link.valid() && topology.link(hop.link).area == area;
    });
  }

  // A route to a boundary router's loopback costs what the router does: that is what type 4 LSAs say.
  void advertise_boundary(const Topology& topology, const Prefix& prefix, NodeId via, Cost cost,
                          AreaId area) {
    if (prefix.length() != 32 || kind(area) != Kind::kNormal) return;
    for (const Node& node : topology.parts().nodes) {
      if (!node.asbr || IpAddress(node.router_id) != prefix.address()) continue;
      parts_.border_routes.push_back({node.router_id, via, cost, area});
    }
  }

  void add_defaults() {
    for (NodeId id : indices<NodeId>(parts_.nodes.size())) {
      const Node& node = parts_.nodes[id.value()];
      if (!node.abr()) continue;
      for (AreaId area : node.areas) {
        if (kind(area) == Kind::kNormal) continue;
        parts_.attachments.push_back({Prefix(Ipv4{0}, 0), id, 1, PrefixKind::kSummary, area, {}});
      }
    }
  }

  Random& random_;
  RandomAreasOptions options_;
  TopologyParts parts_;
  std::vector<Kind> kinds_;
  struct VirtualLink {
    NodeId near, far;
    AreaId area;
  };
  std::vector<VirtualLink> virtual_links_;
  std::uint32_t networks_ = 0;
  std::uint32_t links_ = 0;
  Prefix anycast_{Ipv4{0x0a63'0000}, 24};
};

}  // namespace anemone
