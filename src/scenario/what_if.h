// What a scenario would do to a network and its traffic, bin after bin: WhatIf takes measured or given bins,
// works out each as it was and as it would be, and keeps what becomes of every link and of whoever is hurt.
//
// Both sides are computed alike, so that a scenario that changes nothing changes nothing, and one that is
// taken back restores every number. Traffic that was not seen is not in either; the share that was is carried
// through (coverage).
//
// Memory: 16 bytes for each link and bin, and the ways of all demands of the newest topologies. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "capture/record_names.h"
#include "matrix/build_matrix.h"
#include "scenario/places.h"
#include "scenario/scenario.h"

namespace anemone {

// One bin: flow records, or a matrix. Of the parts the first begins at the bin's start or before; where a
// matrix is given there is one.
struct WhatIfBin {
  struct Part {
    Time from{};
    std::shared_ptr<const Topology> topology;
  };
  Time from{};
  Time to{};
  std::vector<Part> parts;
  const TrafficMatrix* matrix = nullptr;  // of the part's topology; null: what follows
  std::span<const FlowRecord> records;
  const Observers* observers = nullptr;
  const MeasuredMatrix* measured = nullptr;  // build_matrix()'s of the records, its parts those above
};

// Over all bins.
struct LoadSpread {
  double median_bps = 0;
  double p95_bps = 0;  // nearest rank
  double worst_bps = 0;
  Time worst_at{};
};

struct LinkOutcome {
  std::string id;
  std::string from;
  std::string to;
  double capacity_before_bps = 0;  // 0 = not known, or no such link then
  double capacity_after_bps = 0;
  bool gone = false;  // in the newest topology, by the scenario
  bool added = false;
  LoadSpread before;
  LoadSpread after;

  double worst_utilisation_before() const {
    return capacity_before_bps > 0 ? before.worst_bps / capacity_before_bps : 0;
  }
  double worst_utilisation_after() const {
    return capacity_after_bps > 0 ? after.worst_bps / capacity_after_bps : 0;
  }
  bool newly_overloaded() const { return worst_utilisation_before() <= 1 && worst_utilisation_after() > 1; }
};

// Rates are averages over all bins.
struct Side {
  double max_utilisation = 0;  // in the worst bin
  Time worst_at{};
  double median_max_utilisation = 0;
  double p95_max_utilisation = 0;
  double offered_bps = 0;   // what is to be carried over links
  double unrouted_bps = 0;  // of that, what has no way
  double unattached_bps = 0;
  double local_bps = 0;  // within one network: over no link
};

// Who would notice, by the average over all bins.
struct Hurt {
  std::string name;
  double bps = 0;               // what it sends and receives over links, with the scenario
  double disconnected_bps = 0;  // had a way, and has none
  double overloaded_bps = 0;    // over a link that is overloaded, and its links before were not
  double longer_bps = 0;        // over a way of higher cost

  double pain() const { return 4 * disconnected_bps + 2 * overloaded_bps + longer_bps; }
};

struct DemandOutcome {
  std::string from;
  std::string to;
  double bps = 0;
  std::optional<Cost> cost_before;
  std::optional<Cost> cost_after;
  std::optional<double> latency_before_us;  // none: not known, or no way
  std::optional<double> latency_after_us;
};

struct WhatIfAnswer {
  std::size_t bins = 0;
  Time from{};
  Time to{};
  Side before;
  Side after;
  double disconnected_bps = 0;
  double coverage =
      1;  // the least of all bins: the share of observed bytes that instrumented hosts account for
  double uncertain =
      0;  // the most of all bins: the share of bytes whose records span a change of the topology
  std::vector<LinkOutcome> links;  // by id
  // The most hurt first, those that are not left out.
  std::vector<Hurt> applications;
  std::vector<Hurt> processes;
  std::vector<Hurt> users;
  std::vector<Hurt> routers;  // where traffic enters
  std::vector<Hurt> sites;    // of these routers, where they are known
  // In the newest topology: demands without a way, then those whose way got dearer; the largest first, so
  // many.
  std::vector<DemandOutcome> demands;
};

class WhatIf {
 public:
  static constexpr std::size_t kDemandsListed = 1000;

  // `names` are those of the records, may grow, and must outlive it; null where only matrices come.
  WhatIf(Scenario scenario, Places places, const RecordNames* names);
  ~WhatIf();

  // An error when the scenario cannot be carried out on this bin's network: what it names is not there.
  // REQUIRES: bins come in the order of time.
  Result<void> add(const WhatIfBin& bin);

  WhatIfAnswer answer() const;

  // The bin that was added last, as the scenario makes it: its network and demands, of its last part.
  // REQUIRES: a bin was added. Valid until the next one is.
  const Topology& topology() const;
  std::span<const Demand> demands() const;

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace anemone
