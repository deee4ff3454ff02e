#include "host/well_known_port.h"

#include <doctest/doctest.h>

using namespace anemone;

namespace {
std::string app(std::uint8_t protocol, std::uint16_t src_port, std::uint16_t dst_port) {
  return application_by_port(protocol, {src_port, dst_port});
}
}  // namespace

TEST_CASE("an application is told by the port that has a name, on either side") {
  CHECK(app(6, 51234, 443) == "https");
  CHECK(app(6, 443, 51234) == "https");
  CHECK(app(17, 40000, 53) == "dns");
  CHECK(app(6, 5201, 1099) == "iperf3");
  CHECK(app(6, 27017, 27018) == "mongodb");
}

TEST_CASE("a port without a name stays a number, a protocol without ports its own name") {
  CHECK(app(6, 51234, 8123) == "tcp/8123");
  CHECK(app(1, 0, 2048) == "icmp");
  CHECK(app(99, 0, 0) == "ip/99");
}
