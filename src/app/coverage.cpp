// `anemone coverage SOURCE...`: how much nobody sees, and which hosts to instrument next.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/answering.h"
#include "app/arguments.h"
#include "app/commands.h"
#include "app/coverage_output.h"
#include "app/observed_traffic.h"
#include "estimate/coverage_ranking.h"
#include "estimate/estimate.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

int fail(const Error& error) {
  fmt::print(stderr, "anemone coverage: {}\n", error.message);
  return kFailed;
}

struct CoverageOptions {
  ObservedOptions observed;
  ServerOptions server;
  std::string from;
  std::string to;
  std::uint64_t count = 10;
  std::string format = "table";
};

// What all bins together say.
struct Coverage {
  std::size_t instrumented = 0;
  std::size_t could = 0;
  double seen_bps = 0;  // means over the window
  Interval unseen;
  bool assumed = true;
  std::vector<HostGain> ranking;
  struct Residual {
    Interval sum;
    std::set<const ObservedBin*> bins;  // in which the link's counter is told
  };
  std::map<std::string, Residual> residuals;  // by link
  Json bins = Json::array();                  // when they are asked for

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

// What counters have and the instrumented do not explain.
void add_residuals(const ObservedBin& bin, const ObservedPart& part, const Estimate& estimate,
                   Coverage& coverage) {
  constexpr double kNormal90 = 1.645;  // standard errors
  for (const LinkCounter& counter : part.counters) {
    const double residual = estimate.links[counter.link].residual_bps.value_or(0);
    const double error = kNormal90 * counter.error_share * counter.bps;
    Coverage::Residual& known = coverage.residuals[link_name(*part.topology, counter.link)];
    known.sum.bps += residual;
    known.sum.low_bps += residual - error;
    known.sum.high_bps += residual + error;
    known.bins.insert(&bin);
  }
}

Coverage cover(const ObservedTraffic& traffic, std::size_t count, bool with_bins) {
  Coverage coverage;
  Estimator estimator;
  CoverageRanking ranking;
  const double weight = traffic.bins.empty() ? 0 : 1 / static_cast<double>(traffic.bins.size());
  for (const ObservedBin& bin : traffic.bins) {
    for (const ObservedPart& part : bin.parts) {
      const Estimate estimate =
          estimator.estimate(*part.topology, {part.endpoints, part.seen, part.counters, {}});
      add_residuals(bin, part, estimate, coverage);
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

// The largest residual first.
Json links_json(const Coverage& coverage) {
  std::vector<Json> links;
  for (const auto& [id, residual] : coverage.residuals) {
    const double of = static_cast<double>(residual.bins.size());
    links.push_back({{"id", id},
                     {"residual_bps", residual.sum.bps / of},
                     {"low_bps", residual.sum.low_bps / of},
                     {"high_bps", residual.sum.high_bps / of}});
  }
  std::ranges::stable_sort(links, [](const Json& a, const Json& b) {
    return a["residual_bps"].get<double>() > b["residual_bps"].get<double>();
  });
  return links;
}

std::string answer_json(const ObservedTraffic& traffic, Coverage& coverage) {
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
                 {"hosts", std::move(hosts)},
                 {"links", links_json(coverage)}};
  answer["unseen_bps"]["assumed"] = coverage.assumed;
  if (!coverage.bins.empty()) answer["bins"] = std::move(coverage.bins);
  return answer.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Of a server, or of the store that one left.
int coverage_served(const CoverageOptions& options) {
  const auto& sources = options.observed.sources;
  auto asked =
      Answering::open(options.server, sources.empty() ? "" : sources.front(), options.observed.counters);
  if (!asked) return fail(asked.error());
  auto answer = (*asked)->ask(
      "coverage", {{"from", options.from}, {"to", options.to}, {"n", std::to_string(options.count)}});
  if (!answer) return fail(answer.error());
  return print_coverage(*answer, options.format);
}

int refuse(const char* what) {
  fmt::print(stderr, "anemone coverage: {}\n", what);
  return kWrongUsage;
}

}  // namespace

int coverage(int argc, char** argv) {
  CoverageOptions options;
  ObservedOptions& observed = options.observed;
  std::string bin = "10s";
  bool with_bins = false;
  Arguments arguments(
      "coverage",
      "How much traffic nobody sees, and which hosts to instrument next: by what an agent on\n"
      "each would show, over all bins. An estimate, from what the instrumented see.");
  arguments.positional("SOURCE", observed.sources,
                       "a recording's folder; a store's; or a topology file or captures, with --matrix",
                       Need::kOptional);
  options.server.declare(arguments);
  arguments.files("--matrix", observed.matrices, "demand files, one a bin, between nodes of the topology");
  arguments.option(
      "--instrumented", observed.instrumented,
      "of recordings and matrices, which are: names with commas between them, or a share, like 50%");
  arguments.files("--counters", observed.counters,
                  "file of interface counters of a recording's or store's time (docs/formats/counters.md)");
  arguments.option("--from", options.from, "of a server or store: first instant; an hour before the last");
  arguments.option("--to", options.to, "of a server or store: last instant; the watermark");
  arguments.option("--bin", bin, "a recording's time step");
  arguments.option("--count", options.count, "how many hosts to name");
  arguments.flag("--bins", with_bins, "with --format json: every bin's estimate, with all links");
  observed.keys.declare(arguments);
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to print");
  if (const auto code = arguments.parse(argc, argv)) return *code;

  if (observed.sources.empty() == options.server.server.empty())
    return refuse("want a SOURCE, or --server URL");
  if (observed.sources.empty() || is_store(observed.sources.front())) return coverage_served(options);
  if (observed.instrumented.empty()) return refuse("--instrumented is required for a recording or matrices");
  if (!options.from.empty() || !options.to.empty())
    return refuse("--from and --to are of a server or a store");
  const auto length = parse_duration(bin);
  if (!length || length->count() <= 0) return fail(Error{"--bin " + bin + ": not a time step"});
  observed.bin = *length;
  const auto traffic = read_observed_traffic(observed);
  if (!traffic) return fail(traffic.error());
  Coverage answer = cover(*traffic, options.count, with_bins);
  return print_coverage(answer_json(*traffic, answer), options.format);
}

}  // namespace anemone
