#include "host/host_place.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace anemone;

TEST_CASE("a host's addresses are not those of loopback, nor of its links") {
  const auto place = host_place();
  REQUIRE_MESSAGE(place, place.error().message);
  for (const HostAddress& one : place->addresses) {
    CHECK(one.address != IpAddress{Ipv4{0x7f000001}});
    CHECK(one.address != IpAddress{0, 1});
    const bool link_local = one.address.high() >> 54 == 0x3fa;  // fe80::/10
    CHECK_FALSE(link_local);
    CHECK(one.interface != 0);
    const int most = one.address.is_v4() ? 32 : 128;
    CHECK(one.prefix_length <= most);
  }
  CHECK(std::is_sorted(place->addresses.begin(), place->addresses.end()));
}
