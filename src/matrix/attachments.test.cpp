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

// r1 - r2 - r3 - r4; r2 is an area border router where `abr` says so. Whatever is added is in no file's
// words.
struct Outside {
  TopologyParts parts;

  Outside() {
    auto file = parse_network_text(R"(
      link r1 r2 addresses 10.0.12.1 10.0.12.2
      link r2 r3 addresses 10.0.23.2 10.0.23.3
      link r3 r4 addresses 10.0.34.3 10.0.34.4
      prefix 10.1.0.0/24 at r1
      prefix 10.4.0.0/24 at r4
      prefix 10.255.0.3/32 at r3
    )");
    REQUIRE(file);
    parts = std::move(file->parts);
  }
  std::size_t index(const char* name) const {
    std::size_t at = 0;
    while (parts.nodes[at].name != name) ++at;
    return at;
  }
  void abr(const char* name) { parts.nodes[index(name)].abr_domains = {0}; }
  void add(const char* prefix, const char* at, PrefixKind kind, const char* forwarding = nullptr) {
    Attachment added;
    added.prefix = *parse_prefix(prefix);
    added.node = NodeId{index(at)};
    added.kind = kind;
    if (forwarding != nullptr) added.forwarding = address(forwarding);
    parts.attachments.push_back(added);
  }
  std::string find(const char* one) const {
    const Topology net(parts);
    return at(Attachments(net, {}), one);
  }
};

TEST_CASE(
    "traffic from outside enters where the forwarding address is, not at the router that announces it") {
  Outside net;
  net.add("203.0.113.0/24", "r2", PrefixKind::kExternal2, "10.4.0.9");
  CHECK(net.find("203.0.113.7") == "r4 203.0.113.0/24");
  net.add("203.0.113.0/24", "r1", PrefixKind::kExternal2, "10.0.34.4");  // the same router, by its interface
  CHECK(net.find("203.0.113.7") == "r4 203.0.113.0/24");
  net.add("203.0.113.0/24", "r1", PrefixKind::kExternal2);
  CHECK(net.find("203.0.113.7") == "- 203.0.113.0/24");
}

TEST_CASE("a forwarding address that nobody has leaves the router that announces it") {
  Outside net;
  net.add("203.0.113.0/24", "r2", PrefixKind::kExternal2, "192.0.2.77");
  CHECK(net.find("203.0.113.7") == "r2 203.0.113.0/24");
}

TEST_CASE(
    "a default route that a border router makes for its area says where packets go, not where they come "
    "from") {
  Outside net;
  net.abr("r2");
  net.add("0.0.0.0/0", "r2", PrefixKind::kSummary);  // of a stub area
  CHECK(net.find("203.0.113.7") == "- 0.0.0.0/0");
  net.add("0.0.0.0/0", "r4", PrefixKind::kExternal2);
  CHECK(net.find("203.0.113.7") == "r4 0.0.0.0/0");
  net.abr("r3");
  net.add("0.0.0.0/0", "r3", PrefixKind::kNssa2);  // a border router's, for a not-so-stubby area
  CHECK(net.find("203.0.113.7") == "r4 0.0.0.0/0");
  // Nobody comes from a private address by the default route.
  CHECK(net.find("192.168.7.7") == "- 0.0.0.0/0");
  CHECK(net.find("10.9.9.9") == "- 0.0.0.0/0");
  CHECK(net.find("10.4.0.7") == "r4 10.4.0.0/24");
}

TEST_CASE(
    "what a not-so-stubby area's own router announces enters there, also where a border router hands it on") {
  Outside net;
  net.abr("r2");
  net.add("203.0.113.0/24", "r1", PrefixKind::kNssa2);
  net.add("203.0.113.0/24", "r2", PrefixKind::kExternal2);  // the border router's translation
  CHECK(net.find("203.0.113.7") == "r1 203.0.113.0/24");
}

TEST_CASE("of routers that announce a prefix of another area none is where it begins, unless it is alone") {
  Outside net;
  net.add("10.8.0.0/16", "r2", PrefixKind::kSummary);
  CHECK(net.find("10.8.1.1") == "r2 10.8.0.0/16");
  net.add("10.8.0.0/16", "r3", PrefixKind::kSummary);
  CHECK(net.find("10.8.1.1") == "- 10.8.0.0/16");
}

TEST_CASE("a prefix that moves is where it is in the topology of each instant") {
  Outside before;
  before.add("10.7.0.0/24", "r1", PrefixKind::kStub);
  Outside after;
  after.add("10.7.0.0/24", "r4", PrefixKind::kStub);
  CHECK(before.find("10.7.0.1") == "r1 10.7.0.0/24");
  CHECK(after.find("10.7.0.1") == "r4 10.7.0.0/24");
}

TEST_CASE("on a LAN with several routers a host's own word goes by what it says at that time") {
  const Topology net = network();
  const Attachments attachments(net, {});
  const auto place = [&](const char* gateway) {
    const IpAddress own[] = {address("10.2.0.50"), address("10.77.0.1")};
    const IpAddress gateways[] = {address("fe80::1"), address(gateway)};
    const AttachedAt found = attachments.find(own[0], {own, gateways});
    return net.node(found.ingress).name;
  };
  CHECK(place("10.2.0.2") == "r2");
  CHECK(place("10.2.0.3") == "r3");
  CHECK(place("10.2.0.99") == "lan");
}

}  // namespace
}  // namespace anemone
