// try_flood INTERFACE ADDRESS on|off: what would happen if a listener were made to flood. Opens the interface
// as a listener in adjacency mode does, with its egress guard or without, and sends one link-state update of
// a router that does not exist, and one hello, to 224.0.0.5. Prints what the guard counted.
#include <cstdio>
#include <optional>
#include <string>

#include "io/packet_interface.h"
#include "listen/egress_guard.h"
#include "listen/ospf_datagram.h"
#include "ospf/packet.h"

using namespace anemone;

namespace {

constexpr Ipv4 kGroup{0xe0000005};
constexpr RouterId kNobody{0x63636363};  // 99.99.99.99

std::vector<std::uint8_t> packet(ospf::PacketType type, const ByteWriter& body) {
  ospf::Header header;
  header.type = type;
  header.router = kNobody;
  return ospf::write_packet(header, body.bytes());
}

std::vector<std::uint8_t> update() {
  ospf::LsaHeader header;
  header.age_s = 1;
  header.options = ospf::kOptionExternal;
  header.key = {ospf::LsaType::kRouter, kNobody, kNobody};
  header.sequence = 1;
  ByteWriter body;
  body.u32(1);
  body.put(ospf::write_lsa(header, ospf::RouterLsa{}));
  return packet(ospf::PacketType::kUpdate, body);
}

std::vector<std::uint8_t> hello() {
  ospf::Hello said;
  said.interval_s = 1;
  said.dead_s = 4;
  said.options = ospf::kOptionExternal;
  ByteWriter body;
  ospf::write_hello(said, body);
  return packet(ospf::PacketType::kHello, body);
}

int fail(const Error& error) {
  std::fprintf(stderr, "try_flood: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto facts = interface_facts(argv[1]);
  const auto address = parse_ipv4(argv[2]);
  if (!facts) return fail(facts.error());
  if (!address) return fail(address.error());
  std::optional<EgressGuard> guard;
  if (std::string(argv[3]) == "on") {
    auto attached = EgressGuard::attach(*facts, GuardScope::kAll, GuardMode::kAdjacency);
    if (!attached) return fail(attached.error());
    guard = std::move(*attached);
  }
  auto interface = PacketInterface::open(*facts);
  if (!interface) return fail(interface.error());
  for (const auto& payload : {update(), hello()}) {
    // What the guard stops is an error of sending (ENOBUFS); the counters below tell.
    static_cast<void>(interface->send(kEtherIpv4, group_mac(kGroup), write_ospf_datagram(*address, kGroup, 1, payload)));
  }
  if (!guard) return 0;
  const GuardTally tally = guard->tally();
  for (std::size_t kind = 0; kind < kGuardedKinds; ++kind) {
    if (tally.passed[kind] > 0) std::printf("passed %s %llu\n", print_guarded_kind(kind), static_cast<unsigned long long>(tally.passed[kind]));
    if (tally.stopped[kind] > 0) std::printf("stopped %s %llu\n", print_guarded_kind(kind), static_cast<unsigned long long>(tally.stopped[kind]));
  }
  return 0;
}
