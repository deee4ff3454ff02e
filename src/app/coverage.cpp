// `anemone coverage SOURCE...`: how much nobody sees, and which hosts to instrument next.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/observed_traffic.h"
#include "app/text_table.h"
#include "base/text.h"
#include "estimate/coverage_ranking.h"
#include "estimate/estimate.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

int fail(const Error& error) {
  fmt::print(stderr, "anemone coverage: {}\n", error.message);
  return kFailed;
}

// What all bins together say.
struct Coverage {
  std::size_t instrumented = 0;
  std::size_t could = 0;
  double seen_bps = 0;  // means over the window
  Interval unseen;
  bool assumed = true;
  std::vector<HostGain> ranking;
  Json bins = Json::array();  // when they are asked for

  double bytes_share() const { return seen_bps + unseen.bps > 0 ? seen_bps / (seen_bps + unseen.bps) : 1; }
};

Json interval_json(const Interval& interval) {
  return {{"estimate", interval.bps}, {"low", interval.low_bps}, {"high", interval.high_bps}};
}

Json bin_json(const ObservedBin& bin, const ObservedPart& part, const Estimate& estimate) {
  Json links = Json::array();
  for (LinkId link : estimate.links.ids()) {
    const LinkEstimate& row = estimate.links[link];
    links.push_back({{"id", link_name(*part.topology, link)},
                     {"seen_bps", row.seen_bps},
                     {"bps", row.load.bps},
                     {"low_bps", row.load.low_bps},
                     {"high_bps", row.load.high_bps}});
  }
  return {{"bin", bin.name},
          {"seen_bps", estimate.seen_bps},
          {"unseen_bps", interval_json(estimate.unseen)},
          {"intervals", estimate.basis == IntervalBasis::kLearnt ? "learnt" : "assumed"},
          {"links", std::move(links)}};
}

Coverage cover(const ObservedTraffic& traffic, std::size_t count, bool with_bins) {
  Coverage coverage;
  Estimator estimator;
  CoverageRanking ranking;
  const double weight = traffic.bins.empty() ? 0 : 1 / static_cast<double>(traffic.bins.size());
  for (const ObservedBin& bin : traffic.bins) {
    for (const ObservedPart& part : bin.parts) {
      const Estimate estimate = estimator.estimate(*part.topology, {part.endpoints, part.seen, {}, {}});
      coverage.seen_bps += weight * estimate.seen_bps;
      coverage.unseen.bps += weight * estimate.unseen.bps;
      coverage.unseen.low_bps += weight * estimate.unseen.low_bps;
      coverage.unseen.high_bps += weight * estimate.unseen.high_bps;
      coverage.instrumented = estimate.instrumented;
      coverage.could = estimate.could;
      coverage.assumed = estimate.basis == IntervalBasis::kAssumed;
      std::vector<std::uint8_t> watched;
      for (const Endpoint& endpoint : part.endpoints) watched.push_back(endpoint.instrumented ? 1 : 0);
      ranking.add(bin.length, part.stretch, part.endpoints, part.hosts, part.seen,
                  fit_gravity(part.endpoints, part.seen, watched));
      if (with_bins) coverage.bins.push_back(bin_json(bin, part, estimate));
    }
  }
  coverage.ranking = ranking.rank(count);
  return coverage;
}

void print_json(const ObservedTraffic& traffic, Coverage& coverage) {
  Json hosts = Json::array();
  for (const HostGain& row : coverage.ranking) {
    const ObservedHost& host = traffic.hosts[row.host];
    hosts.push_back({{"name", host.name},
                     {"address", host.address},
                     {"router", host.router},
                     {"gain", row.gain_share},
                     {"bps", row.gain_bps},
                     {"known_bps", row.known_bps},
                     {"hours", row.heavy_hours}});
  }
  Json answer = {{"addresses", {{"instrumented", coverage.instrumented}, {"could", coverage.could}}},
                 {"bytes_share", coverage.bytes_share()},
                 {"seen_bps", coverage.seen_bps},
                 {"unseen_bps", interval_json(coverage.unseen)},
                 {"intervals", coverage.assumed ? "assumed" : "learnt"},
                 {"hosts", std::move(hosts)}};
  if (!coverage.bins.empty()) answer["bins"] = std::move(coverage.bins);
  fmt::print("{}\n", answer.dump(-1, ' ', false, Json::error_handler_t::replace));
}

TextTable csv_table(const ObservedTraffic& traffic, const Coverage& coverage) {
  TextTable table({"name", "address", "router", "gain", "bps", "known_bps", "hours"});
  for (const HostGain& row : coverage.ranking) {
    const ObservedHost& host = traffic.hosts[row.host];
    table.row({host.name, host.address, host.router, fmt::format("{}", row.gain_share),
               fmt::format("{}", row.gain_bps), fmt::format("{}", row.known_bps),
               fmt::format("{}", row.heavy_hours)});
  }
  return table;
}

void print_table(const ObservedTraffic& traffic, const Coverage& coverage) {
  fmt::print("{} of {} hosts are instrumented; they account for about {:.0f}% of the traffic\n",
             coverage.instrumented, coverage.could, coverage.bytes_share() * 100);
  fmt::print("unseen: about {} bit/s, {} to {} ({})\n\n", print_si(coverage.unseen.bps),
             print_si(coverage.unseen.low_bps), print_si(coverage.unseen.high_bps),
             coverage.assumed ? "a guess: too few are instrumented to learn from" : "nine times out of ten");
  TextTable table({"instrument next", "address", "behind", "shows", "of the unseen", "known already"});
  for (const HostGain& row : coverage.ranking) {
    const ObservedHost& host = traffic.hosts[row.host];
    table.row({host.name, host.address, host.router, print_si(row.gain_bps),
               fmt::format("{:.1f}%", row.gain_share * 100), print_si(row.known_bps)});
  }
  fmt::print("{}", table.aligned());
}

}  // namespace

int coverage(int argc, char** argv) {
  ObservedOptions options;
  std::string bin = "10s";
  std::string format = "table";
  std::uint64_t count = 10;
  bool with_bins = false;
  Arguments arguments(
      "coverage",
      "How much traffic nobody sees, and which hosts to instrument next: by what an agent on\n"
      "each would show, over all bins. An estimate, from what the instrumented see.");
  arguments.positional("SOURCE", options.sources,
                       "a recording's folder; or a topology file or captures, with --matrix",
                       Need::kRequired);
  arguments.files("--matrix", options.matrices, "demand files, one a bin, between nodes of the topology");
  arguments.option("--instrumented", options.instrumented,
                   "which are: names with commas between them, or a share of them, like 50%",
                   Need::kRequired);
  arguments.option("--bin", bin, "a recording's time step");
  arguments.option("--count", count, "how many hosts to name");
  arguments.flag("--bins", with_bins, "with --format json: every bin's estimate, with all links");
  options.keys.declare(arguments);
  arguments.choice("--format", format, {"table", "json", "csv"}, "how to print");
  if (const auto code = arguments.parse(argc, argv)) return *code;

  const auto length = parse_duration(bin);
  if (!length || length->count() <= 0) return fail(Error{"--bin " + bin + ": not a time step"});
  options.bin = *length;
  const auto traffic = read_observed_traffic(options);
  if (!traffic) return fail(traffic.error());
  Coverage answer = cover(*traffic, count, with_bins);
  if (format == "json") print_json(*traffic, answer);
  if (format == "csv") fmt::print("{}", csv_table(*traffic, answer).csv());
  if (format == "table") print_table(*traffic, answer);
  return kDone;
}

}  // namespace anemone
