#include "flow/flow_filter.h"

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "filter/filter_text.h"
#include "flow/random_micro_flows.test.h"

namespace anemone {
namespace {

using Holds = std::function<bool(const MicroFlow&)>;

FlowFilter compiled(const std::string& text, const RecordNames& names,
                    const InterfaceNumbers& interfaces = {}) {
  auto filter = parse_filter(text);
  REQUIRE_MESSAGE(filter.has_value(), (filter ? "" : filter.error().message));
  auto made = FlowFilter::make(*filter, names, interfaces);
  REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message));
  return *made;
}

std::string refused(const std::string& text) {
  const RecordNames names;
  const auto made = FlowFilter::make(*parse_filter(text), names);
  return made ? "" : made.error().message;
}

}  // namespace

TEST_CASE("each word chooses what a line of code chooses") {
  RandomMicroFlows source(7);
  const auto flows = source.some(3'000);
  const RecordNames& names = source.names;
  const auto owner = [&](const MicroFlow& m) -> const Owner& { return names.owners[m.origin.owner]; };
  const auto in_10_0_1 = [](const IpAddress& a) { return a.is_v4() && a.v4().value >> 8 == 0x0a0001; };
  const std::pair<const char*, Holds> cases[] = {
      {"any", [](const MicroFlow&) { return true; }},
      {"not any", [](const MicroFlow&) { return false; }},
      {"ipv4 and not ipv6",
       [](const MicroFlow& m) { return m.event.key.src.is_v4() || m.event.key.dst.is_v4(); }},
      {"src net 10.0.1.0/24", [&](const MicroFlow& m) { return in_10_0_1(m.event.key.src); }},
      {"net 10.0.1.0/24",
       [&](const MicroFlow& m) { return in_10_0_1(m.event.key.src) || in_10_0_1(m.event.key.dst); }},
      {"dst ip 2001:db8::1",
       [](const MicroFlow& m) { return m.event.key.dst == IpAddress(0x20010db800000000, 1); }},
      {"src net 2001:db8::/32", [](const MicroFlow& m) { return !m.event.key.src.is_v4(); }},
      {"port 53,40001",
       [](const MicroFlow& m) { return m.event.key.dst_port == 53 || m.event.key.src_port == 40001; }},
      {"dst port > 100", [](const MicroFlow& m) { return m.event.key.dst_port == 443; }},
      {"proto udp or flags SA",
       [](const MicroFlow& m) { return m.event.key.protocol == 17 || (m.event.tcp_flags & 0x12) == 0x12; }},
      {"tos 0x10 and packets > 50",
       [](const MicroFlow& m) { return m.event.tos == 16 && m.event.packets > 50; }},
      {"bytes 1k-50k", [](const MicroFlow& m) { return m.event.bytes >= 1000 && m.event.bytes <= 50'000; }},
      {"rtt < 50ms", [](const MicroFlow& m) { return m.srtt_us > 0 && m.srtt_us < 50'000; }},
      {"retransmits > 0 and duration < 500ms",
       [](const MicroFlow& m) { return m.retransmits > 0 && m.lasted_us < 500'000; }},
      {"direction in and interface 2",
       [](const MicroFlow& m) { return m.event.key.direction == Direction::kIn && m.origin.interface == 2; }},
      {"interface eth*", [](const MicroFlow& m) { return m.origin.interface == 1; }},
      {"process nginx and user www*",
       [&](const MicroFlow& m) { return owner(m).process == "nginx" && owner(m).user == "www-data"; }},
      {"executable /usr/bin/* and not unit \"\"",
       [&](const MicroFlow& m) { return owner(m).executable != "" && owner(m).unit != ""; }},
      {"process \"(kernel)\",sshd",
       [&](const MicroFlow& m) { return owner(m).process == "(kernel)" || owner(m).process == "sshd"; }},
      {"app web", [&](const MicroFlow& m) { return names.applications[m.origin.application] == "web"; }},
      {"pid 100,102", [](const MicroFlow& m) { return m.origin.pid != 101; }},
      {"tunnel *", [](const MicroFlow& m) { return m.origin.tunnel.valid(); }},
      {"tunnel vxlan", [](const MicroFlow& m) { return m.origin.tunnel == TunnelId{0}; }},
      {"outer dst ip 10.1.1.3", [](const MicroFlow& m) { return m.origin.tunnel == TunnelId{1}; }},
      {"inner dst port 53",
       [](const MicroFlow& m) { return m.origin.tunnel.valid() && m.event.key.dst_port == 53; }},
      {"not (proto tcp or (port 53 and not pid 100)) and not tos 16",
       [](const MicroFlow& m) {
         const bool port = m.event.key.dst_port == 53;
         return !(m.event.key.protocol == 6 || (port && m.origin.pid != 100)) && m.event.tos != 16;
       }},
  };
  for (const auto& one : cases) {
    const auto& [text, holds] = one;
    CAPTURE(one.first);
    FlowFilter filter = compiled(text, names, {{"eth0", 1}, {"wg0", 2}});
    std::size_t wrong = 0;
    for (const MicroFlow& m : flows) wrong += filter.matches(m) != holds(m);
    CHECK(wrong == 0);
  }
}

TEST_CASE("names that come later are known to a filter that was made before") {
  RecordNames names;
  FlowFilter filter = compiled("process late*", names);
  MicroFlow m;
  m.origin.owner = kKernelOwner;
  CHECK_FALSE(filter.matches(m));
  m.origin.owner = names.owners.intern({"latecomer", "", "", "", ""});
  CHECK(filter.matches(m));
  m.origin.owner = {};
  CHECK_FALSE(filter.matches(m));
}

TEST_CASE("what micro-flows cannot tell is refused with its column") {
  CHECK(refused("port 80 and over link r1-r2") ==
        "column 13: not here: 'over link r1-r2': only a server's history knows that");
  CHECK(refused("interface eth0") ==
        "column 1: not here: 'interface eth0': interfaces have numbers, no names");
  CHECK(refused("outer port 4789").starts_with("column 1: not here"));
}

TEST_CASE("totals are asked of flows, the rest of micro-flows") {
  const auto stages = [](const std::string& where) {
    const auto both = stages_of(*parse_flow_definition("key src dport; where " + where));
    if (!both) return both.error().message;
    return print_filter(both->before) + " | " + print_filter(both->after);
  };
  CHECK(stages("process nginx and bytes > 1M and dst net 10.0.0.0/8") ==
        "process nginx and dst net 10.0.0.0/8 | bytes >= 1000001");
  CHECK(stages("dst port 53 or bytes > 1M") == "any | dst port 53 or bytes >= 1000001");
  CHECK(stages("dst ip 10.0.0.1 or bytes > 1M") ==
        "column 22: not here: 'dst ip 10.0.0.1': it stands in one 'or' or 'not' with a total, and the key "
        "does not "
        "keep all of dst");
}

}  // namespace anemone
