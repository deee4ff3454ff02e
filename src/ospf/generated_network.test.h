// A network that was never built, as its routers would flood it: for stress tests and benchmarks.
//
// Routers 1.0.0.0 and up with point-to-point links, each with its router-LSA in area 0.0.0.0. A mesh of
// unnumbered links, as the monitor of the NSDI 2004 paper was stressed with; or a random tree and random
// links beside it, numbered, with their /30 networks and a loopback for each router. What changes is
// marked, and flood() gives the packets that would carry it: no more than fits in 1,500 bytes each.
//
// Everything follows from the seed.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"

#include "ospf/packet.h"

namespace anemone {

class GeneratedNetwork {
 public:
  static constexpr std::size_t kPacketMax = 1480;  // of IP payload

  // Everybody linked to everybody, unnumbered.
  static GeneratedNetwork mesh(std::uint32_t routers) {
    GeneratedNetwork network(routers, false);
    for (std::uint32_t a = 0; a < routers; ++a) {
      for (std::uint32_t b = a + 1; b < routers; ++b) network.connect(a, b, 10, 10);
    }
    return network;
  }

  // A random tree, and random links until there are `links`; every direction with a cost of its own.
  static GeneratedNetwork random(std::uint32_t routers, std::uint32_t links, Random& random,
                                 std::uint32_t cost_max = 65'535) {
    GeneratedNetwork network(routers, true);
    const auto cost = [&] { return static_cast<std::uint16_t>(1 + random.below(cost_max)); };
    for (std::uint32_t i = 1; i < routers; ++i) network.connect(i, random.below(i), cost(), cost());
    while (network.links_.size() < links) {
      const std::uint32_t a = random.below(routers);
      const std::uint32_t b = random.below(routers);
      if (a != b) network.connect(a, b, cost(), cost());
    }
    return network;
  }

  static RouterId id(std::uint32_t router) { return {0x0100'0000U + router}; }
  std::uint32_t router_count() const { return static_cast<std::uint32_t>(ends_.size()); }
  std::uint32_t link_count() const { return static_cast<std::uint32_t>(links_.size()); }

  // Sets the cost of one direction: of the link's first router, or of its second.
  void set_cost(std::uint32_t link, bool of_second, std::uint16_t cost) {
    links_[link].ends[of_second ? 1 : 0].cost = cost;
    mark(links_[link].ends[of_second ? 1 : 0].router);
  }
  std::uint16_t cost(std::uint32_t link, bool of_second) const {
    return links_[link].ends[of_second ? 1 : 0].cost;
  }

  // All adjacencies of a router go down, or those of them come back that do not lead to a router that is
  // down itself. Both ends say so: a flip in a mesh changes every router's LSA.
  void flip(std::uint32_t router) {
    down_[router] = down_[router] == 0;
    mark(router);
    for (const std::uint32_t link : ends_[router]) {
      for (const End& end : links_[link].ends) mark(end.router);
    }
  }

  // A point-to-point link of `router` to one that is not of this network: a real one, into which it floods.
  void attach_outside(std::uint32_t router, ospf::RouterLink link) {
    outside_router_ = router;
    outside_ = link;
  }

  bool is_down(std::uint32_t router) const { return down_[router] != 0; }

  // Every router's LSA, as if all had just started.
  void mark_all() {
    for (std::uint32_t router = 0; router < router_count(); ++router) mark(router);
  }
  // The routers marked since the last flood(), in the order of their marks.
  const std::vector<std::uint32_t>& marked() const { return changed_; }

  // The next instance of a router's LSA.
  std::vector<std::uint8_t> originate(std::uint32_t router) {
    ospf::LsaHeader header;
    header.age_s = 1;
    header.options = ospf::kOptionExternal;
    header.key = {ospf::LsaType::kRouter, id(router), id(router)};
    header.sequence = ++sequence_[router];
    return ospf::write_lsa(header, body(router));
  }

  // Appends a link state update packet (what follows the IP header) for every few marked LSAs, and forgets
  // the marks. Returns how many LSAs they carry.
  std::size_t flood(std::vector<std::vector<std::uint8_t>>& packets) {
    std::vector<std::vector<std::uint8_t>> lsas;
    std::size_t size = ospf::kHeaderSize + 4;
    for (const std::uint32_t router : changed_) {
      std::vector<std::uint8_t> lsa = originate(router);
      if (!lsas.empty() && size + lsa.size() > kPacketMax) {
        packets.push_back(update(lsas));
        lsas.clear();
        size = ospf::kHeaderSize + 4;
      }
      size += lsa.size();
      lsas.push_back(std::move(lsa));
      marked_[router] = 0;
    }
    if (!lsas.empty()) packets.push_back(update(lsas));
    const std::size_t sent = changed_.size();
    changed_.clear();
    return sent;
  }

  // One update packet with these LSAs.
  static std::vector<std::uint8_t> update(const std::vector<std::vector<std::uint8_t>>& lsas) {
    ByteWriter body;
    body.u32(static_cast<std::uint32_t>(lsas.size()));
    for (const auto& lsa : lsas) body.put(lsa);
    ospf::Header header;
    header.type = ospf::PacketType::kUpdate;
    header.router = id(0);
    return ospf::write_packet(header, body.bytes());
  }

 private:
  struct End {
    std::uint32_t router;
    std::uint16_t cost;
  };
  struct Pair {
    End ends[2];
  };

  GeneratedNetwork(std::uint32_t routers, bool numbered)
      : numbered_(numbered), ends_(routers), sequence_(routers), down_(routers), marked_(routers) {}

  void connect(std::uint32_t a, std::uint32_t b, std::uint16_t cost, std::uint16_t back) {
    const auto link = static_cast<std::uint32_t>(links_.size());
    links_.push_back({{{a, cost}, {b, back}}});
    ends_[a].push_back(link);
    ends_[b].push_back(link);
  }

  void mark(std::uint32_t router) {
    if (marked_[router] != 0) return;
    marked_[router] = 1;
    changed_.push_back(router);
  }

  ospf::RouterLsa body(std::uint32_t router) const {
    ospf::RouterLsa lsa;
    lsa.links.push_back({id(router), {0xffff'ffff}, ospf::LinkType::kStub, 0});
    if (router == outside_router_) lsa.links.push_back(outside_);
    for (std::uint32_t i = 0; i < ends_[router].size(); ++i) {
      const std::uint32_t link = ends_[router][i];
      const bool second = links_[link].ends[1].router == router;
      const End& own = links_[link].ends[second ? 1 : 0];
      const End& other = links_[link].ends[second ? 0 : 1];
      const Ipv4 network{0x0a00'0000U + 4 * link};  // 10.0.0.0/8
      if (down_[router] == 0 && down_[other.router] == 0) {
        const Ipv4 data = numbered_ ? Ipv4{network.value + (second ? 2U : 1U)} : Ipv4{i + 1};
        lsa.links.push_back({id(other.router), data, ospf::LinkType::kPointToPoint, own.cost});
      }
      if (numbered_) lsa.links.push_back({network, {0xffff'fffc}, ospf::LinkType::kStub, own.cost});
    }
    return lsa;
  }

  bool numbered_;
  std::uint32_t outside_router_ = 0xffff'ffff;
  ospf::RouterLink outside_;
  std::vector<Pair> links_;
  std::vector<std::vector<std::uint32_t>> ends_;  // per router, its links
  std::vector<std::int32_t> sequence_;
  std::vector<std::uint8_t> down_;
  std::vector<std::uint8_t> marked_;
  std::vector<std::uint32_t> changed_;
};

}  // namespace anemone
