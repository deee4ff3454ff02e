#include "counter/link_counters.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/text.h"
#include "io/file.h"
#include "topology/text_file.h"

using namespace anemone;

namespace {

constexpr Time kNoon = time_from_micros(1'795'348'800'000'000);

//   r1 (10.0.0.1) eth0 192.0.2.1 ---- 192.0.2.2 eth7 r2
Topology two_routers() {
  TopologyParts parts;
  for (const std::uint32_t number : {1U, 2U}) {
    Node node;
    node.name = "r" + std::to_string(number);
    node.router_id = {0x0a00'0000U + number};
    parts.nodes.push_back(node);
  }
  for (const std::uint32_t number : {0U, 1U}) {
    Link link;
    link.from = NodeId{number};
    link.to = NodeId{1 - number};
    link.address = Ipv4{0xc000'0201U + number};
    link.neighbor = Ipv4{0xc000'0202U - number};
    link.interface = number == 0 ? "eth0" : "eth7";
    link.capacity_bps = 1e6;
    parts.links.push_back(link);
  }
  return Topology(std::move(parts));
}

// r1's counter says 8 kbit/s more than its name's order, each second.
void tell(LinkCounters& counters, const std::string& name, std::uint64_t bytes_each_second) {
  for (int second = 0; second <= 10; ++second) {
    counters.add(
        {name, {kNoon + second * 1s, 1000 + bytes_each_second * static_cast<std::uint64_t>(second), {}}});
  }
}

// "r1>r2:192.0.2.1 8000" each.
std::string rates(const LinkCounters& counters, const Topology& topology) {
  std::string told;
  for (const CountedRate& rate : counters.rates(topology, kNoon, kNoon + 10s)) {
    told += link_name(topology, rate.link) + " " + std::to_string(std::lround(rate.bps)) + "; ";
  }
  return told;
}

}  // namespace

TEST_CASE(
    "a counter is known by its link's id, or by its router's and interface's names, numbers and addresses") {
  const Topology topology = two_routers();
  for (const char* name : {"r1>r2:192.0.2.1", "r1:eth0", "r1:192.0.2.1", "10.0.0.1:eth0",
                           "10.0.0.1:192.0.2.1", "r2:eth7/in", "r2:192.0.2.2/in"}) {
    LinkCounters counters;
    tell(counters, name, 1000);
    CAPTURE(name);
    CHECK(rates(counters, topology) == "r1>r2:192.0.2.1 8000; ");
  }
  LinkCounters counters;
  tell(counters, "r3:eth0", 1000);
  CHECK(rates(counters, topology) == "");
}

TEST_CASE("of a link's two ends the sender's counter is taken") {
  LinkCounters counters;
  tell(counters, "r2:eth7/in", 900);
  tell(counters, "r1:eth0", 1000);
  tell(counters, "r2:eth7", 10);
  CHECK(rates(counters, two_routers()) == "r1>r2:192.0.2.1 8000; r2>r1:192.0.2.2 80; ");
}

TEST_CASE("links that share an interface have no rates: its counter is the sum of them") {
  TopologyParts parts = two_routers().parts();
  Link again = parts.links[0];
  again.area.domain = kIsisDomain;
  parts.links.push_back(again);
  LinkCounters counters;
  tell(counters, "r1:eth0", 1000);
  CHECK(rates(counters, Topology(std::move(parts))) == "");
}

TEST_CASE("a step of more than the link can carry is not believed") {
  LinkCounters counters;
  tell(counters, "r1:eth0", 140'000);  // 1.12 Mbit/s over 1 Mbit/s
  CHECK(rates(counters, two_routers()) == "");
}

TEST_CASE("counters and readings beyond the limit are refused, or forgotten") {
  LinkCounters counters({.counters_max = 2, .readings_max = 8, .gap_max = 400s});
  tell(counters, "a:eth0", 1000);
  tell(counters, "b:eth0", 1000);
  CHECK(counters.add({"c:eth0", {kNoon, 1, {}}}) == ReadingFate::kTooMany);
  CHECK(counters.counts().too_many == 1);
  tell(counters, "a:eth0", 1000);
  std::size_t readings = 0;
  for (const auto& counter : counters.list()) readings += counter.readings;
  CHECK(readings <= 16);
  CHECK(counters.list().size() == 2);
}

namespace {

// Every interface's counter of the recorded campus, each second.
std::map<std::string, std::vector<CounterReading>> recorded_counters() {
  auto file = FileReader::open(ANEMONE_TEST_DATA "/campus/counters.csv.gz");
  REQUIRE(file);
  auto bytes = file->peek(std::size_t{64} << 20);
  REQUIRE(bytes);
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  std::map<std::string, std::vector<CounterReading>> counters;
  for (const std::string_view line : split(text, '\n')) {
    const auto values = split(line, ',');
    if (values.size() < 8 || values[0] == "time") continue;
    const std::string name = std::string(values[1]) + ":" + std::string(values[2]);
    counters[name].push_back({*parse_time(values[0]), *parse_u64(values[5]), *parse_u64(values[6])});
  }
  return counters;
}

CounterSeries every(const std::vector<CounterReading>& readings, std::size_t step) {
  CounterSeries series;
  for (std::size_t i = 0; i < readings.size(); i += step) series.add(readings[i], readings.size());
  return series;
}

}  // namespace

TEST_CASE("rates from few readings are as wrong as they say, on a recorded network") {
  const auto recorded = recorded_counters();
  REQUIRE(recorded.size() > 20);
  for (const std::size_t step : {2U, 5U, 10U, 20U}) {
    int within = 0;
    int all = 0;
    for (const auto& [name, readings] : recorded) {
      const CounterSeries whole = every(readings, 1);
      const CounterSeries thin = every(readings, step);
      Time from = slice_start(readings.front().time, 10s) + 30s;
      for (; from + 40s < readings.back().time; from += 10s) {
        const double truth = whole.between(from, from + 10s, 400s).bytes;
        const CountedBytes told = thin.between(from, from + 10s, 400s);
        if (truth < 25'000) continue;  // hellos
        ++all;
        within += std::abs(told.bytes - truth) <= 1.645 * counter_error(told, 10s) * told.bytes ? 1 : 0;
      }
    }
    CAPTURE(step);
    REQUIRE(all > 300);
    const double share = static_cast<double>(within) / all;
    CHECK(share > 0.85);
    CHECK(share < 0.99);
    MESSAGE("readings " << step << " s apart: " << share << " of " << all);
  }
}
