// A network from a seed, for tests that need to know the truth: routers, LANs with several routers, stub
// networks of both families, networks outside behind one border router or two; and the ways through it,
// worked out by the plainest algorithm (all pairs by Floyd and Warshall), which nothing else here uses.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "topology/topology.h"

namespace anemone {

struct SimulatedNetwork {
  std::vector<std::vector<Cost>> distance;  // by node and node
  Topology topology;

  explicit SimulatedNetwork(TopologyParts parts) : topology(std::move(parts)) { measure(); }

  PrefixId find(const Prefix& wanted) const {
    for (PrefixId id : indices<PrefixId>(topology.prefix_count())) {
      if (topology.prefix(id) == wanted) return id;
    }
    return {};
  }
  // What is left from a node to where the prefix is attached.
  Cost left(NodeId from, PrefixId to) const {
    Cost best = kUnreachable;
    for (const Attachment& at : topology.attachments(to)) {
      best = std::min(best, distance[from.value()][at.node.value()]);
    }
    return best;
  }
  // The nodes on the way of the flow with this number: of equal ways always the same.
  std::vector<NodeId> way(NodeId from, PrefixId to, std::uint64_t flow) const {
    std::vector<NodeId> nodes{from};
    while (left(nodes.back(), to) > 0) {
      std::vector<NodeId> next;
      for (LinkId id : topology.links_from(nodes.back())) {
        const Link& link = topology.link(id);
        if (left(link.to, to) != kUnreachable && link.cost + left(link.to, to) == left(nodes.back(), to))
          next.push_back(link.to);
      }
      if (next.empty() || nodes.size() > topology.node_count()) return {};
      nodes.push_back(next[flow % next.size()]);
    }
    return nodes;
  }

 private:
  void measure() {
    const std::size_t count = topology.node_count();
    distance.assign(count, std::vector<Cost>(count, kUnreachable));
    for (std::size_t i = 0; i < count; ++i) distance[i][i] = 0;
    for (const Link& link : topology.links()) {
      Cost& known = distance[link.from.value()][link.to.value()];
      known = std::min(known, link.cost);
    }
    for (std::size_t via = 0; via < count; ++via) {
      for (std::size_t a = 0; a < count; ++a) {
        for (std::size_t b = 0; b < count; ++b) {
          if (distance[a][via] == kUnreachable || distance[via][b] == kUnreachable) continue;
          distance[a][b] = std::min(distance[a][b], distance[a][via] + distance[via][b]);
        }
      }
    }
  }
};

// The parts of a network: routers are nodes 0 .. routers-1, LANs follow.
//
//   router r     stub 10.0.r.0/24 and 2001:db8:r::/64, interface addresses 10.255.r.x
//   LAN l        10.1.l.0/24, its routers 10.1.l.1 and on
//   outside      198.51.i.0/24 at one border router, 203.0.113.0/24 at two
struct SimulatedParts {
  std::uint32_t routers = 0;
  std::uint32_t lans = 0;
  TopologyParts parts;
  std::vector<std::vector<std::uint32_t>> lan_routers;
  std::vector<std::uint32_t> borders;  // of 198.51.i.0/24; those of 203.0.113.0/24 are the first two
};

inline Prefix stub_prefix(std::uint32_t router) { return Prefix(Ipv4{0x0a000000 + router * 256}, 24); }
inline Prefix stub_prefix6(std::uint32_t router) {
  return Prefix(IpAddress{std::uint64_t{0x2001'0db8'0000'0000} | router, 0}, 64);
}
inline Prefix lan_prefix(std::uint32_t lan) { return Prefix(Ipv4{0x0a010000 + lan * 256}, 24); }
inline Prefix outside_prefix(std::uint32_t number) { return Prefix(Ipv4{0xc6330000 + number * 256}, 24); }
inline Prefix outside_of_two() { return Prefix(Ipv4{0xcb007100}, 24); }
inline IpAddress nth(const Prefix& prefix, std::uint32_t number) {
  const IpAddress& first = prefix.address();
  if (first.is_v4()) return Ipv4{first.v4().value + number};
  return {first.high(), first.low() + number};
}

inline void join(Random& random, TopologyParts& parts, std::uint32_t a, std::uint32_t b,
                 std::uint32_t& addresses) {
  Link out;
  out.from = NodeId{a};
  out.to = NodeId{b};
  out.cost = 1 + random.below(4);
  out.capacity_bps = 1e9;
  out.address = Ipv4{0x0aff0000 + addresses++};
  Link back = out;
  std::swap(back.from, back.to);
  back.cost = 1 + random.below(4);
  back.address = Ipv4{0x0aff0000 + addresses++};
  out.neighbor = back.address;
  back.neighbor = out.address;
  parts.links.push_back(out);
  parts.links.push_back(back);
}

inline void add_prefix(TopologyParts& parts, const Prefix& prefix, std::uint32_t node, PrefixKind kind) {
  Attachment at;
  at.prefix = prefix;
  at.node = NodeId{node};
  at.kind = kind;
  parts.attachments.push_back(at);
}

inline void add_lan(Random& random, SimulatedParts& made, std::uint32_t lan) {
  TopologyParts& parts = made.parts;
  const std::uint32_t node = made.routers + lan;
  std::vector<std::uint32_t> members;
  for (std::uint32_t i = 2 + random.below(2); i > 0; --i) {
    const std::uint32_t router = random.below(made.routers);
    if (std::count(members.begin(), members.end(), router) > 0) continue;
    members.push_back(router);
    Link in;
    in.from = NodeId{router};
    in.to = NodeId{node};
    in.cost = 1 + random.below(4);
    in.address = nth(lan_prefix(lan), static_cast<std::uint32_t>(members.size()));
    parts.links.push_back(in);
    std::swap(in.from, in.to);
    in.cost = 0;
    in.address = {};
    parts.links.push_back(in);
  }
  add_prefix(parts, lan_prefix(lan), node, PrefixKind::kNetwork);
  made.lan_routers.push_back(std::move(members));
}

inline SimulatedParts simulated_parts(Random& random) {
  SimulatedParts made;
  made.routers = 3 + random.below(6);
  made.lans = random.below(3);
  TopologyParts& parts = made.parts;
  for (std::uint32_t i = 0; i < made.routers + made.lans; ++i) {
    Node node;
    node.name = (i < made.routers ? "r" : "lan") + std::to_string(i);
    node.kind = i < made.routers ? NodeKind::kRouter : NodeKind::kNetwork;
    parts.nodes.push_back(std::move(node));
  }
  std::uint32_t addresses = 1;
  for (std::uint32_t i = 1; i < made.routers; ++i) join(random, parts, i, random.below(i), addresses);
  for (std::uint32_t i = random.below(made.routers); i > 0; --i) {
    const std::uint32_t a = random.below(made.routers);
    const std::uint32_t b = random.below(made.routers);
    if (a != b) join(random, parts, a, b, addresses);
  }
  for (std::uint32_t i = 0; i < made.lans; ++i) add_lan(random, made, i);
  for (std::uint32_t i = 0; i < made.routers; ++i) {
    add_prefix(parts, stub_prefix(i), i, PrefixKind::kStub);
    add_prefix(parts, stub_prefix6(i), i, PrefixKind::kStub);
  }
  for (std::uint32_t i = 0; i < 2; ++i) {
    made.borders.push_back(random.below(made.routers));
    add_prefix(parts, outside_prefix(i), made.borders.back(), PrefixKind::kExternal2);
    add_prefix(parts, outside_of_two(), made.borders.back(), PrefixKind::kExternal2);
  }
  return made;
}

}  // namespace anemone
