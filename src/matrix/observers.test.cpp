#include "matrix/observers.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "matrix/build_matrix.h"
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

HostFacts facts(Duration at, const std::vector<const char*>& addresses,
                const std::vector<const char*>& gateways = {}) {
  HostFacts told;
  told.at = kStart + at;
  for (const char* one : addresses) told.addresses.push_back({address(one), 24, 1});
  for (const char* one : gateways) told.gateways.push_back(address(one));
  return told;
}

Observers observe(const std::vector<std::vector<HostFacts>>& hosts) {
  std::vector<Observer> all;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    for (Observer& one : observers_of(ObserverId{i}, hosts[i])) all.push_back(std::move(one));
  }
  return Observers(all);
}

// "0@1 -@5": whose it is, from which second on; ".." is for ever.
std::string stays(const Observers& observers, const char* text) {
  std::string told;
  for (const Observers::Stay& stay : observers.stays(address(text))) {
    const bool ever = stay.since == Time::min();
    told += (told.empty() ? "" : " ") +
            (stay.observer.valid() ? std::to_string(stay.observer.value()) : std::string("-")) + "@" +
            (ever ? ".." : std::to_string((stay.since - kStart) / 1s));
  }
  return told;
}

TEST_CASE("what a host said first holds for before, too, and what it says later from then on") {
  const Observers observers = observe({{facts(1s, {"10.1.0.1"}), facts(5s, {"10.1.0.2"})}});
  CHECK(stays(observers, "10.1.0.1") == "0@.. -@5");
  CHECK(stays(observers, "10.1.0.2") == "0@5");
  CHECK(stays(observers, "10.1.0.3").empty());
}

TEST_CASE("an address that moves belongs to whoever took it last, and goes back when that one gives it up") {
  const Observers observers =
      observe({{facts(0s, {"10.1.0.1"})},
               {facts(0s, {"10.2.0.1"}), facts(3s, {"10.2.0.1", "10.1.0.1"}), facts(8s, {"10.2.0.1"})}});
  CHECK(stays(observers, "10.1.0.1") == "0@.. 1@3 0@8");
  CHECK(observers.is_shared(address("10.1.0.1")));
  CHECK(!observers.is_shared(address("10.2.0.1")));
  CHECK(observers.claim(ObserverId{1}, address("10.1.0.1"), kStart + 4s) != nullptr);
  CHECK(observers.claim(ObserverId{1}, address("10.1.0.1"), kStart + 9s) == nullptr);
}

// r1 with 10.1.0.0/24, r2 with 10.2.0.0/24, r3 with 10.3.0.0/24, and a LAN 10.9.0.0/24 of r1 and r2.
constexpr const char* kNetwork = R"(
  link r1 r3
  link r2 r3
  network lan prefix 10.9.0.0/24
  link r1 lan addresses 10.9.0.1 0.0.0.0
  link r2 lan addresses 10.9.0.2 0.0.0.0
  prefix 10.1.0.0/24 at r1
  prefix 10.2.0.0/24 at r2
  prefix 10.3.0.0/24 at r3
)";

// Where the bytes of records to 10.3.0.1 enter, of each source address at each time.
std::string entered(const Observers& observers, const std::vector<std::pair<const char*, Duration>>& sent) {
  auto file = parse_network_text(kNetwork);
  REQUIRE(file);
  const Topology net(std::move(file->parts));
  const Attachments attachments(net, {});
  const std::vector<BinPart> parts{{kStart, &attachments}};
  std::vector<FlowRecord> records;
  for (const auto& [source, at] : sent) {
    FlowRecord record;
    record.start = record.end = kStart + at;
    record.key.src = address(source);
    record.key.dst = address("10.3.0.1");
    record.key.direction = Direction::kOut;
    record.origin.owner = OwnerId{5U};
    record.observer = ObserverId{0U};
    record.bytes = 100;
    record.packets = 1;
    records.push_back(record);
  }
  const MeasuredMatrix matrix = build_matrix(records, parts, observers, kBin);
  std::string text;
  for (const PlacedRecord& placed : matrix.parts[0].placed) {
    text += (text.empty() ? "" : " ") + net.node(matrix.parts[0].matrix.demands[placed.demand].ingress).name;
  }
  return text;
}

TEST_CASE("a host that moves inside the bin enters where it is when it sends") {
  const Observers observers = observe({{facts(0s, {"10.1.0.9"}), facts(4s, {"10.2.0.9"})}});
  CHECK(entered(observers, {{"10.1.0.9", 1s}, {"10.2.0.9", 6s}}) == "r1 r2");
}

TEST_CASE("a host that changes its default gateway inside the bin enters by the one that it has then") {
  const Observers observers =
      observe({{facts(0s, {"10.9.0.50"}, {"10.9.0.1"}), facts(5s, {"10.9.0.50"}, {"10.9.0.2"})}});
  CHECK(entered(observers, {{"10.9.0.50", 2s}, {"10.9.0.50", 4s}, {"10.9.0.50", 7s}}) == "r1 r1 r2");
}

TEST_CASE("who was not heard for a time does not count then, and does again after") {
  std::vector<Observer> entries = {{ObserverId{0U}, {address("10.1.0.9")}}};
  entries[0].silent = {{kStart + 2s, kStart + 4s}};
  const Observers observers(entries);
  CHECK(observers.heard(ObserverId{0U}, kStart + 1s));
  CHECK(!observers.heard(ObserverId{0U}, kStart + 3s));
  CHECK(observers.heard(ObserverId{0U}, kStart + 4s));
  CHECK(!observers.heard_throughout(ObserverId{0U}, kBin));
  CHECK(observers.heard_throughout(ObserverId{0U}, {kStart + 4s, kStart + 9s}));
}

}  // namespace
}  // namespace anemone
