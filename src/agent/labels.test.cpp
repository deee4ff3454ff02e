#include "agent/labels.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

using namespace anemone;

namespace {

MicroFlow micro_flow(OwnerId owner, Direction direction, std::uint16_t src_port, std::uint16_t dst_port) {
  MicroFlow one;
  one.event.key = {Ipv4{0x0a000001}, Ipv4{0x0a000002}, src_port, dst_port, 6, direction};
  one.event.bytes = 100;
  one.origin.owner = owner;
  return one;
}

}  // namespace

TEST_CASE("a flow's application is the one of its program and ports, whichever way it goes") {
  auto rules = parse_application_rules("shop: process nginx local-port 443\nother: protocol tcp\n");
  REQUIRE_MESSAGE(rules, rules.error().message);
  Labels labels(*rules);
  const OwnerId nginx =
      labels.names().owners.intern({"nginx", "/usr/sbin/nginx", "www", "nginx.service", ""});
  std::vector<MicroFlow> flows = {micro_flow(nginx, Direction::kIn, 50000, 443),
                                  micro_flow(nginx, Direction::kOut, 443, 50000),
                                  micro_flow(nginx, Direction::kOut, 50000, 443)};
  labels.label(flows);
  const auto& names = labels.names().applications;
  CHECK(names[flows[0].origin.application] == "shop");
  CHECK(names[flows[1].origin.application] == "shop");
  CHECK(names[flows[2].origin.application] == "other");
}

TEST_CASE("what goes through a tunnel's interface is carried by the tunnel; a VPN's ends are its process's") {
  Labels labels(ApplicationRules{});
  HostInterface vxlan;
  vxlan.index = 7;
  vxlan.name = "vx0";
  vxlan.technology = "vxlan";
  vxlan.id = 42;
  vxlan.local = Ipv4{0xc0000201};
  HostInterface tun;
  tun.index = 8;
  tun.name = "tun0";
  tun.technology = "openvpn";
  tun.holder.pid = 99;
  labels.set_interfaces({vxlan, tun});

  std::vector<MicroFlow> flows(3, micro_flow(kUnknownOwner, Direction::kOut, 1, 2));
  flows[0].origin.interface = 7;
  flows[1].origin.interface = 8;
  flows[2].origin.interface = 2;
  flows[2].origin.pid = 99;
  flows[2].event.key.dst = Ipv4{0xcb007107};
  labels.label(flows);
  const auto& tunnels = labels.names().tunnels;
  REQUIRE(flows[0].origin.tunnel.valid());
  CHECK(tunnels[flows[0].origin.tunnel].id == 42);
  CHECK(tunnels[flows[0].origin.tunnel].src == IpAddress{Ipv4{0xc0000201}});
  REQUIRE(flows[1].origin.tunnel.valid());
  CHECK(tunnels[flows[1].origin.tunnel].technology == "openvpn");
  CHECK(tunnels[flows[1].origin.tunnel].dst == IpAddress{Ipv4{0xcb007107}});
  CHECK_FALSE(flows[2].origin.tunnel.valid());

  // With a second peer it is not known which of them carries what.
  flows.push_back(flows[2]);
  flows[3].event.key.dst = Ipv4{0xcb007108};
  labels.set_interfaces({vxlan, tun});
  labels.label(flows);
  CHECK(tunnels[flows[1].origin.tunnel].dst == IpAddress{});
}

TEST_CASE("bytes without a process, an executable, an application are counted") {
  Labels labels(ApplicationRules{});
  const OwnerId gone = labels.names().owners.intern({"curl", "", "root", "", ""});
  std::vector<MicroFlow> flows = {micro_flow(kUnknownOwner, Direction::kIn, 1, 2),
                                  micro_flow(gone, Direction::kIn, 1, 2),
                                  micro_flow(kKernelOwner, Direction::kOut, 1, 2)};
  labels.label(flows);
  CHECK(labels.counts().bytes == 300);
  CHECK(labels.counts().no_process == 100);
  CHECK(labels.counts().no_executable == 100);
  CHECK(labels.counts().no_application == 300);
}

TEST_CASE("an operator's rules stand before those built in, and an error names the file") {
  const std::string path = "/tmp/anemone-rules-" + std::to_string(::getpid());
  std::ofstream(path) << "mine: process nginx\n";
  const auto rules = read_application_rules(path);
  REQUIRE_MESSAGE(rules, rules.error().message);
  CHECK(rules->rules[0].name == "mine");
  CHECK(rules->rules.size() > 1);
  std::ofstream(path) << "mine: sideways nginx\n";
  const auto wrong = read_application_rules(path);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message.starts_with(path));
  ::unlink(path.c_str());
}
