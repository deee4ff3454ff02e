#include "matrix/inner_traffic.h"

#include <doctest/doctest.h>

#include <vector>

#include "topology/text_file.h"

namespace anemone {
namespace {

constexpr Time kStart = time_from_micros(1'000'000'000);
constexpr TimeSpan kBin{kStart, kStart + 10s};

IpAddress address(const char* text) {
  auto parsed = parse_address(text);
  REQUIRE(parsed);
  return *parsed;
}

// Host 0 behind a and host 1 behind b, and a tunnel between both; its inside is 172.16.0.0/24, which no
// router knows.
struct Tunnelled {
  Topology topology;
  std::vector<FlowRecord> records;
  RecordNames names;

  Tunnelled() {
    auto file = parse_network_text("link a b\nprefix 10.1.0.0/24 at a\nprefix 10.2.0.0/24 at b\n");
    REQUIRE(file);
    topology = Topology(std::move(file->parts));
  }
  FlowRecord& add(std::uint32_t observer, const char* src, const char* dst, std::uint8_t protocol,
                  std::uint64_t bytes) {
    FlowRecord& record = records.emplace_back();
    record.start = kStart + 1s;
    record.end = kStart + 9s;
    record.key.src = address(src);
    record.key.dst = address(dst);
    record.key.protocol = protocol;
    record.key.direction = observer == 0 ? Direction::kOut : Direction::kIn;
    record.observer = ObserverId{observer};
    record.bytes = bytes;
    record.packets = bytes / 100;
    return record;
  }
  void outer(std::uint32_t observer, std::uint8_t protocol, std::uint64_t bytes) {
    add(observer, "10.1.0.1", "10.2.0.1", protocol, bytes);
  }
  // As the host stands: its own end is the tunnel's source.
  void inner(std::uint32_t observer, const char* technology, std::uint64_t bytes,
             const char* src = "172.16.0.1", const char* near = nullptr) {
    Tunnel tunnel;
    tunnel.technology = technology;
    tunnel.interface = "tun0";
    tunnel.src = near != nullptr ? address(near) : address(observer == 0 ? "10.1.0.1" : "10.2.0.1");
    tunnel.dst = address(observer == 0 ? "10.2.0.1" : "10.1.0.1");
    add(observer, src, "172.16.0.9", 6, bytes).origin.tunnel = names.tunnels.intern(tunnel);
  }
  MeasuredMatrix build() const {
    const Attachments attachments(topology, {});
    const std::vector<BinPart> parts{{kStart, &attachments}};
    const std::vector<Observer> observers = {{ObserverId{0U}, {address("10.1.0.1"), address("172.16.0.1")}},
                                             {ObserverId{1U}, {address("10.2.0.1"), address("172.16.0.9")}}};
    MatrixKnowledge known;
    known.tunnels = &names.tunnels;
    return build_matrix(records, parts, Observers(observers), kBin, known);
  }
};

double explained(const MeasuredMatrix& matrix) {
  double bytes = 0;
  for (const PlacedRecord& placed : matrix.parts[0].placed) bytes += placed.explained;
  return bytes;
}

TEST_CASE("a tunnel's outer packets load links, once; what was inside explains them and adds nothing") {
  Tunnelled net;
  net.outer(0, 47, 1'200);
  net.inner(0, "gre", 700);
  net.inner(0, "gre", 300, "172.16.0.2");
  net.outer(1, 47, 1'200);  // the other end says the same
  net.inner(1, "gre", 700);
  const MeasuredMatrix matrix = net.build();
  REQUIRE(matrix.parts[0].matrix.demands.size() == 1);
  CHECK(matrix.parts[0].matrix.demands[0].traffic.bps == doctest::Approx(960));
  CHECK(matrix.uses[0] == RecordUse::kOwner);
  CHECK(matrix.uses[1] == RecordUse::kInner);
  CHECK(matrix.uses[3] == RecordUse::kSecond);
  CHECK(matrix.bytes.owned == 1'200);
  CHECK(explained(matrix) == doctest::Approx(1'000));  // the tunnel's headers are explained by nothing
  REQUIRE(matrix.parts[0].inner.size() == 2);
  CHECK(matrix.parts[0].inner[0].record == 1);
  CHECK(matrix.parts[0].inner[0].demand == 0);
  CHECK(matrix.parts[0].inner[0].bytes == doctest::Approx(700));
  CHECK(matrix.bytes.inner == 1'000);
}

TEST_CASE("inner records of more than the outer explain it in proportion, never more than there is") {
  Tunnelled net;
  net.outer(0, 17, 1'000);
  net.inner(0, "wireguard", 1'500);
  net.inner(0, "wireguard", 500, "172.16.0.2");
  const MeasuredMatrix matrix = net.build();
  CHECK(explained(matrix) == doctest::Approx(1'000));
  REQUIRE(matrix.parts[0].inner.size() == 2);
  CHECK(matrix.parts[0].inner[0].bytes == doctest::Approx(750));
  CHECK(matrix.parts[0].inner[1].bytes == doctest::Approx(250));
}

TEST_CASE("inner traffic is not explained by packets of another protocol, or by none") {
  Tunnelled net;
  net.outer(0, 6, 1'000);
  net.inner(0, "gre", 400);
  const MeasuredMatrix matrix = net.build();
  CHECK(explained(matrix) == 0);
  CHECK(matrix.parts[0].inner.empty());
  CHECK(matrix.bytes.inner == 0);
  CHECK(matrix.bytes.unexplained == 400);
  CHECK(matrix.bytes.owned == 1'000);
}

TEST_CASE("a tunnel whose own end is any of the host's is found by its other end") {
  Tunnelled net;
  net.outer(0, 47, 1'200);
  net.inner(0, "gre", 700, "172.16.0.1", "::");
  const MeasuredMatrix matrix = net.build();
  CHECK(explained(matrix) == doctest::Approx(700));
}

TEST_CASE("where the sender has no agent the receiver's inner records explain the receiver's outer ones") {
  Tunnelled net;
  net.outer(1, 47, 1'200);
  net.inner(1, "gre", 700);
  const Attachments attachments(net.topology, {});
  const std::vector<BinPart> parts{{kStart, &attachments}};
  const std::vector<Observer> observers = {
      {ObserverId{0U}, {address("10.1.0.1"), address("172.16.0.1")}, false},
      {ObserverId{1U}, {address("10.2.0.1"), address("172.16.0.9")}}};
  MatrixKnowledge known;
  known.tunnels = &net.names.tunnels;
  const MeasuredMatrix matrix = build_matrix(net.records, parts, Observers(observers), kBin, known);
  CHECK(matrix.bytes.owned == 1'200);
  CHECK(explained(matrix) == doctest::Approx(700));
}

}  // namespace
}  // namespace anemone
