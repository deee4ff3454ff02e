#include "matrix/build_matrix.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.h"
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

Topology network(const char* text) {
  auto file = parse_network_text(text);
  REQUIRE(file);
  return Topology(std::move(file->parts));
}

// Host 1 behind a, host 2 behind b, host 3 beside host 1.
const char* const kTwoSites = R"(
  link a b
  link a c
  link c b
  prefix 10.1.0.0/24 at a
  prefix 10.2.0.0/24 at b
)";
const char* const kHosts[] = {"10.1.0.1", "10.2.0.1", "10.1.0.2"};

struct Story {
  Topology topology = network(kTwoSites);
  Attachments attachments{topology, {}};
  std::vector<FlowRecord> records;
  std::vector<Observer> observers;
  std::vector<BinPart> parts{{kStart, &attachments}};

  Story() {
    for (std::size_t i = 0; i < 3; ++i) observers.push_back({ObserverId{i}, {address(kHosts[i])}, true});
  }

  void record(std::size_t observer, const char* src, const char* dst, std::uint64_t bytes, Duration from = 1s,
              Duration to = 9s) {
    FlowRecord record;
    record.start = kStart + from;
    record.end = kStart + to;
    record.key.src = address(src);
    record.key.dst = address(dst);
    record.observer = ObserverId{observer};
    record.bytes = bytes;
    record.packets = bytes / 100;
    records.push_back(record);
  }
  MeasuredMatrix build() const { return build_matrix(records, parts, Observers(observers), kBin); }
};

// "a>10.2.0.0/24 800": ingress, prefix, bits per second.
std::string demands(const Topology& net, const PartMatrix& part) {
  std::string text;
  for (const Demand& demand : part.matrix.demands) {
    text += (text.empty() ? "" : ", ") + net.node(demand.ingress).name + ">" +
            print_prefix(net.prefix(demand.to.prefix)) + " " +
            std::to_string(static_cast<int>(demand.traffic.bps + 0.5));
  }
  return text;
}

TEST_CASE("traffic that both ends report counts once, as the source saw it") {
  Story s;
  s.record(0, kHosts[0], kHosts[1], 1000);
  s.record(1, kHosts[0], kHosts[1], 900);  // a tenth was lost on the way
  const MeasuredMatrix matrix = s.build();
  CHECK(demands(s.topology, matrix.parts[0]) == "a>10.2.0.0/24 800");
  CHECK(matrix.parts[0].matrix.demands[0].traffic.pps == doctest::Approx(1));
  CHECK(matrix.uses[0] == RecordUse::kOwner);
  CHECK(matrix.uses[1] == RecordUse::kSecond);
  CHECK(matrix.bytes.second == 900);
  CHECK(matrix.bytes.coverage() == 1);
}

TEST_CASE("without an agent at the source the destination's record counts") {
  Story s;
  s.observers[0].instrumented = false;
  s.record(0, kHosts[0], kHosts[1], 1000);
  s.record(1, kHosts[0], kHosts[1], 1000);
  const MeasuredMatrix matrix = s.build();
  CHECK(demands(s.topology, matrix.parts[0]) == "a>10.2.0.0/24 800");
  CHECK(matrix.uses[0] == RecordUse::kIgnored);
  CHECK(matrix.uses[1] == RecordUse::kOwner);
  CHECK(matrix.bytes.coverage() == 1);
}

TEST_CASE("traffic between hosts without agents is unseen and lowers the coverage") {
  Story s;
  s.observers[0].instrumented = false;
  s.observers[1].instrumented = false;
  s.record(0, kHosts[0], kHosts[1], 3000);
  s.record(1, kHosts[0], kHosts[1], 3000);
  s.record(2, kHosts[2], kHosts[1], 1000);
  const MeasuredMatrix matrix = s.build();
  CHECK(demands(s.topology, matrix.parts[0]) == "a>10.2.0.0/24 800");
  CHECK(matrix.bytes.coverage() == doctest::Approx(0.25));
}

