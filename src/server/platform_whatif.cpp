// The Platform asked what a change would do: scenarios carried through the bins that it has.

#include <algorithm>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "io/clock.h"
#include "load/link_load.h"
#include "server/platform.h"
#include "server/scenario_run.h"

namespace anemone {

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

Result<std::vector<WhatIfAnswer>> Platform::what_if(std::vector<Scenario> scenarios,
                                                    const WhatIfQuestion& question) const {
  const auto bins = whatif_bins(question);
  if (!bins) return bins.error();
  const Places places = places_of(inventory_, *hosts_at(bins->back().to - Duration{1}));
  std::vector<WhatIfAnswer> answers;
  for (Scenario& scenario : scenarios) {
    std::shared_ptr<const Topology> fixed;
    if (const auto instant = instant_of(scenario)) {
      const std::shared_lock lock(mutex_);
      fixed = history_.at(*instant);
      if (fixed == nullptr) return Error{"no routing is known for " + print_time(*instant)};
    }
    ScenarioRun run(std::move(scenario), places);
    for (const Bin& bin : *bins) {
      auto worked_out = traffic(bin, question.instrumented);
      if (!worked_out) return worked_out.error();
      std::shared_ptr<const BinTraffic> measured = *worked_out;
      if (fixed != nullptr) {
        measured = std::make_shared<const BinTraffic>(
            work_out(bin, measured->observed, {{bin.from, fixed}}, measured->instrumented));
      }
      if (auto added = run.add(*measured); !added) return added.error();
    }
    answers.push_back(run.answer());
  }
  return answers;
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
