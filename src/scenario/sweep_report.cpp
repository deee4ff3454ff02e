#include "scenario/sweep_report.h"

#include <algorithm>
#include <utility>

#include "load/bin_sweep.h"
#include "load/pair_sweep.h"
#include "load/weak_points.h"
#include "scenario/area_summaries.h"
#include "scenario/named_failures.h"
#include "scenario/swept_traffic.h"

namespace anemone {
namespace {

// Working out a pair where border routers announce anew takes as long as so many others.
constexpr std::size_t kPairOfAreas = 20;

std::string failure_name(const NamedFailures& failures, std::uint32_t number) {
  return number == BinSweep::kNone ? "" : failures.names[number];
}

std::string pair_name(const NamedFailures& failures, const FailurePair& pair) {
  if (pair.first == FailurePair::kNone) return "";
  if (pair.second == FailurePair::kNone) return failures.names[pair.first];
  return failures.names[pair.first] + " + " + failures.names[pair.second];
}

std::string bin_name(const SweptTraffic& traffic, std::uint32_t number, const BinName& name) {
  return traffic.bins.empty() ? "" : name(traffic.bins[number]);
}

void add_weak_points(const Topology& topology, SweepReport& report) {
  const WeakPoints weak = find_weak_points(topology);
  for (const auto& bridge : weak.bridges)
    report.bridges.push_back({link_name(topology, bridge.link), bridge.cut_off});
  for (const auto& cut : weak.cuts) {
    std::vector<std::string>& names = report.cuts.emplace_back();
    for (const LinkId link : cut) names.push_back(link_name(topology, link));
  }
  for (const auto& point : weak.articulations)
    report.articulations.push_back({topology.node(point.node).name, point.cut_off});
  for (const auto& lone : weak.lone_prefixes) {
    report.lone_prefixes.push_back({print_prefix(topology.prefix(lone.prefix)),
                                    lone.router.valid() ? topology.node(lone.router).name : ""});
  }
}

SweepReport begin_report(const SweptTraffic& traffic, const NamedFailures& failures) {
  SweepReport report;
  report.bins = traffic.bins.size();
  report.failures_tried = failures.failures.size();
  const Topology& topology = traffic.topology;
  for (const LinkId id : indices<LinkId>(topology.link_count())) {
    const Link& link = topology.link(id);
    report.links.push_back({link_name(topology, id),
                            topology.node(link.from).name,
                            topology.node(link.to).name,
                            link.capacity_bps,
                            {},
                            {}});
  }
  add_weak_points(topology, report);
  return report;
}

SweepReport report_of_bins(const SweptTraffic& traffic, const NamedFailures& failures, const BinSweep& sweep,
                           const BinName& bin) {
  SweepReport report = begin_report(traffic, failures);
  const auto worst = [&](const BinSweep::WorstOfLink& one) {
    return SweepReport::Worst{one.load, bin_name(traffic, one.bin, bin), failure_name(failures, one.failure)};
  };
  for (std::size_t i = 0; i < report.links.size(); ++i) {
    report.links[i].without_failure = worst(sweep.without_failure[i]);
    report.links[i].worst = worst(sweep.links[i]);
  }
  for (std::size_t i = 0; i < sweep.failures.size(); ++i) {
    const BinSweep::OfFailure& one = sweep.failures[i];
    const bool known = one.link.valid();
    report.failures.push_back({failures.names[i], one.max_utilisation,
                               known ? report.links[one.link.value()].id : "",
                               known ? bin_name(traffic, one.bin, bin) : "", one.disconnected});
  }
  return report;
}

SweepReport report_of_pairs(const SweptTraffic& traffic, const NamedFailures& failures,
                            const RoutedLoads& base, const WorstOfPairs& worst, const BinName& bin) {
  SweepReport report = begin_report(traffic, failures);
  report.pairs = true;
  const std::string only = bin_name(traffic, 0, bin);
  for (const LinkId id : indices<LinkId>(traffic.topology.link_count())) {
    SweepReport::OfLink& link = report.links[id.value()];
    link.without_failure = {base.loads()[id.value()], only, ""};
    link.worst = {worst.loads[id], only, pair_name(failures, worst.failures[id])};
  }
  if (worst.unrouted_failures.first != FailurePair::kNone) {
    report.failures.push_back(
        {pair_name(failures, worst.unrouted_failures), 0, "", only, worst.unrouted - base.unrouted()});
  }
  return report;
}

// What border routers announce after failures, where there are any; empty where not.
Reannounce reannounce_of(const AreaSummaries& summaries) {
  if (!summaries.any()) return {};
  return [&summaries](Topology without_links) { return summaries.anew(std::move(without_links)); };
}

// Every failure alone, then every two: as failures of their own.
NamedFailures with_pairs(const NamedFailures& failures) {
  NamedFailures all = failures;
  const std::size_t count = failures.failures.size();
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = i + 1; j < count; ++j) {
      Failure both = failures.failures[i];
      const std::vector<LinkId>& more = failures.failures[j].links;
      both.links.insert(both.links.end(), more.begin(), more.end());
      std::sort(both.links.begin(), both.links.end());
      both.links.erase(std::unique(both.links.begin(), both.links.end()), both.links.end());
      const std::vector<NodeId>& others = failures.failures[j].nodes;
      both.nodes.insert(both.nodes.end(), others.begin(), others.end());
      all.failures.push_back(std::move(both));
      all.names.push_back(failures.names[i] + " + " + failures.names[j]);
    }
  }
  return all;
}

