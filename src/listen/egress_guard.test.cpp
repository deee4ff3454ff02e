#include "listen/egress_guard.h"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>

#include "listen/ospf_datagram.h"
#include "ospf/packet.h"

using namespace anemone;

namespace {

constexpr Ipv4 kUs{0x0a000009};
constexpr Ipv4 kNamed{0x0a000001};
constexpr Ipv4 kStranger{0x0a000002};
constexpr Ipv4 kGroup{0xe0000005};

std::vector<std::uint8_t> ethernet(std::uint16_t type, Bytes payload) {
  ByteWriter out;
  out.put(std::vector<std::uint8_t>(12, 2));
  out.u16(type);
  out.put(payload);
  return out.bytes();
}

std::vector<std::uint8_t> ospf_frame(ospf::PacketType type, Ipv4 to, const ByteWriter& body) {
  ospf::Header header;
  header.type = type;
  return ethernet(0x0800, write_ospf_datagram(kUs, to, 1, ospf::write_packet(header, body.bytes())));
}

std::vector<std::uint8_t> hello(Ipv4 to, std::uint8_t priority = 0) {
  ospf::Hello said;
  said.priority = priority;
  ByteWriter body;
  ospf::write_hello(said, body);
  return ospf_frame(ospf::PacketType::kHello, to, body);
}

std::vector<std::uint8_t> description(Ipv4 to, bool more = true) {
  ospf::DatabaseDescription said;
  said.more = more;
  ByteWriter body;
  ospf::write_description(said, body);
  return ospf_frame(ospf::PacketType::kDescription, to, body);
}

std::vector<std::uint8_t> of_type(ospf::PacketType type, Ipv4 to) {
  ByteWriter body;
  body.put(std::vector<std::uint8_t>(24, 0));
  return ospf_frame(type, to, body);
}

std::vector<std::uint8_t> ipv4_of(std::uint8_t protocol) {
  auto datagram = write_ospf_datagram(kUs, kStranger, 1, std::vector<std::uint8_t>(40, 0));
  datagram[9] = protocol;
  return ethernet(0x0800, datagram);
}

// The kernel judges frames for us without sending them; attaching needs an interface of our own. A child
// process gets a network namespace, so that no interface of this machine is touched.
int in_own_namespace(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    if (unshare(CLONE_NEWNET) != 0) _exit(77);
    _exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The number of the first frame that is not judged as expected; 0 when all are.
int judged(GuardScope scope, GuardMode mode,
           const std::vector<std::pair<std::vector<std::uint8_t>, bool>>& expected) {
  return in_own_namespace([&] {
    auto guard = EgressGuard::attach(*interface_facts("lo"), scope, mode);
    if (!guard || !guard->allow(kNamed) || !guard->attached()) return 200;
    int number = 0;
    for (const auto& [frame, passes] : expected) {
      ++number;
      const auto verdict = guard->would_pass(frame);
      if (!verdict || *verdict != passes) return number;
    }
    return 0;
  });
}

bool is_root() {
  if (geteuid() == 0) return true;
  MESSAGE("not run: the egress guard needs root");
  return false;
}

std::vector<std::uint8_t> arp() { return ethernet(0x0806, std::vector<std::uint8_t>(28, 0)); }
std::vector<std::uint8_t> ipv6() { return ethernet(0x86dd, std::vector<std::uint8_t>(60, 0)); }
std::vector<std::uint8_t> isis() {
  return ethernet(60, std::vector<std::uint8_t>{0xfe, 0xfe, 0x03, 0x83, 0x1b, 0x01});
}

std::vector<std::uint8_t> ospf3() {
  std::vector<std::uint8_t> packet(60, 0);
  packet[6] = 89;
  return ethernet(0x86dd, packet);
}

}  // namespace

TEST_CASE("in capture mode nothing leaves, whatever it is") {
  if (!is_root()) return;
  CHECK(judged(GuardScope::kAll, GuardMode::kSilent,
               {{hello(kGroup), false},
                {of_type(ospf::PacketType::kUpdate, kGroup), false},
                {arp(), false},
                {ipv6(), false},
                {isis(), false},
                {ipv4_of(2), false},
                {ipv4_of(1), false},
                {ipv4_of(17), false}}) == 0);
}

TEST_CASE("in adjacency mode hellos, descriptions, requests and acknowledgements leave, and ARP") {
  if (!is_root()) return;
  CHECK(judged(GuardScope::kAll, GuardMode::kAdjacency,
               {{hello(kGroup), true},
                {hello(kNamed), true},
                {description(kNamed), true},
                {of_type(ospf::PacketType::kRequest, kNamed), true},
                {of_type(ospf::PacketType::kAck, Ipv4{0xe0000006}), true},
                {arp(), true},
                {of_type(ospf::PacketType::kUpdate, kNamed), false},
                {of_type(ospf::PacketType::kUpdate, kGroup), false},
                {ipv6(), false},
                {isis(), false},
                {ospf3(), false},
                {ipv4_of(1), false},
                {ipv4_of(2), false},
                {ipv4_of(17), false}}) == 0);
}

TEST_CASE("a hello that would be elected, a description that would end, and a stranger are stopped") {
  if (!is_root()) return;
  auto version3 = hello(kGroup);
  version3[14 + 20] = 3;
  auto with_options = hello(kGroup);
  with_options[14] = 0x46;
  auto fragment = hello(kGroup);
  fragment[14 + 6] = 0x20;
  CHECK(judged(GuardScope::kAll, GuardMode::kAdjacency,
               {{hello(kGroup, 1), false},
                {description(kNamed, false), false},
                {hello(kStranger), false},
                {description(kStranger), false},
                {version3, false},
                {with_options, false},
                {fragment, false}}) == 0);
}

TEST_CASE("on a shared interface only routing protocols are judged") {
  if (!is_root()) return;
  CHECK(judged(GuardScope::kRouting, GuardMode::kSilent,
               {{ipv4_of(17), true},
                {ipv4_of(6), true},
                {arp(), true},
                {ipv6(), true},
                {ipv4_of(2), false},
                {ospf3(), false},
                {isis(), false},
                {hello(kGroup), false}}) == 0);
  CHECK(judged(GuardScope::kRouting, GuardMode::kAdjacency,
               {{hello(kGroup), true}, {of_type(ospf::PacketType::kUpdate, kGroup), false}}) == 0);
}

TEST_CASE("a guard that was left behind is replaced, a second one is refused, and one that ends is gone") {
  if (!is_root()) return;
  const int what = in_own_namespace([] {
    const auto lo = *interface_facts("lo");
    const pid_t killed = fork();  // attaches, and has no chance to detach
    if (killed == 0) {
      auto guard = EgressGuard::attach(lo, GuardScope::kAll, GuardMode::kSilent);
      _exit(guard ? 0 : 1);
    }
    int status = 0;
    waitpid(killed, &status, 0);
    if (status != 0) return 1;
    {
      auto guard = EgressGuard::attach(lo, GuardScope::kAll, GuardMode::kSilent);
      if (!guard || !guard->attached()) return 2;
      if (EgressGuard::attach(lo, GuardScope::kAll, GuardMode::kSilent)) return 3;
      if (std::system("tc filter show dev lo egress | grep -q egress_guard") != 0) return 4;  // NOLINT
    }
    if (std::system("tc filter show dev lo egress | grep -q egress_guard") == 0) return 5;  // NOLINT
    auto again = EgressGuard::attach(lo, GuardScope::kAll, GuardMode::kSilent);
    if (!again) return 6;
    if (std::system("tc qdisc del dev lo clsact") != 0) return 7;  // NOLINT
    return again->attached() ? 8 : 0;
  });
  CHECK(what == 0);
}
