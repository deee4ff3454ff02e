// `anemone sweep SOURCE`: every failure in turn, or every two of them, and what the worst is for each link.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/answer_reading.h"
#include "app/answering.h"
#include "app/arguments.h"
#include "app/change_options.h"
#include "app/commands.h"
#include "app/sweep_output.h"
#include "app/swept_source.h"
#include "scenario/scenario_text.h"
#include "scenario/sweep_report.h"
#include "view/sweep_json.h"

namespace anemone {
namespace {

struct SweepOptions {
  SweptOptions files;
  ChangeOptions changes;
  ServerOptions server;
  std::string from;
  std::string to;
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

// The measured flows that a server or a store's folder has.
Result<SweepReport> ask_about(const SweepOptions& options, const Scenario& scenario) {
  const nlohmann::json wish = {
      {"scenario", print_scenario(scenario)}, {"failures", options.failures}, {"pairs", options.pairs}};
  const std::vector<std::string>& sources = options.files.sources;
  auto asked = Answering::open(options.server, sources.empty() ? "" : sources.front());
  if (!asked) return asked.error();
  const Answering::Query query = {{"at", options.files.at}, {"from", options.from}, {"to", options.to}};
  const auto answer = (*asked)->ask("sweep", query, wish.dump());
  if (!answer) return answer.error();
  return read_sweep_answer(*answer);
}

// A network with matrices, or a recording.
Result<SweepReport> work_out_report(const SweepOptions& options, const Scenario& scenario) {
  const auto source = read_swept_source(options.files, scenario);
  if (!source) return source.error();
  SweepWish wish;
  wish.failures = *parse_failure_choice(options.failures);
  wish.pairs = options.pairs;
  wish.threads = static_cast<unsigned>(options.threads);
  auto report = sweep_report(source->traffic, scenario, source->places, wish,
                             [&](Time bin) { return source->name_of(bin); });
  if (!report) return report;
  report->bins_elsewhere = source->bins_elsewhere;
  report->network_at = source->network_at;
  report->coverage = source->coverage;
  return report;
}

// What of the sources and options does not go together; empty when all do.
std::string contradiction(const SweepOptions& options) {
  const std::vector<std::string>& sources = options.files.sources;
  if (options.threads == 0 || options.threads > 256) return "wants 1 to 256 threads";
  if (sources.empty() == options.server.server.empty()) return "wants a SOURCE, or --server URL";
  std::error_code problem;
  const bool is_folder = !sources.empty() && std::filesystem::is_directory(sources.front(), problem);
  if (sources.empty() || is_folder) {
    return options.files.matrices.empty() ? "" : "a server, store or recording brings its own traffic";
  }
  return options.files.matrices.empty() ? "a network wants --matrix" : "";
}

}  // namespace

int sweep(int argc, char** argv) {
  SweepOptions options;
  Arguments arguments("sweep",
                      "Every failure in turn, over one bin or weeks of them: the worst case of each link and "
                      "the failure that\n"
                      "causes it, the failures that do most harm, and the network's weak points.\n"
                      "  anemone sweep net.txt --matrix net.txt\n"
                      "  anemone sweep RECORDING --failures sites\n"
                      "  anemone sweep --server URL --from 2026-11-22T00:00:00Z");
  arguments.positional(
      "SOURCE", options.files.sources,
      "a topology file, OSPF or IS-IS captures of one network, the folder of a recording or a store",
      Need::kOptional);
  options.server.declare(arguments);
  arguments.option("--from", options.from, "of a server or store: the bins from here on, up to --to");
  arguments.option("--to", options.to, "the same");
  arguments.files("--matrix", options.files.matrices, "demand files, each a bin; with a network");
  arguments.choice("--failures", options.failures, {"links", "routers", "sites", "groups"},
                   "what fails, one after another; groups are named with --change or --scenario");
  arguments.flag("--pairs", options.pairs, "every two of them together; one bin");
  options.changes.declare(arguments);
  arguments.option("--inventory", options.files.inventory, "recording.json with names, sites and capacities");
  arguments.option("--at", options.files.at, "the instant, for captures: RFC 3339 or Unix seconds");
  options.files.keys.declare(arguments);
  arguments.option("--bin", options.files.bin, "bins of a recording");
  arguments.option("--threads", options.threads, "how many cores to use");
  arguments.option("--rows", options.rows, "how many links and failures the table shows");
  arguments.choice("--format", options.format, {"table", "json"}, "how to print");
  if (const auto code = arguments.parse(argc, argv)) return *code;

  if (const std::string wrong = contradiction(options); !wrong.empty()) {
    fmt::print(stderr, "anemone sweep: {}\n", wrong);
    return kWrongUsage;
  }
  const auto scenario = options.changes.read();
  if (!scenario) return fail(scenario.error());
  const std::vector<std::string>& sources = options.files.sources;
  const bool is_asked = sources.empty() || is_store(sources.front());
  const auto report = is_asked ? ask_about(options, *scenario) : work_out_report(options, *scenario);
  if (!report) return fail(report.error());
  fmt::print("{}", options.format == "json" ? sweep_json(*report) + "\n"
                                            : sweep_table(*report, static_cast<std::size_t>(options.rows)));
  return kDone;
}

}  // namespace anemone
