// LinkCounters are the octet counters of interfaces that somebody reads, as they come, found again by the
// directed link that the interface sends into.
//
// A counter goes by the name under which it is told: a link's id, or ROUTER:INTERFACE, with the router's name
// or id and the interface's name or address. ROUTER:INTERFACE counts what leaves by the interface;
// ROUTER:INTERFACE/in what comes in by it, which is the other direction's. Which link a name is of is looked
// up in the topology that it is asked for, so that counters may come before routing has told of their links.
// Where both ends of a link are counted the sender's counter is taken: it has what is lost on the way.
//
// Memory is bounded by the number of counters, and by that of readings (each counter has an equal part of
// them, within a factor of two), the oldest being forgotten. Any thread may call.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "counter/counter_series.h"
#include "topology/topology.h"

namespace anemone {

struct CounterSample {
  std::string name;  // of the counter, as above
  CounterReading reading;
};

struct LinkCountersConfig {
  std::size_t counters_max = 10'000;
  std::size_t readings_max = 4'000'000;
  // Readings further apart than this say nothing of the time between: five minutes, and some.
  Duration gap_max = 400s;
};

// How many samples met which fate, and what became of those that were taken.
struct CounterCounts {
  std::uint64_t taken = 0;
  std::uint64_t repeated = 0;
  std::uint64_t contradicting = 0;  // two of the same instant that differ
  std::uint64_t too_old = 0;
  std::uint64_t too_many = 0;  // of counters beyond the limit
  std::uint64_t wraps = 0;
  std::uint64_t resets = 0;

  void count(ReadingFate fate);
};

// A link's mean rate over a stretch of time.
struct CountedRate {
  LinkId link;
  double bps = 0;
  double covered = 0;      // share of the stretch that readings tell of
  double error_share = 0;  // standard error, as a share of the rate
};

// How far to trust a rate over `length` from such readings, as a standard error's share of the rate. What the
// distance between readings costs was measured on the recorded campus (link_counters.test.cpp), the rest is
// assumed.
double counter_error(const CountedBytes& counted, Duration length);

class LinkCounters {
 public:
  explicit LinkCounters(LinkCountersConfig config = {}) : config_(config) {}

  ReadingFate add(const CounterSample& sample);

  // Of the links that are counted, in their order; those of which no reading tells of [from, to) are left
  // out, and those that share an interface, because its counter is the sum of them. REQUIRES: from < to.
  std::vector<CountedRate> rates(const Topology& topology, Time from, Time to) const;

  struct Counter {
    std::string name;
    Time oldest{};
    Time newest{};
    std::size_t readings = 0;
    std::uint64_t wraps = 0;
    std::uint64_t resets = 0;
  };
  std::vector<Counter> list() const;  // by name
  CounterCounts counts() const;
  // Grows with every reading that is taken.
  std::uint64_t version() const;

 private:
  const LinkCountersConfig config_;
  std::optional<CountedRate> rate(const CounterSeries& series, double capacity_bps, Time from, Time to) const;

  mutable std::mutex mutex_;
  std::map<std::string, CounterSeries, std::less<>> counters_;
  CounterCounts counts_;  // without wraps and resets
};

// The names under which a link's counter may be told, the best first.
std::vector<std::string> counter_names(const Topology& topology, LinkId link);

}  // namespace anemone
