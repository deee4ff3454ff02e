// What a sweep over failures says, by names: the worst of every link and its cause, what each failure does,
// and the network's weak points.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "scenario/places.h"
#include "scenario/scenario.h"

namespace anemone {

struct SweptTraffic;

// What fails, one after another.
enum class FailureChoice : std::uint8_t { kLinks, kRouters, kSites, kGroups };
// "links", "routers", "sites" or "groups".
Result<FailureChoice> parse_failure_choice(std::string_view text);

// A bin as it is called: its time, or the file that its matrix came from.
using BinName = std::function<std::string(Time)>;

struct SweepReport {
  struct Worst {
    double bps = 0;
    std::string bin;      // empty: no link has a load
    std::string failure;  // empty: it is so without one
  };
  struct OfLink {
    std::string id;
    std::string from;
    std::string to;
    double capacity_bps = 0;  // 0 = not known
    Worst without_failure;
    Worst worst;
  };
  struct OfFailure {
    std::string name;
    double max_utilisation = 0;  // in its worst bin
    std::string link;            // that has it; empty when no link has a capacity
    std::string bin;
    double disconnected_bps = 0;  // the mean over bins of what had a way and has none
  };
  struct CutOff {
    std::string name;  // of a link or node
    std::uint32_t routers = 0;
  };
  struct LonePrefix {
    std::string prefix;
    std::string router;  // empty: on a broadcast network without any
  };

  std::size_t bins = 0;
  // Of them, those in which the network was, at some time, another than the one that failures are tried on.
  std::size_t bins_elsewhere = 0;
  std::string network_at;  // an instant at which it was that network; empty: files give one
  double coverage = 1;     // the least of all bins: the share of observed bytes that instrumented hosts carry
  bool pairs = false;      // every two failures together: `failures` has the pair alone that cuts off most
  std::size_t failures_tried = 0;
  std::vector<OfLink> links;  // by LinkId
  std::vector<OfFailure> failures;

  // load/weak_points.h
  std::vector<CutOff> bridges;
  std::vector<std::vector<std::string>> cuts;
  std::vector<CutOff> articulations;
  std::vector<LonePrefix> lone_prefixes;
};

struct SweepWish {
  FailureChoice failures = FailureChoice::kLinks;
  bool pairs = false;         // every two of them; of one bin
  std::size_t pairs_max = 0;  // 0: as many as there are
  unsigned threads = 1;
};

// `scenario` names groups. An error when there is nothing to fail, or more than is wanted.
Result<SweepReport> sweep_report(const SweptTraffic& traffic, const Scenario& scenario, const Places& places,
                                 const SweepWish& wish, const BinName& bin);

}  // namespace anemone