// Where border routers announce anew, each pair is worked out for itself.
SweepReport sweep_pairs_one_by_one(const SweptTraffic& traffic, const NamedFailures& failures,
                                   const AreaSummaries& summaries, unsigned threads, const BinName& bin) {
  const NamedFailures all = with_pairs(failures);
  const BinSweep sweep =
      sweep_bins(traffic.topology, traffic.traffic(), all.failures, threads, reannounce_of(summaries));
  SweepReport report = report_of_bins(traffic, all, sweep, bin);
  report.pairs = true;
  report.failures_tried = failures.failures.size();
  const auto less = [](const SweepReport::OfFailure& a, const SweepReport::OfFailure& b) {
    return a.disconnected_bps < b.disconnected_bps;
  };
  const auto most = std::max_element(report.failures.begin(), report.failures.end(), less);
  if (most == report.failures.end() || most->disconnected_bps <= 0) {
    report.failures.clear();
  } else {
    report.failures = {{most->name, 0, "", most->bin, most->disconnected_bps}};
  }
  return report;
}

Result<SweepReport> sweep_pairs_of(const SweptTraffic& traffic, const NamedFailures& failures,
                                   const AreaSummaries& summaries, const SweepWish& wish,
                                   const BinName& bin) {
  if (traffic.bins.size() != 1) {
    return Error{"pairs of failures want one bin; there are " + std::to_string(traffic.bins.size())};
  }
  const std::size_t count = failures.failures.size();
  const std::size_t pairs = count * (count - 1) / 2;
  const std::size_t pairs_max = summaries.any() ? wish.pairs_max / kPairOfAreas : wish.pairs_max;
  if (pairs_max > 0 && pairs > pairs_max) {
    return Error{std::to_string(pairs) + " pairs of failures are more than " + std::to_string(pairs_max) +
                 ": `anemone sweep --pairs` on a file of the network takes as many as there are"};
  }
  if (summaries.any()) return sweep_pairs_one_by_one(traffic, failures, summaries, wish.threads, bin);
  const RoutedLoads base(traffic.topology, traffic.first_matrix());
  return report_of_pairs(traffic, failures, base, worst_of_pairs(base, failures.failures, wish.threads), bin);
}

}  // namespace

Result<SweepReport> sweep_report(const SweptTraffic& traffic, const Scenario& scenario, const Places& places,
                                 const SweepWish& wish, const BinName& bin) {
  const auto failures = list_failures(wish.failures, traffic.topology, scenario, places);
  if (!failures) return failures.error();
  const AreaSummaries summaries(traffic.topology);
  if (wish.pairs) return sweep_pairs_of(traffic, *failures, summaries, wish, bin);
  const BinSweep sweep = sweep_bins(traffic.topology, traffic.traffic(), failures->failures, wish.threads,
                                    reannounce_of(summaries));
  return report_of_bins(traffic, *failures, sweep, bin);
}

}  // namespace anemone
