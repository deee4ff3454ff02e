#include "io/interface_facts.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {

constexpr const char* kV4 =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth1\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n"
    "eth3\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n";
constexpr const char* kV6 =
    "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth1\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth2\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n";

}  // namespace

TEST_CASE("the interface of the default route is told by the kernel's own tables, IPv4's and IPv6's") {
  CHECK(has_default_route("eth0", kV4, kV6));
  CHECK(has_default_route("eth2", kV4, kV6));
  CHECK_FALSE(has_default_route("eth1", kV4, kV6));
  CHECK_FALSE(has_default_route("eth3", kV4, kV6));  // half of everything is not everything
  CHECK_FALSE(has_default_route("lo", kV4, kV6));    // the kernel's own "unreachable"
  CHECK_FALSE(has_default_route("eth0", "", ""));
}

TEST_CASE("loopback is an interface with an Ethernet header, and an unknown name is refused with it") {
  const auto lo = interface_facts("lo");
  REQUIRE(lo);
  CHECK(lo->index > 0);
  CHECK(lo->link_header == 14);
  CHECK(lo->mtu == 65535);
  const auto none = interface_facts("anemone-none0");
  REQUIRE_FALSE(none);
  CHECK(none.error().message == "there is no interface 'anemone-none0'");
  CHECK_FALSE(interface_facts("a-name-that-is-longer-than-the-kernel-allows"));
}
