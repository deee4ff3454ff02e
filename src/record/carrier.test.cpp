#include "record/carrier.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

const IpAddress kHere = Ipv4{0x0a000001};
const IpAddress kThere = Ipv4{0x0a000002};

FlowRecord record(std::uint8_t protocol, OwnerId owner, IpAddress src = kHere, IpAddress dst = kThere) {
  FlowRecord one;
  one.key = {src, dst, 4789, 4789, protocol, Direction::kOut};
  one.origin.owner = owner;
  return one;
}

constexpr Carrier kNothing{};
constexpr Carrier kPlainTunnel{Trait::kYes, Trait::kNo};
constexpr Carrier kSecretTunnel{Trait::kYes, Trait::kYes};

}  // namespace

TEST_CASE("protocols of the IP header say it, ports do not") {
  RecordNames names;
  const Carriers carriers(names);
  for (const int protocol : {4, 41, 47, 97, 115, 137}) {
    CAPTURE(protocol);
    CHECK(carriers.carrier_of(record(static_cast<std::uint8_t>(protocol), {})) == kPlainTunnel);
  }
  CHECK(carriers.carrier_of(record(50, {})) == Carrier{Trait::kUnassigned, Trait::kYes});
  CHECK(carriers.carrier_of(record(51, {})) == Carrier{Trait::kUnassigned, Trait::kNo});
  for (const int protocol : {1, 6, 17, 58, 132})
    CHECK(carriers.carrier_of(record(static_cast<std::uint8_t>(protocol), {})) == kNothing);
}

TEST_CASE("what the kernel sends between the ends of a tunnel of its own is that tunnel") {
  RecordNames names;
  names.tunnels.intern({"vxlan", "vxlan0", kHere, kThere, 7});
  const OwnerId curl = names.owners.intern({"curl", "", "", "", ""});
  const Carriers carriers(names);
  CHECK(carriers.carrier_of(record(17, kKernelOwner)) == kPlainTunnel);
  CHECK(carriers.carrier_of(record(17, kNoSocketOwner, kThere, kHere)) == kPlainTunnel);
  CHECK(carriers.carrier_of(record(17, curl)) == kNothing);
  CHECK(carriers.carrier_of(record(1, kKernelOwner)) == kNothing);  // its echo replies
  CHECK(carriers.carrier_of(record(17, kKernelOwner, kHere, Ipv4{0x0a000003})) == kNothing);
  CHECK(carriers.carrier_of(record(17, kForwardedOwner)) == kNothing);
}

TEST_CASE(
    "what the holder of a tunnel sends to its other end is that tunnel, and what others send there is not") {
  RecordNames names;
  names.tunnels.intern({"openvpn", "tun0", kHere, kThere, 0});
  const OwnerId openvpn = names.owners.intern({"openvpn", "/usr/sbin/openvpn", "root", "", ""});
  const OwnerId ssh = names.owners.intern({"ssh", "/usr/bin/ssh", "ann", "", ""});
  const Carriers carriers(names);
  CHECK(carriers.carrier_of(record(17, openvpn)) == kSecretTunnel);
  CHECK(carriers.carrier_of(record(6, openvpn)) == kSecretTunnel);
  CHECK(carriers.carrier_of(record(6, ssh)) == kNothing);
  CHECK(carriers.carrier_of(record(17, openvpn, kHere, Ipv4{0x08080808})) == kNothing);  // it asks for a name
  CHECK(carriers.carrier_of(record(17, {})) == kNothing);
}

TEST_CASE("a tunnel whose ends are not known, or that was read from packets, says nothing") {
  RecordNames names;
  names.tunnels.intern({"vxlan", "vxlan0", kHere, {}, 7});
  names.tunnels.intern({"vxlan", "", kHere, kThere, 7});
  names.tunnels.intern({"tun", "tun0", kHere, kThere, 0});
  CHECK(Carriers(names).carrier_of(record(17, kKernelOwner)) == kNothing);
}

TEST_CASE("two tunnels between the same ends are told apart by nothing: what they agree in is said") {
  RecordNames names;
  names.tunnels.intern({"vxlan", "vxlan0", kHere, kThere, 7});
  names.tunnels.intern({"geneve", "geneve0", kHere, kThere, 8});
  CHECK(Carriers(names).carrier_of(record(17, kKernelOwner)) == kPlainTunnel);
  names.tunnels.intern({"wireguard", "wg0", kHere, kThere, 0});
  CHECK(Carriers(names).carrier_of(record(17, kKernelOwner)) == Carrier{Trait::kYes, Trait::kUnassigned});
}

TEST_CASE("IANA's words are known in all their forms") {
  for (const char* word : {"yes", "y", "1", "no", "n", "2", "unassigned", "u", "0"}) CHECK(is_trait(word));
  for (const char* word : {"", "vxlan", "gre", "3"}) CHECK_FALSE(is_trait(word));
  CHECK(print_trait(Trait::kUnassigned) == "unassigned");
  CHECK(print_trait(Trait::kYes) == "yes");
  CHECK(print_trait(Trait::kNo) == "no");
}
