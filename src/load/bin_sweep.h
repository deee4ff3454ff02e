// Every failure in every bin: weeks of traffic under one topology, and what each of many failures would have
// done to it.
//
// Routes do not depend on traffic, and a failure moves only the demands that went over what fails. So the
// loads without a failure are computed once for all bins (bin_loads.h), and for each failure only those
// demands again, out of their old ways and into their new ones. That is exact but for rounding: it agrees
// with BinLoads on the topology without the links to 1e-9 of a bin's whole traffic.
//
// Where there are areas, their border routers announce other costs after a failure (or nothing), which moves
// demands that never went over what fails. Who knows how (scenario/area_summaries.h) tells it: then also the
// demands for every prefix that is announced otherwise are computed again.
//
// Demands go by all rules that BinLoads has. Memory, for each thread: 256 bins of all links, twice.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "load/bin_loads.h"
#include "load/failure_sweep.h"

namespace anemone {

// The demands of all bins, and their rates: those of the first bin, then of the second, and so on.
// REQUIRES: rates.size() is a multiple of demands.size().
struct BinRates {
  std::span<const DemandEnds> demands;
  std::span<const double> rates;

  std::size_t bins() const { return demands.empty() ? 0 : rates.size() / demands.size(); }
};

struct BinSweep {
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  // The most that a link has to carry, without a failure and in each. Of equals the first: no failure before
  // any, then the lower number, then the earlier bin.
  struct WorstOfLink {
    double load = 0;
    std::uint32_t bin = 0;
    std::uint32_t failure = kNone;  // kNone: it is so without one
  };
  // Over all bins.
  struct OfFailure {
    double max_utilisation = 0;  // of links with a capacity
    LinkId link;                 // whose it is; not valid when no link has a capacity
    std::uint32_t bin = 0;       // and when
    double disconnected = 0;     // the mean rate of what had a way and has none
  };

  std::vector<WorstOfLink> without_failure;  // by LinkId
  std::vector<WorstOfLink> links;            // by LinkId
  std::vector<OfFailure> failures;           // by its number
};

// What routers announce after links went: the same nodes and links with other attachments. Asked from several
// threads at once.
using Reannounce = std::function<Topology(Topology without_links)>;

BinSweep sweep_bins(const Topology& topology, const BinRates& traffic, std::span<const Failure> failures,
                    unsigned threads, const Reannounce& reannounce = {});

}  // namespace anemone
