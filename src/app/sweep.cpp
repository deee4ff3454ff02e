// `anemone sweep SOURCE`: every failure in turn, or every two of them, and what the worst is for each link.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <utility>
#include <variant>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/sweep_output.h"
#include "app/swept_traffic.h"
#include "load/failure_sweep.h"
#include "load/pair_sweep.h"
#include "scenario/things.h"

namespace anemone {
namespace {

struct SweepOptions {
  SweptOptions traffic;
  std::string failures = "links";
  bool pairs = false;
  std::uint64_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::uint64_t rows = 20;
  std::string format = "table";
};

int fail(const Error& error) {
  fmt::print(stderr, "anemone sweep: {}\n", error.message);
  return kFailed;
}

SweptFailures links_one_by_one(const Topology& topology) {
  SweptFailures swept;
  swept.failures = link_failures(topology);
  for (const Failure& failure : swept.failures)
    swept.names.push_back(link_name(topology, failure.links.front()));
  return swept;
}

SweptFailures routers_one_by_one(const Topology& topology) {
  SweptFailures swept;
  std::vector<Failure> all = node_failures(topology);
  for (const NodeId id : indices<NodeId>(topology.node_count())) {
    if (topology.node(id).kind != NodeKind::kRouter) continue;
    swept.failures.push_back(std::move(all[id.value()]));
    swept.names.push_back(topology.node(id).name);
  }
  return swept;
}

// Sites, or the groups that the scenario names: what is in one fails together.
Result<SweptFailures> groups_one_by_one(const SweptTraffic& traffic, Thing::Kind kind) {
  const auto things = Things::make(traffic.scenario, traffic.topology, traffic.places);
  if (!things) return things.error();
  std::vector<std::string> names;
  if (kind == Thing::Kind::kSite) {
    for (const auto& [site, routers] : traffic.places.routers_of_site) names.push_back(site);
  } else {
    for (const Change& change : traffic.scenario.changes) {
      if (const auto* group = std::get_if<NameGroup>(&change.what)) names.push_back(group->name);
    }
  }
  if (names.empty()) {
    return Error{kind == Thing::Kind::kSite
                     ? "no sites are known: --inventory tells them"
                     : "no group is named: --change 'group NAME = link A B, router C'"};
  }
  SweptFailures swept;
  for (std::string& name : names) {
    Thing thing;
    thing.kind = kind;
    thing.name = name;
    const auto links = things->links(thing);
    if (!links) return links.error();
    swept.failures.push_back(group_failure(traffic.topology, {}, *links));
    swept.names.push_back(std::move(name));
  }
  return swept;
}

Result<SweptFailures> failures_of(const SweepOptions& options, const SweptTraffic& traffic) {
  if (options.failures == "links") return links_one_by_one(traffic.topology);
  if (options.failures == "routers") return routers_one_by_one(traffic.topology);
  return groups_one_by_one(traffic, options.failures == "sites" ? Thing::Kind::kSite : Thing::Kind::kGroup);
}

// Two at a time, in one bin.
int sweep_two(const SweepOptions& options, const SweptTraffic& traffic, const SweptFailures& failures) {
  if (traffic.bins.size() != 1) {
    fmt::print(stderr, "anemone sweep: --pairs wants one matrix; there are {} bins\n", traffic.bins.size());
    return kWrongUsage;
  }
  TrafficMatrix matrix;
  for (std::size_t i = 0; i < traffic.demands.size(); ++i) {
    matrix.demands.push_back({traffic.demands[i].ingress, traffic.demands[i].to, {traffic.rates[i], 0}});
  }
  const RoutedLoads base(traffic.topology, matrix);
  const WorstOfPairs worst = worst_of_pairs(base, failures.failures, static_cast<unsigned>(options.threads));
  fmt::print("{}", options.format == "json"
                       ? pairs_json(traffic, failures, worst)
                       : pairs_table(traffic, failures, worst, static_cast<std::size_t>(options.rows)));
  return kDone;
}

}  // namespace

int sweep(int argc, char** argv) {
  SweepOptions options;
  Arguments arguments("sweep",
                      "Every failure in turn, over one bin or weeks of them: the worst case of each link and "
                      "the failure that\n"
                      "causes it, the failures that do most harm, and the network's weak points.\n"
                      "  anemone sweep net.txt --matrix net.txt\n"
                      "  anemone sweep RECORDING --failures sites");
  arguments.positional("SOURCE", options.traffic.sources,
                       "a topology file, OSPF or IS-IS captures of one network, or a recording's folder",
                       Need::kRequired);
  arguments.files("--matrix", options.traffic.matrices, "demand files, each a bin; not with a recording");
  arguments.choice("--failures", options.failures, {"links", "routers", "sites", "groups"},
                   "what fails, one after another; groups are named with --change or --scenario");
  arguments.flag("--pairs", options.pairs, "every two of them together; one matrix");
  options.traffic.changes.declare(arguments);
  arguments.option("--inventory", options.traffic.inventory,
                   "recording.json with names, sites and capacities");
  arguments.option("--at", options.traffic.at, "the instant, for captures: RFC 3339 or Unix seconds");
  options.traffic.keys.declare(arguments);
  arguments.option("--bin", options.traffic.bin, "bins of a recording");
  arguments.option("--threads", options.threads, "how many cores to use");
  arguments.option("--rows", options.rows, "how many links and failures the table shows");
  arguments.choice("--format", options.format, {"table", "json"}, "how to print");
  if (const auto code = arguments.parse(argc, argv)) return *code;

  std::error_code problem;
  const bool is_recording = std::filesystem::is_directory(options.traffic.sources.front(), problem);
  if (is_recording != options.traffic.matrices.empty() || options.threads == 0 || options.threads > 256) {
    fmt::print(stderr,
               "anemone sweep: wants --matrix with a network, none with a recording; 1 to 256 threads\n");
    return kWrongUsage;
  }
  const auto traffic = read_swept_traffic(options.traffic);
  if (!traffic) return fail(traffic.error());
  const auto failures = failures_of(options, *traffic);
  if (!failures) return fail(failures.error());
  if (options.pairs) return sweep_two(options, *traffic, *failures);
  const BinSweep sweep = sweep_bins(traffic->topology, traffic->traffic(), failures->failures,
                                    static_cast<unsigned>(options.threads));
  fmt::print("{}", options.format == "json"
                       ? sweep_json(*traffic, *failures, sweep)
                       : sweep_table(*traffic, *failures, sweep, static_cast<std::size_t>(options.rows)));
  return kDone;
}

}  // namespace anemone
