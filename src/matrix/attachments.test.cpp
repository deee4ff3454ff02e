#include "matrix/attachments.h"

#include <doctest/doctest.h>

#include <string>

#include "topology/text_file.h"

namespace anemone {
namespace {

IpAddress address(const char* text) {
  auto parsed = parse_address(text);
  REQUIRE(parsed);
  return *parsed;
}

//   hosts --- r1 --- r2 --- lan --- hosts     r3 stands on the lan too, r2 and r4 know the outside
Topology network() {
  auto file = parse_network_text(R"(
    link r1 r2 cost 10 addresses 10.0.12.1 10.0.12.2
    network lan prefix 10.2.0.0/24
    link r2 lan addresses 10.2.0.2 0.0.0.0
    link r3 lan addresses 10.2.0.3 0.0.0.0
    prefix 10.1.0.0/16 at r1
    prefix 10.1.7.0/24 at r2
    prefix 10.3.0.0/24 at r1 cost 5
    prefix 10.3.0.0/24 at r2 cost 2
    prefix 192.0.2.0/24 at r2 external
    prefix 198.51.100.0/24 at r2 external
    prefix 198.51.100.0/24 at r3 external
  )");
  REQUIRE(file);
  return Topology(std::move(file->parts));
}

// "r1 10.1.0.0/16": where it enters and its prefix; "-" where that is not known.
std::string at(const Attachments& attachments, const char* text) {
  const AttachedAt found = attachments.find(address(text));
  const Topology& net = attachments.topology();
  return (found.ingress.valid() ? net.node(found.ingress).name : "-") + " " +
         (found.prefix.valid() ? print_prefix(net.prefix(found.prefix)) : "-");
}

TEST_CASE("an address is attached by its longest prefix") {
  const Topology net = network();
  const Attachments attachments(net, {});
  CHECK(at(attachments, "10.1.1.1") == "r1 10.1.0.0/16");
  CHECK(at(attachments, "10.1.7.1") == "r2 10.1.7.0/24");
  CHECK(at(attachments, "172.16.0.1") == "- -");
}

TEST_CASE("of several routers that announce a stub prefix the cheapest takes its traffic in") {
  const Topology net = network();
  CHECK(at(Attachments(net, {}), "10.3.0.1") == "r2 10.3.0.0/24");
}

TEST_CASE("on a LAN with several routers the host's default gateway takes its traffic in") {
  const Topology net = network();
  const HostGateway known[] = {{address("10.2.0.50"), address("10.2.0.3")},
                               {address("10.2.0.51"), address("10.2.0.99")},
                               {address("10.1.0.9"), address("10.2.0.3")}};
  const Attachments attachments(net, known);
  CHECK(at(attachments, "10.2.0.50") == "r3 10.2.0.0/24");
  CHECK(at(attachments, "10.2.0.51") == "lan 10.2.0.0/24");  // nobody owns that address
  CHECK(at(attachments, "10.2.0.52") == "lan 10.2.0.0/24");  // its gateway is not known
  CHECK(at(attachments, "10.1.0.9") == "r1 10.1.0.0/16");    // r3 does not stand there
}

TEST_CASE("traffic from outside enters at the border router only when there is just one") {
  const Topology net = network();
  const Attachments attachments(net, {});
  CHECK(at(attachments, "192.0.2.1") == "r2 192.0.2.0/24");
  CHECK(at(attachments, "198.51.100.1") == "- 198.51.100.0/24");
  CHECK(!attachments.find(address("192.0.2.1")).inside);
  CHECK(attachments.find(address("10.1.1.1")).inside);
}

}  // namespace
}  // namespace anemone
