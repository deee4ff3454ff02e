// The Platform asked what a change would do: scenarios carried through the bins that it has.

#include <algorithm>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "io/clock.h"
#include "load/link_load.h"
#include "scenario/swept_traffic.h"
#include "server/platform.h"
#include "server/scenario_run.h"

namespace anemone {
namespace {

// The bin as if `network` had been there all the time.
std::shared_ptr<const BinTraffic> on_network(std::shared_ptr<const BinTraffic> measured,
                                             const std::shared_ptr<const Topology>& network) {
  if (measured->epochs.size() == 1 && measured->epochs.front().topology == network) return measured;
  return std::make_shared<const BinTraffic>(
      work_out(measured->bin, measured->observed, {{measured->bin.from, network}}, measured->instrumented));
}

}  // namespace

Result<std::vector<Bin>> Platform::whatif_bins(const WhatIfQuestion& question) const {
  std::vector<Bin> bins;
  if (!question.from && !question.to) {
    std::optional<Time> at = question.at;
    if (!at && agents_ != nullptr) at = complete_until() - Duration{1};
    auto newest = bin_of(at);
    if (!newest) return newest.error();
    bins.push_back(*newest);
    return bins;
  }
  const Time first = question.from.value_or(first_bin());
  const Time last = question.to.value_or(complete_until());
  for (const auto& [from, to] : bins_between(first, last)) bins.push_back({from, to});
  if (bins.empty()) return Error{"there is no complete bin in that time"};
  return bins;
}

Result<std::shared_ptr<const Topology>> Platform::network_at(Time instant) const {
  const std::shared_lock lock(mutex_);
  auto network = history_.at(instant);
  if (network == nullptr) return Error{"no routing is known for " + print_time(instant)};
  return network;
}

Result<std::vector<WhatIfAnswer>> Platform::what_if(std::vector<Scenario> scenarios,
                                                    const WhatIfQuestion& question) const {
  const auto bins = whatif_bins(question);
  if (!bins) return bins.error();
  const Places places = places_of(inventory_, *hosts_at(bins->back().to - Duration{1}));
  std::vector<WhatIfAnswer> answers;
  for (Scenario& scenario : scenarios) {
    std::shared_ptr<const Topology> fixed;
    if (const auto instant = instant_of(scenario)) {
      auto found = network_at(*instant);
      if (!found) return found.error();
      fixed = std::move(*found);
    }
    ScenarioRun run(std::move(scenario), places);
    for (const Bin& bin : *bins) {
      auto measured = traffic(bin, question.instrumented);
      if (!measured) return measured.error();
      if (fixed != nullptr) measured = on_network(*measured, fixed);
      if (auto added = run.add(**measured); !added) return added.error();
    }
    answers.push_back(run.answer());
  }
  return answers;
}

Result<SweepReport> Platform::sweep(const Scenario& scenario, const SweepWish& wish,
                                    const WhatIfQuestion& question) const {
  const auto bins = whatif_bins(question);
  if (!bins) return bins.error();
  const Time end = bins->back().to - Duration{1};
  const Time instant = instant_of(scenario).value_or(end);
  const auto network = network_at(instant);
  if (!network) return network.error();
  const Places places = places_of(inventory_, *hosts_at(end));
  ScenarioRun run(scenario, places);
  SweptBins swept;
  std::size_t elsewhere = 0;
  for (const Bin& bin : *bins) {
    const auto measured = traffic(bin, question.instrumented);
    if (!measured) return measured.error();
    const auto placed = on_network(*measured, *network);
    if (placed != *measured) ++elsewhere;
    if (auto added = run.add(*placed); !added) return added.error();
    if (auto added = swept.add(bin.from, run.what_if().demands()); !added) return added.error();
  }
  const SweptTraffic traffic = std::move(swept).finish(run.what_if().topology());
  auto report = sweep_report(traffic, scenario, places, wish, print_time);
  if (!report) return report;
  report->bins_elsewhere = elsewhere;
  report->network_at = print_time(instant);
  report->coverage = run.answer().coverage;
  return report;
}

Result<BoundAnswer> Platform::bound(const BinQuestion& question) const {
  auto measured = traffic(question);
  if (!measured) return measured.error();
  const BinTraffic& bin = **measured;
  const Time begun = std::max(bin.epochs.back().from, bin.bin.from);
  const double part =
      bin.bin.to > begun ? seconds(bin.bin.to - bin.bin.from) / seconds(bin.bin.to - begun) : 1;
  TrafficMatrix matrix = bin.matrix.parts.back().matrix;
  for (Demand& demand : matrix.demands) demand.traffic = demand.traffic * part;
  const Topology& topology = *bin.epochs.back().topology;
  RoutingGapLimits limits;
  limits.seconds = kBoundSeconds;
  return BoundAnswer{bin.bin,
                     routing_gap(topology, matrix, link_load(topology, matrix), limits, SteadyClock())};
}

}  // namespace anemone
