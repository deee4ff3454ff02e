#include "capture/frame_counter.h"

#include <doctest/doctest.h>

#include <string_view>
#include <utility>
#include <vector>

using namespace anemone;

namespace {

constexpr std::uint8_t kSynFlag = 2;
constexpr std::uint8_t kRstFlag = 4;
constexpr std::uint8_t kAckFlag = 16;

// An IPv4 packet without options; TCP's flags where it is TCP.
std::vector<std::uint8_t> packet(std::string_view src, std::string_view dst, std::uint8_t protocol,
                                 std::uint16_t src_port, std::uint16_t dst_port, std::uint8_t flags = 0) {
  std::vector<std::uint8_t> bytes(20 + 20);
  bytes[0] = 0x45;
  bytes[3] = 40;
  bytes[8] = 64;
  bytes[9] = protocol;
  const auto put = [&](std::size_t at, std::string_view address) {
    const std::uint32_t value = parse_ipv4(address)->value;
    for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  };
  put(12, src);
  put(16, dst);
  bytes[20] = static_cast<std::uint8_t>(src_port >> 8);
  bytes[21] = static_cast<std::uint8_t>(src_port);
  bytes[22] = static_cast<std::uint8_t>(dst_port >> 8);
  bytes[23] = static_cast<std::uint8_t>(dst_port);
  bytes[32] = 0x50;
  bytes[33] = flags;
  return bytes;
}

struct Host {
  explicit Host(FrameCounterConfig config = {})
      : counter(config, [this](const SocketEnds& ends, CountedFlow& flow) { return answer(ends, flow); }) {
    counter.set_view({.addresses = {*parse_address("10.0.0.1")},
                      .below_vlans = {5},
                      .tunnel_ports = {4789},
                      .loopback = 1});
  }

  bool answer(const SocketEnds& ends, CountedFlow& flow) {
    asked.push_back(ends);
    if (pid == 0) return false;
    flow.process.pid = pid;
    flow.socket = pid;
    return true;
  }
  void see(RingFrame::Way way, const std::vector<std::uint8_t>& bytes, std::uint32_t interface = 2) {
    RingFrame frame;
    frame.time = now;
    frame.interface = interface;
    frame.protocol = 0x0800;
    frame.way = way;
    frame.network = bytes;
    frame.length = static_cast<std::uint32_t>(bytes.size());
    frame.tagged = tagged;
    frame.to_all = to_all;
    counter.count(frame);
  }
  std::vector<CountedFlow> take() {
    std::vector<CountedFlow> taken;
    counter.take(now, [&](CountedFlow& flow) { taken.push_back(flow); });
    return taken;
  }

  std::uint32_t pid = 42;
  bool tagged = false;
  bool to_all = false;
  Time now{100s};
  std::vector<SocketEnds> asked;
  FrameCounter counter;
};

constexpr auto kIn = RingFrame::Way::kIn;
constexpr auto kOut = RingFrame::Way::kOut;

}  // namespace

TEST_CASE("each direction is a micro-flow, and the socket is asked for with this host's end first") {
  Host host;
  for (int i = 0; i < 3; ++i) host.see(kOut, packet("10.0.0.1", "10.0.0.2", 17, 4000, 53));
  host.see(kIn, packet("10.0.0.2", "10.0.0.1", 17, 53, 4000));
  const auto taken = host.take();
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].event.packets == 3);
  CHECK(taken[0].event.bytes == 120);
  CHECK(taken[0].event.key.direction == Direction::kOut);
  CHECK(taken[0].process.pid == 42);
  REQUIRE(host.asked.size() == 2);
  CHECK(host.asked[0] == host.asked[1]);
  CHECK(host.asked[0].local_port == 4000);
  CHECK(print_address(host.asked[0].remote) == "10.0.0.2");
}

TEST_CASE("what no program has is told by what it is") {
  Host host;
  host.see(kOut, packet("10.0.0.1", "10.0.0.2", 1, 0x0000, 0));     // echo reply
  host.see(kOut, packet("10.0.0.1", "10.0.0.2", 17, 50000, 4789));  // VXLAN
  CHECK(host.asked.empty());
  host.see(kIn, packet("10.0.0.9", "10.0.0.77", 6, 1, 2));
  host.see(kOut, packet("10.0.0.9", "10.0.0.78", 6, 1, 2));
  host.pid = 0;
  host.see(kIn, packet("10.0.0.2", "10.0.0.1", 6, 999, 23, kSynFlag));
  host.see(kOut, packet("10.0.0.1", "10.0.0.2", 6, 23, 999, kRstFlag | kAckFlag));
  host.see(kIn, packet("10.0.0.2", "10.0.0.1", 17, 53, 5000));
  host.to_all = true;
  host.see(kIn, packet("10.0.0.2", "10.0.0.255", 17, 138, 138));
  const auto taken = host.take();
  REQUIRE(taken.size() == 8);
  CHECK(taken[0].owner == kKernelOwner);
  CHECK(taken[1].owner == kKernelOwner);
  CHECK(taken[2].owner == kForwardedOwner);
  CHECK(taken[3].owner == kForwardedOwner);
  CHECK(taken[4].owner == kNoSocketOwner);
  CHECK(taken[5].owner == kKernelOwner);
  CHECK(!taken[6].owner.valid());  // gone, or never was
  CHECK(!taken[7].owner.valid());
}

