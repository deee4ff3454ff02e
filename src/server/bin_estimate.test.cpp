#include "server/bin_estimate.h"

#include <doctest/doctest.h>

#include "server/live_network.test.h"

using namespace anemone;

namespace {

// Three routers in a line, two hosts at each; all talk with all, a little more each bin.
struct Line : LiveNetwork {
  Line() : LiveNetwork(3) {
    set_cost(1, 2, 10);
    set_cost(2, 3, 10);
    flood(kNoon - 20s);
  }

  // The agents of hosts 1 and, if `both`, 2 of each router tell of a bin.
  void tell(Time bin, bool both) {
    const std::uint32_t last = both ? 2 : 1;
    for (std::uint32_t at = 1; at <= 3; ++at) {
      for (std::uint32_t host = 1; host <= last; ++host) {
        send(host_name(at, host), bin + 10s, records(bin, at, host));
      }
    }
    pass(bin + 10s);
  }

 private:
  // What the host sends, and what it gets from those that nobody watches.
  static std::vector<FlowRecord> records(Time bin, std::uint32_t at, std::uint32_t host) {
    std::vector<FlowRecord> records;
    for (std::uint32_t there = 1; there <= 3; ++there) {
      for (std::uint32_t other = 1; other <= 2; ++other) {
        if (there == at) continue;
        const std::uint64_t bytes = 100'000 * at + 10'000 * there + 1'000 * other + 500 * host;
        records.push_back(record(bin + 1s, 8s, host_address(at, host), host_address(there, other), bytes));
        records.push_back(
            record(bin + 1s, 8s, host_address(there, other), host_address(at, host), bytes, true));
      }
    }
    return records;
  }
};

}  // namespace

TEST_CASE("where every host has an agent, what is estimated is what is seen") {
  Line net;
  for (int bin = 0; bin < 3; ++bin) net.tell(kNoon + bin * 10s, true);
  const LoadAnswer load = net.load(kNoon + 10s);
  REQUIRE(load.envelope.bin.complete);
  REQUIRE(load.envelope.coverage.unseen);
  CHECK(load.envelope.coverage.unseen->instrumented == 6);
  CHECK(load.envelope.coverage.unseen->could == 6);
  CHECK(load.envelope.coverage.unseen->traffic.high_bps == 0);
  for (const LinkAnswer& link : load.links) {
    CAPTURE(link.id);
    REQUIRE(link.estimate);
    CHECK(link.estimate->low_bps == doctest::Approx(link.load_bps));
    CHECK(link.estimate->high_bps == doctest::Approx(link.load_bps));
  }
}

TEST_CASE("where half have one, the rest is estimated beside what is seen, and never below it") {
  Line net;
  for (int bin = 0; bin < 4; ++bin) net.tell(kNoon + bin * 10s, false);
  const LoadAnswer load = net.load(kNoon + 20s);
  REQUIRE(load.envelope.coverage.unseen);
  CHECK(load.envelope.coverage.unseen->instrumented == 3);
  CHECK(load.envelope.coverage.unseen->could == 6);
  CHECK(load.envelope.coverage.unseen->traffic.bps > 0);
  for (const LinkAnswer& link : load.links) {
    CAPTURE(link.id);
    REQUIRE(link.estimate);
    CHECK(link.estimate->bps > link.load_bps);
    CHECK(link.estimate->low_bps >= doctest::Approx(link.load_bps));
    CHECK(link.estimate->high_bps >= link.estimate->bps);
  }
  CHECK_FALSE(net.load().links.front().estimate);  // the open bin's
}
