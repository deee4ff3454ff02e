// `anemone optimize SOURCE --matrix M`: better costs for the links, and how far from the best they are.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/plan_options.h"
#include "app/routing_source.h"
#include "app/text_table.h"
#include "base/text.h"
#include "io/clock.h"
#include "plan/optimize_weights.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

struct OptimizeArguments {
  std::vector<std::string> sources;
  std::vector<std::string> matrices;
  KeyOptions keys;
  std::string at;
  PlanOptions plan{.time = "10s"};
  std::string changes;
  std::string failures = "none";
  std::string latency_max;
  std::uint64_t cost_max = 65'535;
  std::uint64_t seed = 1;
  std::uint64_t steps = 0;
  std::string format = "table";
};

Json change_json(const Topology& topology, const WeightChange& change, bool ranked) {
  const Link& link = topology.link(change.link);
  Json row = {{"id", link_name(topology, change.link)},
              {"from", topology.node(link.from).name},
              {"to", topology.node(link.to).name},
              {"cost_before", change.before},
              {"cost_after", change.after}};
  if (ranked) row["alone"] = change.alone;
  if (ranked) row["together"] = change.together;
  return row;
}

void print_json(const Topology& topology, const OptimizeArguments& asked, const OptimizedWeights& found) {
  Json changes = Json::array();
  for (const WeightChange& change : found.changes) {
    changes.push_back(change_json(topology, change, !asked.changes.empty()));
  }
  const bool share = asked.plan.goal() == FlowGoal::kMaxUtilisation;
  Json json = {{"max_utilisation",
                {{"before", found.max_utilisation_before},
                 {"after", found.max_utilisation_after},
                 {"bound", share ? Json(found.lower) : Json(nullptr)}}},
               {"objective",
                {{"name", asked.plan.objective},
                 {"before", found.value_before},
                 {"after", found.value_after},
                 {"bound", found.lower}}},
               {"changes", std::move(changes)},
               {"steps", found.steps},
               {"seconds", found.seconds}};
  if (!asked.latency_max.empty()) {
    const auto side = [](const Lateness& late) {
      return Json{{"worst_us", late.worst_us}, {"late_bps", late.late_bps}};
    };
    json["latency"] = {{"before", side(found.late_before)}, {"after", side(found.late_after)}};
  }
  fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

TextTable change_table(const Topology& topology, const OptimizedWeights& found, bool ranked, bool csv) {
  std::vector<std::string> heads{"link", "cost_before", "cost_after"};
  if (ranked) heads.insert(heads.end(), {"alone", "together"});
  TextTable table(std::move(heads));
  for (const WeightChange& change : found.changes) {
    std::vector<std::string> row{link_name(topology, change.link), std::to_string(change.before),
                                 std::to_string(change.after)};
    const auto value = [&](double of) { return csv ? fmt::format("{}", of) : fmt::format("{:.4g}", of); };
    if (ranked) row.insert(row.end(), {value(change.alone), value(change.together)});
    table.row(std::move(row));
  }
  return table;
}

void print_story(const OptimizeArguments& asked, const OptimizedWeights& found) {
  fmt::print("{} of the costs changed in {:.1f} s ({} moves tried)\n", found.changes.size(), found.seconds,
             found.steps);
  fmt::print("maximum utilisation {} before, {} after\n", print_share(found.max_utilisation_before),
             print_share(found.max_utilisation_after));
  if (asked.plan.goal() == FlowGoal::kFortzThorup) {
    fmt::print("cost {} before, {} after\n", print_si(found.value_before), print_si(found.value_after));
  }
  if (!asked.latency_max.empty()) {
    const auto side = [](const Lateness& late) {
      return fmt::format("{:.1f} ms at most, {} bit/s too late", late.worst_us / 1000,
                         print_si(late.late_bps));
    };
    fmt::print("latency {} before; {} after\n", side(found.late_before), side(found.late_after));
  }
  if (found.lower <= 0) return;
  fmt::print(
      "no routing does better than {}: {} above it\n",
      asked.plan.goal() == FlowGoal::kMaxUtilisation ? print_share(found.lower) : print_si(found.lower),
      print_share(found.value_after / found.lower - 1));
}

void show_progress(const OptimizeProgress& progress) {
  fmt::print(stderr, "\r{:6.1f} s  {:>9} moves  {:.4g} (bound {:.4g}) \x1b[K", progress.seconds,
             progress.steps, progress.value, progress.lower);
  std::fflush(stderr);
}

int fail(const Error& error, int code = kFailed) {
  fmt::print(stderr, "anemone optimize: {}\n", error.message);
  return code;
}

void declare(Arguments& arguments, OptimizeArguments& options) {
  arguments.positional("SOURCE", options.sources, "a topology file, or OSPF or IS-IS captures of one network",
                       Need::kRequired);
  arguments.files("--matrix", options.matrices,
                  "one demand file or several; a topology file may hold demands too");
  arguments.option("--at", options.at, "the instant, for captures: RFC 3339 or Unix seconds");
  options.keys.declare(arguments);
  options.plan.declare(arguments);
  arguments.option("--changes", options.changes,
                   "change at most so many costs (of one direction of a link each)");
  arguments.choice("--failures", options.failures, {"none", "links"},
                   "also with each single link down: the worst of all counts");
  arguments.option(
      "--latency-max", options.latency_max,
      "no path may take longer, as 20ms; a link's metric for traffic engineering is taken for microseconds");
  arguments.option("--cost-max", options.cost_max, "the largest cost that may be set");
  arguments.option("--seed", options.seed, "the same seed and --steps give the same answer");
  arguments.option("--steps", options.steps,
                   "try so many moves, however long it takes; 0: until the time is over");
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to print");
}

Result<OptimizeOptions> options_of(const OptimizeArguments& asked) {
  OptimizeOptions options;
  options.goal = asked.plan.goal();
  options.failures = asked.failures == "links" ? Failures::kSingleLinks : Failures::kNone;
  const auto time = asked.plan.seconds();
  if (!time) return time.error();
  options.seconds = *time;
  if (!asked.changes.empty()) {
    const auto most = parse_u64(asked.changes);
    if (!most) return most.error().in("--changes");
    options.changes_max = *most;
  }
  if (!asked.latency_max.empty()) {
    const auto most = parse_duration(asked.latency_max);
    if (!most) return most.error().in("--latency-max");
    options.latency_max_us = seconds(*most) * 1e6;
  }
  if (asked.cost_max < 1 || asked.cost_max > 65'535) return Error{"--cost-max: want 1 to 65535"};
  options.cost_max = static_cast<Cost>(asked.cost_max);
  options.seed = asked.seed;
  options.steps_max = asked.steps;
  return options;
}

}  // namespace

int optimize(int argc, char** argv) {
  OptimizeArguments asked;
  Arguments arguments("optimize",
                      "Better costs for the links of a network, for one traffic matrix or several.");
  declare(arguments, asked);
  if (const auto code = arguments.parse(argc, argv)) return *code;
  const auto options = options_of(asked);
  if (!options) return fail(options.error(), kWrongUsage);
  if (asked.matrices.empty()) return fail(Error{"wants --matrix"}, kWrongUsage);

  const auto source = read_routing_source("optimize", asked.sources, asked.at, asked.keys);
  if (!source) return fail(source.error());
  const auto matrices = read_matrices(asked.matrices, source->topology);
  if (!matrices) return fail(matrices.error());

  const bool on_terminal = isatty(STDERR_FILENO) == 1;
  const OptimizedWeights found =
      optimize_weights(source->topology, *matrices, *options, SteadyClock(),
                       on_terminal ? show_progress : std::function<void(const OptimizeProgress&)>());
  if (on_terminal) fmt::print(stderr, "\r\x1b[K");
  if (asked.format == "json") print_json(source->topology, asked, found);
  const bool ranked = !asked.changes.empty();
  if (asked.format == "csv") fmt::print("{}", change_table(source->topology, found, ranked, true).csv());
  if (asked.format == "table") {
    fmt::print("{}\n", change_table(source->topology, found, ranked, false).aligned());
    print_story(asked, found);
  }
  return kDone;
}

}  // namespace anemone