TEST_CASE("who was not found is asked for once more when the flow is handed on") {
  Host host;
  host.pid = 0;
  host.see(kIn, packet("10.0.0.2", "10.0.0.1", 17, 53, 5000));
  host.pid = 7;
  REQUIRE(host.take().size() == 1);
  host.see(kIn, packet("10.0.0.2", "10.0.0.1", 17, 53, 5000));
  CHECK(host.take()[0].process.pid == 7);
  CHECK(host.asked.size() == 2);
}

TEST_CASE("a connection with the ports of one that ended is another one's") {
  Host host;
  host.see(kOut, packet("10.0.0.1", "10.0.0.2", 6, 4000, 80, kSynFlag));
  host.see(kOut, packet("10.0.0.1", "10.0.0.2", 6, 4000, 80, kRstFlag));
  host.pid = 43;
  host.see(kOut, packet("10.0.0.1", "10.0.0.2", 6, 4000, 80, kSynFlag));
  const auto taken = host.take();
  REQUIRE(taken.size() == 2);
  CHECK(taken[0].process.pid == 42);
  CHECK(taken[0].event.packets == 2);
  CHECK(taken[1].process.pid == 43);
  CHECK(taken[1].event.packets == 1);
}

TEST_CASE("frames that are not the host's, or seen on a VLAN as well, are told apart and add up") {
  Host host;
  host.see(RingFrame::Way::kOther, packet("10.0.0.5", "10.0.0.6", 17, 1, 2));
  host.tagged = true;
  host.see(kIn, packet("10.0.0.5", "10.0.0.1", 17, 1, 2), 5);
  host.see(kIn, packet("10.0.0.5", "10.0.0.1", 17, 1, 2), 6);  // nobody else shows it
  host.tagged = false;
  auto odd = packet("10.0.0.5", "10.0.0.1", 17, 1, 2);
  odd[0] = 0x42;
  host.see(kIn, odd);
  odd[0] = 0x15;
  host.see(kIn, odd);
  odd[0] = 0x45;
  odd.resize(12);
  host.see(kIn, odd);
  host.take();
  const PacketSourceCounts& counts = host.counter.counts();
  CHECK(counts.frames == 6);
  CHECK(counts.not_ours == 2);
  CHECK(counts.not_ip == 1);
  CHECK(counts.malformed + counts.cut == 2);
  CHECK(counts.packets == 1);
}

TEST_CASE("beyond its room packets are handed on alone, then counted as lost") {
  Host host({.flows_max = 2, .events_max = 3, .owners_per_second = 100});
  for (std::uint16_t port = 1; port <= 10; ++port)
    host.see(kOut, packet("10.0.0.1", "10.0.0.2", 17, port, 53));
  CHECK(host.take().size() == 5);
  CHECK(host.counter.counts().overflowed == 8);
  CHECK(host.counter.counts().lost_packets == 5);
  CHECK(host.counter.counts().lost_bytes == 200);
  CHECK(host.counter.counts().packets == 10);
}

TEST_CASE("no more owners are asked for in a second than may be") {
  Host host({.flows_max = 100, .events_max = 0, .owners_per_second = 3});
  for (std::uint16_t port = 1; port <= 10; ++port)
    host.see(kOut, packet("10.0.0.1", "10.0.0.2", 17, port, 53));
  CHECK(host.asked.size() == 3);
  CHECK(host.counter.counts().owners_not_asked == 7);
}

TEST_CASE("single packets are handed on one by one, coarse ones without ports and owner") {
  Host host;
  host.counter.set_single_packets(true);
  for (int i = 0; i < 3; ++i) host.see(kOut, packet("10.0.0.1", "10.0.0.2", 17, 4000, 53));
  CHECK(host.take().size() == 3);
  CHECK(host.asked.size() == 1);
  host.counter.set_single_packets(false);
  host.counter.set_coarse(true);
  for (std::uint16_t port = 1; port <= 3; ++port)
    host.see(kOut, packet("10.0.0.1", "10.0.0.2", 17, port, 53));
  const auto taken = host.take();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].coarse);
  CHECK(taken[0].event.packets == 3);
  CHECK(taken[0].process.pid == 0);
}

TEST_CASE("fragments are counted with the ports of their datagram") {
  Host host;
  auto first = packet("10.0.0.1", "10.0.0.2", 17, 4000, 53);
  first[6] = 0x20;  // more follow
  auto last = packet("10.0.0.1", "10.0.0.2", 17, 0, 0);
  last[7] = 3;  // 24 bytes on
  host.see(kOut, last);
  host.see(kOut, first);
  const auto taken = host.take();
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].event.packets == 2);
  CHECK(taken[0].event.key.src_port == 4000);
  CHECK(taken[0].event.key.direction == Direction::kOut);
}
