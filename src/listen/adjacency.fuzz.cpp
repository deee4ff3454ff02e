// Random packets, in random order and at random times, from a few addresses: the adjacency must neither
// break nor send more than its limit, nor ever a description that ends or an update.
#include "listen/adjacency.h"

#include <array>

using namespace anemone;

namespace {

constexpr std::array<Ipv4, 4> kFrom = {Ipv4{0x0a000001}, Ipv4{0x0a000002}, Ipv4{0x0a000003},
                                       Ipv4{0x0a000009}};
constexpr std::array<Ipv4, 4> kTo = {kAllSpfRouters, kAllDRouters, Ipv4{0x0a000009}, Ipv4{0x0a000001}};
constexpr std::array<NetworkKind, 4> kKinds = {NetworkKind::kBroadcast, NetworkKind::kNbma,
                                               NetworkKind::kPointToPoint, NetworkKind::kPointToMultipoint};

AdjacencyConfig config_of(std::uint8_t choice) {
  AdjacencyConfig config;
  config.router = Ipv4{(choice & 1) != 0 ? 0xff000009 : 9};
  config.address = Ipv4{0x0a000009};
  config.mask = Ipv4{0xffffff00};
  config.kind = kKinds[choice >> 1 & 3];
  config.mtu_ignore = (choice & 8) != 0;
  return config;
}

void check(const OspfToSend& out) {
  ospf::Packet packet;
  if (ospf::read_packet(out.payload, packet) != ospf::Refusal::kNone) __builtin_trap();
  if (packet.header.type == ospf::PacketType::kUpdate) __builtin_trap();
  if (packet.header.type != ospf::PacketType::kDescription) return;
  ospf::DatabaseDescription description;
  if (ospf::read_description(packet.body, description) != ospf::Refusal::kNone) __builtin_trap();
  if (!description.more || !description.headers.empty()) __builtin_trap();
}

// A packet of a random body under a right header, so that most get past the first look.
std::vector<std::uint8_t> packet_of(std::uint8_t choice, RouterId router, Bytes body) {
  ospf::Header header;
  header.type = static_cast<ospf::PacketType>(1 + choice % 5);
  header.router = router;
  return ospf::write_packet(header, body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteReader in({data, size});
  RestPlan rests;
  Adjacency us(config_of(in.u8()), rests);
  Time now = Time{std::chrono::seconds(1000)};
  std::size_t packets = 0;
  const Time begin = now;
  while (in.left() > 4) {
    const std::uint8_t choice = in.u8();
    const std::uint8_t who = in.u8();
    now += Duration{in.u8()} * 20'000;
    const Bytes body = in.take(std::min<std::size_t>(in.u8(), in.left()));
    const Ipv4 from = kFrom[who & 3];
    const bool raw = (who & 0x80) != 0;
    const auto packet =
        raw ? std::vector<std::uint8_t>(body.begin(), body.end()) : packet_of(choice, from, body);
    us.on_packet(now, from, kTo[who >> 2 & 3], packet);
    if (us.tick(now) < begin) __builtin_trap();
    for (const OspfToSend& out : us.take_packets()) {
      check(out);
      ++packets;
    }
    us.take_flushed();
  }
  // Besides hellos: the limit. Hellos are one at each step at most.
  if (static_cast<double>(packets) >
      kPacketsAtOnce + seconds(now - begin) * kPacketsPerSecond + static_cast<double>(size)) {
    __builtin_trap();
  }
  return 0;
}
