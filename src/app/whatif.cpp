// `anemone whatif SOURCE --scenario FILE`: what a change would do to every link, over one bin or many.
#include <fmt/format.h>

#include <filesystem>
#include <list>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/answer_reading.h"
#include "app/answering.h"
#include "app/arguments.h"
#include "app/change_options.h"
#include "app/commands.h"
#include "app/routing_source.h"
#include "app/whatif_output.h"
#include "history/routing_history.h"
#include "matrix/read_matrix_file.h"
#include "scenario/scenario_text.h"
#include "scenario/what_if.h"
#include "server/bin_traffic.h"
#include "server/recording.h"
#include "server/scenario_run.h"
#include "topology/inventory.h"

namespace anemone {
namespace {

namespace fs = std::filesystem;

struct WhatIfOptions {
  std::vector<std::string> sources;
  std::vector<std::string> matrices;
  ChangeOptions changes;
  std::string against;
  std::string inventory;
  std::string at;
  KeyOptions keys;
  ServerOptions server;
  std::string from;
  std::string to;
  std::string weights = "own";
  std::string bin = "10s";
  std::uint64_t rows = 20;
  std::string format = "table";
  bool check = false;
};

int fail(const Error& error) {
  fmt::print(stderr, "anemone whatif: {}\n", error.message);
  return kFailed;
}

Topology with_unit_costs(const Topology& topology) {
  TopologyParts parts = topology.parts();
  for (Link& link : parts.links) link.cost = std::min<Cost>(link.cost, 1);
  return Topology(std::move(parts));
}

// Of one scenario, or of two worked through the same bins.
int print(const WhatIfOptions& options, const std::vector<WhatIfAnswer>& answers, const BinName& bin) {
  const auto rows = static_cast<std::size_t>(options.rows);
  const WhatIfAnswer& answer = answers.front();
  if (answers.size() > 1) {
    if (options.format == "json") {
      fmt::print("{{\"first\":{},\"second\":{}}}\n", whatif_json(answer, bin), whatif_json(answers[1], bin));
    } else {
      fmt::print("{}", whatif_comparison(answer, answers[1], rows));
    }
    return kDone;
  }
  if (options.format == "json") fmt::print("{}\n", whatif_json(answer, bin));
  if (options.format == "csv") fmt::print("{}", whatif_csv(answer, bin));
  if (options.format == "table") fmt::print("{}", whatif_table(answer, bin, rows));
  return kDone;
}

template <class Run>
std::vector<WhatIfAnswer> answers_of(const std::list<Run>& runs) {
  std::vector<WhatIfAnswer> answers;
  for (const Run& run : runs) answers.push_back(run.answer());
  return answers;
}

// A network and matrices from files: each matrix is a bin.
int run_matrices(const WhatIfOptions& options, const std::vector<Scenario>& scenarios) {
  Inventory inventory;
  if (!options.inventory.empty()) {
    auto told = read_inventory(options.inventory);
    if (!told) return fail(told.error());
    inventory = std::move(*told);
  }
  std::string at = options.at;
  if (const auto instant = instant_of(scenarios.front()); instant && at.empty()) at = print_time(*instant);
  auto source = read_routing_source("whatif", options.sources, at, options.keys);
  if (!source) return fail(source.error());
  Topology topology = std::move(source->topology);
  if (!options.inventory.empty()) topology = Topology(annotate(topology.parts(), inventory));
  if (options.weights == "unit") topology = with_unit_costs(topology);
  const auto shared = std::make_shared<const Topology>(std::move(topology));
  std::list<WhatIf> runs;
  for (const Scenario& scenario : scenarios) runs.emplace_back(scenario, places_of(inventory), nullptr);
  std::map<Time, std::string> names;
  for (std::size_t i = 0; i < options.matrices.size(); ++i) {
    const auto matrix = read_matrix_file(options.matrices[i], *shared);
    if (!matrix) return fail(matrix.error());
    WhatIfBin bin;
    bin.from = Time{} + Duration{static_cast<std::int64_t>(i)};
    bin.to = bin.from + Duration{1};
    bin.parts = {{bin.from, shared}};
    bin.matrix = &*matrix;
    names[bin.from] = fs::path(options.matrices[i]).filename().string();
    for (WhatIf& run : runs) {
      if (auto added = run.add(bin); !added) return fail(added.error());
    }
  }
  return print(options, answers_of(runs), [&](Time time) { return names[time]; });
}

// A recording: its bins of flow records and the routing that was heard beside them.
int run_recording(const WhatIfOptions& options, const std::vector<Scenario>& scenarios) {
  const std::string& folder = options.sources[0];
  const auto inventory = read_inventory(folder + "/recording.json");
  if (!inventory) return fail(inventory.error());
  const auto bin = parse_duration(options.bin);
  if (!bin) return fail(bin.error().in("--bin"));
  std::vector<ObserverId> observers;
  for (std::size_t i = 0; i < inventory->hosts.size(); ++i) observers.emplace_back(i + 1);
  const auto hosts = std::make_shared<const Hosts>(hosts_of(*inventory, observers));
  auto recording = RecordingReader::open(folder, *inventory, *bin, observers);
  if (!recording) return fail(recording.error());
  RoutingHistory history([&](TopologyParts parts) { return annotate(std::move(parts), *inventory); });
  const auto instant = instant_of(scenarios.front());
  std::list<ScenarioRun> runs;
  for (const Scenario& scenario : scenarios) runs.emplace_back(scenario, places_of(*inventory, *hosts));
  for (;;) {
    auto next = recording->next();
    if (!next) return fail(next.error());
    if (!next->has_value()) break;
    BinInput& input = **next;
    history.add(input.lsas, input.to);
    const Time from = input.to - *bin;
    std::vector<Epoch> epochs = history.between(from, input.to);
    if (epochs.empty()) continue;
    if (instant) epochs = {{from, history.at(*instant)}};
    const BinTraffic traffic =
        work_out({from, input.to},
                 {std::make_shared<std::vector<FlowRecord>>(std::move(input.records)), nullptr, hosts},
                 std::move(epochs), hosts->count_of(1));
    for (ScenarioRun& run : runs) {
      if (auto added = run.add(traffic); !added) return fail(added.error());
    }
  }
  return print(options, answers_of(runs), print_time);
}

// The measured flows that a server or a store's folder has.
int ask_about(const WhatIfOptions& options, const std::vector<Scenario>& scenarios) {
  nlohmann::json wish = {{"scenario", print_scenario(scenarios.front())}};
  if (scenarios.size() > 1) wish["against"] = print_scenario(scenarios[1]);
  auto asked = Answering::open(options.server, options.sources.empty() ? "" : options.sources.front());
  if (!asked) return fail(asked.error());
  const Answering::Query query = {{"at", options.at}, {"from", options.from}, {"to", options.to}};
  const auto answer = (*asked)->ask("whatif", query, wish.dump());
  if (!answer) return fail(answer.error());
  const auto read = read_whatif_answers(*answer);
  if (!read) return fail(read.error());
  return print(options, *read, print_time);
}

}  // namespace

int whatif(int argc, char** argv) {
  WhatIfOptions options;
  Arguments arguments(
      "whatif",
      "What changes would do to every link, and who would notice: failures, costs, new links, more traffic,\n"
      "services that stand elsewhere (docs/formats/scenario.md). On a network with one or many matrices, or "
      "on\n"
      "the measured flows of a recording.\n"
      "  anemone whatif net.txt --matrix net.txt --change 'fail link a b; set cost a c 5'\n"
      "  anemone whatif RECORDING --change 'move process exim4 to site east'");
  arguments.positional(
      "SOURCE", options.sources,
      "a topology file, OSPF or IS-IS captures of one network, the folder of a recording or a store",
      Need::kOptional);
  options.server.declare(arguments);
  arguments.option("--from", options.from, "of a server or store: the bins from here on, up to --to");
  arguments.option("--to", options.to, "the same");
  arguments.files("--matrix", options.matrices, "demand files, each a bin; not with a recording");
  options.changes.declare(arguments);
  arguments.option("--against", options.against, "file of another scenario, to hold beside the first");
  arguments.option("--inventory", options.inventory, "recording.json with names, sites and capacities");
  arguments.option("--at", options.at, "the instant, for captures: RFC 3339 or Unix seconds");
  options.keys.declare(arguments);
  arguments.choice("--weights", options.weights, {"own", "unit"}, "the costs to route by");
  arguments.option("--bin", options.bin, "bins of a recording");
  arguments.option("--rows", options.rows, "how many links and names the table shows");
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to print");
  arguments.flag("--check", options.check, "read the scenarios, print them as they were understood, and end");
  if (const auto code = arguments.parse(argc, argv)) return *code;

  auto scenario = options.changes.read();
  if (!scenario) return fail(scenario.error());
  std::vector<Scenario> scenarios{std::move(*scenario)};
  if (!options.against.empty()) {
    auto read = read_scenario(options.against);
    if (!read) return fail(read.error());
    scenarios.push_back(std::move(*read));
  }
  if (options.check) {
    fmt::print("{}", print_scenario(scenarios.front()));
    return kDone;
  }
  if (scenarios.size() > 1 && options.format == "csv") {
    fmt::print(stderr, "anemone whatif: --against goes with --format table or json\n");
    return kWrongUsage;
  }
  if (options.sources.empty() == options.server.server.empty()) {
    fmt::print(stderr, "anemone whatif: wants a SOURCE, or --server URL\n");
    return kWrongUsage;
  }
  if (options.sources.empty() || is_store(options.sources.front())) return ask_about(options, scenarios);
  std::error_code problem;
  if (fs::is_directory(options.sources[0], problem)) {
    if (!options.matrices.empty() || options.sources.size() > 1) {
      fmt::print(stderr, "anemone whatif: a recording's folder stands alone and brings its own traffic\n");
      return kWrongUsage;
    }
    return run_recording(options, scenarios);
  }
  if (options.matrices.empty()) {
    fmt::print(stderr, "anemone whatif: wants --matrix, or a recording's folder as SOURCE\n");
    return kWrongUsage;
  }
  return run_matrices(options, scenarios);
}

}  // namespace anemone
