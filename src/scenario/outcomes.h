// Outcomes gathers, bin by bin, what becomes of every link, and Hurts what becomes of whoever sends. Inside
// of what_if.cpp.
//
// A directed link is one row whatever the topology, by its name; of links that share a name (parallel ones in
// files that give them no addresses) the loads stand in rows of their own, counted from the second: "a>b #2".
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "load/link_shares.h"
#include "scenario/demand_routes.h"
#include "scenario/what_if.h"

namespace anemone {

struct BinSide {
  std::vector<double> load_bps;  // by row; rows that came later are zero
  double offered_bps = 0;
  double unrouted_bps = 0;
  double unattached_bps = 0;
  double local_bps = 0;
};

struct BinOutcome {
  Time from{};
  BinSide before;
  BinSide after;
};

// By row: over capacity with the scenario, and not before.
using OverloadedLinks = std::vector<std::uint8_t>;

// What becomes of some traffic, each 0 or 1.
struct Pain {
  double disconnected = 0;
  double overloaded = 0;
  double longer = 0;
};
// `before` is null for traffic that was not there.
Pain pain_of(const DemandRoute* before, const DemandRoute& after, const OverloadedLinks& overloaded,
             std::span<const std::uint32_t> rows_after);

class Outcomes {
 public:
  enum class Which : std::uint8_t { kBefore, kAfter };

  // The rows of a topology's links, by LinkId; new ones are made.
  std::vector<std::uint32_t> link_rows(const Topology& topology, Which which);

  // Stays valid until the next begin_bin().
  BinOutcome& begin_bin(Time from);
  OverloadedLinks overloaded(const BinOutcome& bin) const;
  void add_disconnected(double bps, const Pain& pain) { disconnected_bps_ += bps * pain.disconnected; }
  void add_coverage(double share) { coverage_ = std::min(coverage_, share); }
  void add_uncertain(double share) { uncertain_ = std::max(uncertain_, share); }

  // All but who is hurt, and demands.
  WhatIfAnswer answer() const;
  // Says of links whether they are new or gone, by the newest topologies.
  void mark(std::span<const std::uint32_t> rows_before, std::span<const std::uint32_t> rows_after,
            std::vector<LinkOutcome>& links) const;

 private:
  struct Row {
    std::string id;
    std::string from;
    std::string to;
    double capacity_before_bps = 0;
    double capacity_after_bps = 0;
  };
  LoadSpread spread(std::uint32_t row, Which which) const;
  Side side(Which which) const;
  double max_utilisation(const BinSide& side, Which which) const;

  std::vector<Row> rows_;
  std::unordered_map<std::string, std::uint32_t> row_of_;
  std::vector<BinOutcome> bins_;
  double disconnected_bps_ = 0;  // the sum over bins
  double coverage_ = 1;
  double uncertain_ = 0;
};

// Adds some traffic, and what becomes of it.
void add_to(Hurt& hurt, double bps, const Pain& pain);

class Hurts {
 public:
  Hurts(const RecordNames* names, const Places& places);

  void add(const FlowRecord& record, const std::string& router, double bps, const Pain& pain);
  // What `more` says of traffic that enters at a router, its name aside.
  void add_router(const std::string& router, const Hurt& more);
  // Fills the lists, each rate times `factor`; those without pain are left out.
  void list(double factor, WhatIfAnswer& answer) const;

 private:
  using ByName = std::map<std::string, Hurt>;
  static void add(ByName& names, const std::string& name, const Hurt& more);

  const RecordNames* names_;
  ByName applications_;
  ByName processes_;
  ByName users_;
  ByName routers_;
  ByName sites_;
  std::unordered_map<std::string, std::string> site_of_;  // by router
};

}  // namespace anemone
