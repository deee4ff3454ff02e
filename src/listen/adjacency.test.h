// A link to tell stories about: an Adjacency on it, and routers whose packets the test writes. What the
// adjacency sends is told in words: "hello 224.0.0.5 10.0.0.1", "dd 10.0.0.1 IMs 77", "lsr 10.0.0.1 2".
#pragma once

#include <string>
#include <vector>

#include "listen/adjacency.h"

namespace anemone {

constexpr Time kBegin = Time{std::chrono::seconds(1000)};
constexpr Ipv4 kOurs{0x0a000009};  // 10.0.0.9
constexpr Ipv4 kOne{0x0a000001};
constexpr Ipv4 kTwo{0x0a000002};
constexpr Ipv4 kThree{0x0a000003};

struct Peer {  // a router on the link
  RouterId router;
  Ipv4 address;
  std::uint8_t priority = 1;
};

// Our router id is lower or higher than every peer's (10.0.0.1 to 3).
inline AdjacencyConfig we_are_slave() {
  AdjacencyConfig config;
  config.router = Ipv4{9};
  config.address = kOurs;
  config.mask = Ipv4{0xffffff00};
  config.kind = NetworkKind::kPointToPoint;
  return config;
}
inline AdjacencyConfig we_are_master() {
  AdjacencyConfig config = we_are_slave();
  config.router = Ipv4{0xff000009};
  return config;
}

inline std::vector<std::uint8_t> an_lsa(std::uint32_t id, std::int32_t sequence = 1,
                                        std::uint16_t age_s = 1) {
  ospf::LsaHeader header;
  header.age_s = age_s;
  header.options = ospf::kOptionExternal;
  header.key = {ospf::LsaType::kExternal, Ipv4{id}, kOne};
  header.sequence = sequence;
  return ospf::write_lsa(header, ospf::ExternalLsa{Ipv4{0xffffff00}, true, 20, Ipv4{}, 0});
}

class LinkStory {
 public:
  explicit LinkStory(AdjacencyConfig config) : us(std::move(config), rests) {}

  // Says what was sent since the last call, and in the time that passes.
  std::string pass(Duration how_long) {
    const Time end = now + how_long;
    while (true) {
      const Time due = us.tick(now);
      collect();
      if (due > end) break;
      now = std::max(due, now + 1ms);
    }
    now = end;
    return said();
  }
  std::string said() {
    collect();
    std::string text;
    for (const std::string& one : said_) text += (text.empty() ? "" : "; ") + one;
    said_.clear();
    return text;
  }

  struct Hello {
    bool names_us = true;
    std::uint16_t interval_s = 10;
    std::uint32_t dead_s = 40;
    std::uint8_t options = ospf::kOptionExternal;
    Ipv4 mask{0xffffff00};
    Ipv4 designated;
    Ipv4 backup;
    AreaId area{};
  };
  void hello(const Peer& peer, const Hello& what) {
    ospf::Hello hello;
    hello.mask = what.mask;
    hello.interval_s = what.interval_s;
    hello.options = what.options;
    hello.priority = peer.priority;
    hello.dead_s = what.dead_s;
    hello.designated = what.designated;
    hello.backup = what.backup;
    ByteWriter names;
    if (what.names_us) names.u32(us.config().router.value);
    hello.neighbors = names.bytes();
    ByteWriter body;
    ospf::write_hello(hello, body);
    packet(peer, ospf::PacketType::kHello, kAllSpfRouters, body, what.area);
  }
  void hello(const Peer& peer) { hello(peer, Hello{}); }

  // `flags` as "IMs": init, more, master.
  void description(const Peer& peer, std::string_view flags, std::uint32_t number,
                   const std::vector<std::vector<std::uint8_t>>& lsas = {}, std::uint16_t mtu = 1500,
                   Ipv4 to = kOurs) {
    ospf::DatabaseDescription description;
    description.mtu = mtu;
    description.options = 0x42;
    description.init = flags.find('I') != std::string_view::npos;
    description.more = flags.find('M') != std::string_view::npos;
    description.master = flags.find('s') != std::string_view::npos;
    description.sequence = number;
    ByteWriter headers;
    for (const auto& lsa : lsas) headers.put(Bytes(lsa).first(ospf::kLsaHeaderSize));
    description.headers = headers.bytes();
    ByteWriter body;
    ospf::write_description(description, body);
    packet(peer, ospf::PacketType::kDescription, to, body);
  }

  void update(const Peer& peer, const std::vector<std::vector<std::uint8_t>>& lsas, Ipv4 to = kOurs) {
    ByteWriter body;
    body.u32(static_cast<std::uint32_t>(lsas.size()));
    for (const auto& lsa : lsas) body.put(lsa);
    packet(peer, ospf::PacketType::kUpdate, to, body);
  }

  void packet(const Peer& peer, ospf::PacketType type, Ipv4 to, const ByteWriter& body, AreaId area = {}) {
    ospf::Header header;
    header.type = type;
    header.router = peer.router;
    header.area = area;
    us.on_packet(now, peer.address, to, ospf::write_packet(header, body.bytes()));
  }

  // The number of the description that we sent last.
  std::uint32_t sequence = 0;
  std::vector<ospf::Hello> hellos;
  Time now = kBegin;
  RestPlan rests;
  Adjacency us;

 private:
  void collect() {
    for (const OspfToSend& out : us.take_packets()) said_.push_back(tell(out));
  }

  std::string tell(const OspfToSend& out) {
    ospf::Packet packet;
    const auto why = ospf::read_packet(out.payload, packet);
    if (why != ospf::Refusal::kNone) return ospf::print_refusal(why);
    std::string text = ospf::print_packet_type(packet.header.type);
    text += " " + print_address(out.to);
    if (packet.header.type == ospf::PacketType::kHello) return text + tell_hello(packet.body);
    if (packet.header.type == ospf::PacketType::kDescription) return text + tell_description(packet.body);
    const std::size_t each = packet.header.type == ospf::PacketType::kRequest ? 12 : ospf::kLsaHeaderSize;
    return text + " " + std::to_string(packet.body.size() / each);
  }
  std::string tell_hello(Bytes body) {
    ospf::Hello hello;
    ospf::read_hello(body, hello);
    std::string text;
    for (ByteReader in(hello.neighbors); in.left() > 0;) text += " " + print_address(Ipv4{in.u32()});
    hello.neighbors = {};
    hellos.push_back(hello);
    return text;
  }
  std::string tell_description(Bytes body) {
    ospf::DatabaseDescription description;
    ospf::read_description(body, description);
    sequence = description.sequence;
    std::string flags = description.init ? "I" : "";
    flags += description.more ? "M" : "";
    flags += description.master ? "s" : "";
    if (!description.headers.empty()) flags += " not empty";
    return " " + flags;
  }

  std::vector<std::string> said_;
};

}  // namespace anemone
