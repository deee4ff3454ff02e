#include "topology/inventory.h"

#include <doctest/doctest.h>

#include <string>

namespace anemone {
namespace {

// The example of docs/formats/recording.md, and a broadcast network.
const char* const kRecording = R"({"format": "anemone-recording-1",
 "name": "campus",
 "from": "2026-11-22T23:00:00Z", "to": "2026-11-22T23:04:00Z",
 "routers": [{"id": "10.255.0.1", "name": "core1", "site": "west", "x": 0.12, "y": 0.40},
             {"id": "10.255.0.2", "name": "core2"}],
 "links": [{"from": "core1", "from_interface": "to-core2", "from_address": "10.1.0.1",
            "to": "core2", "to_interface": "to-core1", "to_address": "10.1.0.2",
            "area": "0.0.0.0", "capacity_bps": 20000000},
           {"from": "core1", "from_interface": "lan", "from_address": "10.2.0.1", "to": "",
            "to_address": "", "area": "0.0.0.0", "capacity_bps": 5000000}],
 "hosts": [{"name": "web1", "address": "10.20.1.10", "prefix_length": 24, "gateway": "10.20.1.1",
            "capture": "hosts/web1.pcap.gz", "more_addresses": ["203.0.113.80"]}],
 "listeners": [{"name": "core1-core2", "area": "0.0.0.0", "capture": "ospf/core1-core2.pcap.gz"}],
 "events": [{"time": "2026-11-22T23:01:10.123456Z", "kind": "link_down", "text": "core1-core2 fails"}]})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string refusal(const std::string& text) {
  const auto inventory = parse_inventory(text);
  return inventory ? "accepted" : inventory.error().message;
}

// core1 and core2 side by side, and core1 on a LAN, as OSPF would tell it.
TopologyParts heard() {
  TopologyParts parts;
  for (const char* id : {"10.255.0.1", "10.255.0.2"}) {
    Node node;
    node.name = id;
    node.router_id = *parse_ipv4(id);
    parts.nodes.push_back(node);
  }
  Node lan;
  lan.kind = NodeKind::kNetwork;
  lan.name = "net:10.2.0.0/24";
  parts.nodes.push_back(lan);
  auto add = [&](std::size_t from, std::size_t to, const char* address, const char* neighbor) {
    Link link;
    link.from = NodeId{from};
    link.to = NodeId{to};
    link.address = parse_address(address).value_or(IpAddress{});
    link.neighbor = parse_address(neighbor).value_or(IpAddress{});
    parts.links.push_back(link);
  };
  add(0, 1, "10.1.0.1", "10.1.0.2");
  add(1, 0, "10.1.0.2", "10.1.0.1");
  add(0, 2, "10.2.0.1", "");
  add(2, 0, "", "10.2.0.1");
  return parts;
}

TEST_CASE("a recording's inventory is read whole") {
  const auto inventory = parse_inventory(kRecording);
  REQUIRE(inventory);
  CHECK(inventory->name == "campus");
  CHECK(inventory->to - inventory->from == 240s);
  CHECK(inventory->routers[0].site == "west");
  CHECK(inventory->routers[0].x == 0.12);
  CHECK(!inventory->routers[1].x);
  CHECK(inventory->links[0].capacity_bps == 20e6);
  CHECK(inventory->links[1].to_address.is_none());
  CHECK(inventory->hosts[0].prefix_length == 24);
  CHECK(print_address(inventory->hosts[0].gateway) == "10.20.1.1");
  CHECK(inventory->listeners[0].capture == "ospf/core1-core2.pcap.gz");
  CHECK(print_time(inventory->events[0].time) == "2026-11-22T23:01:10.123456Z");
  REQUIRE(inventory->hosts[0].more_addresses.size() == 1);
  CHECK(print_address(inventory->hosts[0].more_addresses[0]) == "203.0.113.80");
}

TEST_CASE("a topology that was heard gets the inventory's names and capacities") {
  const auto inventory = parse_inventory(kRecording);
  REQUIRE(inventory);
  const TopologyParts parts = annotate(heard(), *inventory);
  CHECK(parts.nodes[0].name == "core1");
  CHECK(parts.nodes[2].name == "net:10.2.0.0/24");
  CHECK(parts.links[0].capacity_bps == 20e6);
  CHECK(parts.links[0].interface == "to-core2");
  CHECK(parts.links[1].interface == "to-core1");
  CHECK(parts.links[2].capacity_bps == 5e6);
  CHECK(parts.links[3].capacity_bps == 5e6);  // out of the LAN: what core1's interface takes in
}

TEST_CASE("a name is not given to two routers") {
  auto inventory = parse_inventory(replaced(kRecording, "\"name\": \"core2\"", "\"name\": \"core1\""));
  REQUIRE(inventory);
  const TopologyParts parts = annotate(heard(), *inventory);
  CHECK(parts.nodes[0].name == "core1");
  CHECK(parts.nodes[1].name == "10.255.0.2");
}

TEST_CASE("what is wrong in an inventory is named with its entry") {
  CHECK(refusal("{").starts_with("not JSON: at byte 2"));
  CHECK(refusal(R"({"format":3e33333})").starts_with("not JSON: "));
  CHECK(refusal("[]") == "recording: want an object");
  CHECK(refusal("{}") == "\"format\" must be \"anemone-recording-1\", not \"\"");
  CHECK(refusal(replaced(kRecording, "\"10.255.0.2\"", "\"10.255.0\"")).starts_with("routers[1]: \"id\": "));
  CHECK(refusal(replaced(kRecording, "20000000", "\"fast\"")) == "links[0]: \"capacity_bps\": want a number");
  CHECK(refusal(replaced(kRecording, ": 24", ": 33")) == "hosts[0]: \"prefix_length\" is out of range");
  CHECK(refusal(replaced(kRecording, "\"web1\"", "17")) == "hosts[0]: \"name\": want a text");
  CHECK(refusal(replaced(kRecording, "203.0.113.80", "203.0.113.800"))
            .starts_with("hosts[0]: \"more_addresses\": "));
  CHECK(refusal(replaced(kRecording, "23:04:00Z", "22:04:00Z")) == "recording: \"to\" is before \"from\"");
}

TEST_CASE("every cut of a good inventory is refused") {
  const std::string whole = kRecording;
  for (std::size_t size = 0; size < whole.size(); ++size) CHECK(!parse_inventory(whole.substr(0, size)));
}

}  // namespace
}  // namespace anemone