TEST_CASE("records of the same two ends become one demand, and each knows its own") {
  Story s;
  s.record(0, kHosts[0], kHosts[1], 1000);
  s.record(1, kHosts[1], kHosts[0], 500);
  s.record(2, kHosts[2], kHosts[1], 250);
  const MeasuredMatrix matrix = s.build();
  CHECK(demands(s.topology, matrix.parts[0]) == "a>10.2.0.0/24 1000, b>10.1.0.0/24 400");
  REQUIRE(matrix.parts[0].placed.size() == 3);
  CHECK(matrix.parts[0].placed[2].record == 2);
  CHECK(matrix.parts[0].placed[2].demand == 0);
  CHECK(matrix.parts[0].placed[2].bytes == 250);
}

TEST_CASE("what cannot be attached, stays on its own network or is for many is counted apart") {
  Story s;
  s.record(0, kHosts[0], "172.16.0.1", 100);
  s.record(0, "172.16.0.1", kHosts[0], 200);
  s.record(0, kHosts[0], kHosts[2], 300);
  s.record(0, kHosts[0], "224.0.0.251", 400);
  s.record(0, kHosts[0], "255.255.255.255", 500);
  s.record(0, "172.16.0.1", "172.16.0.2", 600);  // passing by: neither end is anybody's
  s.record(0, "172.16.0.1", kHosts[1], 700);     // the other end is somebody's
  const MeasuredMatrix matrix = s.build();
  CHECK(matrix.parts[0].matrix.demands.empty());
  CHECK(matrix.bytes.unattached == 900);
  CHECK(matrix.bytes.local == 300);
  CHECK(matrix.bytes.multicast == 900);
  CHECK(matrix.bytes.owned == 2100);
  CHECK(matrix.bytes.transit == 700);
  CHECK(matrix.uses[5] == RecordUse::kOwner);
  CHECK(matrix.uses[6] == RecordUse::kTransit);
}

TEST_CASE("a change of the topology inside the bin splits a record by its time") {
  Story s;
  const Topology after = network("link a c\nlink c b\nprefix 10.1.0.0/24 at a\nprefix 10.2.0.0/24 at c");
  const Attachments later(after, {});
  s.parts.push_back({kStart + 3s, &later});
  s.record(0, kHosts[0], kHosts[1], 800, 1s, 9s);   // two of eight seconds before the change
  s.record(0, kHosts[0], kHosts[1], 1000, 4s, 5s);  // all after it
  s.record(0, kHosts[0], kHosts[1], 500, 3s, 3s);   // one packet, at the change itself
  const MeasuredMatrix matrix = s.build();
  REQUIRE(matrix.parts.size() == 2);
  CHECK(demands(s.topology, matrix.parts[0]) == "a>10.2.0.0/24 160");
  CHECK(demands(after, matrix.parts[1]) == "a>10.2.0.0/24 1680");
  CHECK(matrix.bytes.split == 800);
}

TEST_CASE("every byte of an owner's record is in a demand or in one of the counts") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Story s;
    const Attachments later(s.topology, {});
    if (random.below(2) == 0) s.parts.push_back({kStart + 4s, &later});
    for (Observer& observer : s.observers) observer.instrumented = random.below(3) > 0;
    const char* ends[] = {kHosts[0], kHosts[1], kHosts[2], "172.16.0.1", "224.0.0.5", "fe80::1"};
    for (int i = 0; i < 100; ++i) {
      const auto from = Duration{random.below(10'000'000)};
      const auto to = from + Duration{random.below(static_cast<std::uint32_t>(10'000'000 - from.count()))};
      s.record(random.below(3), ends[random.below(6)], ends[random.below(6)], random.below(100'000), from,
               to);
    }
    const MeasuredMatrix matrix = s.build();
    double placed = 0;
    double demanded = 0;
    for (const PartMatrix& part : matrix.parts) {
      for (const PlacedRecord& record : part.placed) placed += record.bytes;
      for (const Demand& demand : part.matrix.demands) demanded += demand.traffic.bps * 10 / 8;
    }
    const ByteAccount& bytes = matrix.bytes;
    CHECK(placed == doctest::Approx(demanded));
    CHECK(placed + bytes.unattached + bytes.local + bytes.multicast == doctest::Approx(bytes.owned));
    CHECK(matrix.uses.size() == s.records.size());
  }
}

}  // namespace
}  // namespace anemone
