// `anemone bound SOURCE --matrix M`, or of a server or a store: how good any routing could be, beside
// today's.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/answering.h"
#include "app/arguments.h"
#include "app/commands.h"
#include "app/measured_bound.h"
#include "app/plan_options.h"
#include "app/routing_source.h"
#include "app/server_options.h"
#include "app/text_table.h"
#include "base/text.h"
#include "io/clock.h"
#include "load/link_load.h"
#include "plan/flow_bound.h"
#include "plan/fortz_thorup.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

struct BoundOptions {
  std::vector<std::string> sources;
  ServerOptions server;
  std::string matrix;
  KeyOptions keys;
  std::string at;
  PlanOptions plan{.time = "30s"};
  double gap = 0;
  std::string format = "table";
};

struct Answer {
  FlowBound bound;
  LinkLoad today;
  double value_today = 0;
  double seconds = 0;

  BoundStory story() const { return {bound.lower, bound.upper, bound.exact, bound.gap(), value_today}; }
};

double value_of(const Topology& topology, FlowGoal goal, const LinkLoad& load) {
  if (goal == FlowGoal::kMaxUtilisation) return max_utilisation(topology, load);
  double cost = 0;
  for (LinkId id : load.links.ids()) {
    const double capacity = topology.link(id).capacity_bps;
    cost += fortz_thorup_cost(load.links[id].bps, capacity > 0 ? capacity : kUnlimited);
  }
  return cost;
}

Json links_json(const Topology& topology, const Answer& answer) {
  Json links = Json::array();
  for (LinkId id : answer.bound.loads.ids()) {
    const Link& link = topology.link(id);
    links.push_back({{"id", link_name(topology, id)},
                     {"from", topology.node(link.from).name},
                     {"to", topology.node(link.to).name},
                     {"load_bps", answer.today.links[id].bps},
                     {"best_bps", answer.bound.loads[id]},
                     {"capacity_bps", link.capacity_bps > 0 ? Json(link.capacity_bps) : Json(nullptr)},
                     {"price", answer.bound.lengths[id]}});
  }
  return links;
}

void print_json(const Topology& topology, const std::string& objective, const Answer& answer) {
  const Json json = {{"objective", objective},
                     {"lower", answer.bound.lower},
                     {"upper", answer.bound.upper},
                     {"exact", answer.bound.exact},
                     {"gap", answer.bound.gap()},
                     {"today", answer.value_today},
                     {"excess", answer.story().excess()},
                     {"unrouted_bps", answer.bound.unrouted_bps},
                     {"links", links_json(topology, answer)},
                     {"seconds", answer.seconds}};
  fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

TextTable link_table(const Topology& topology, const Answer& answer, bool csv) {
  TextTable table({"link", "today", "best", "capacity", "price"});
  for (LinkId id : answer.bound.loads.ids()) {
    const double capacity = topology.link(id).capacity_bps;
    const auto bps = [&](double value) { return csv ? fmt::format("{}", value) : print_si(value); };
    table.row({link_name(topology, id), bps(answer.today.links[id].bps), bps(answer.bound.loads[id]),
               capacity > 0 ? bps(capacity) : "-", fmt::format("{:.4g}", answer.bound.lengths[id])});
  }
  return table;
}

int refuse(const char* what) {
  fmt::print(stderr, "anemone bound: {}\n", what);
  return kWrongUsage;
}

int fail(const Error& error) {
  fmt::print(stderr, "anemone bound: {}\n", error.message);
  return kFailed;
}

int bound_measured(const BoundOptions& options) {
  if (!options.matrix.empty()) return refuse("--matrix goes with a topology or captures");
  if (options.plan.goal() != FlowGoal::kMaxUtilisation || options.gap != 0) {
    return refuse("--objective and --gap go with --matrix");
  }
  MeasuredBound measured;
  measured.server = options.server;
  if (options.server.server.empty()) measured.store = options.sources.front();
  measured.at = options.at;
  measured.format = options.format;
  return print_measured_bound(measured);
}

}  // namespace

int bound(int argc, char** argv) {
  BoundOptions options;
  Arguments arguments(
      "bound",
      "How good any routing could be, beside today's: with a traffic matrix (--matrix) and proofs on both "
      "sides, or with what agents measure (--server URL, or a store's folder).");
  arguments.positional("SOURCE", options.sources,
                       "a topology file, OSPF or IS-IS captures of one network, or the folder of a store",
                       Need::kOptional);
  options.server.declare(arguments);
  arguments.option("--matrix", options.matrix, "a demand file; a topology file may hold demands too");
  arguments.option("--at", options.at,
                   "the instant, for captures and measured traffic: RFC 3339 or Unix seconds");
  options.keys.declare(arguments);
  options.plan.declare(arguments);
  arguments.option("--gap", options.gap, "good enough: how far the two sides may be apart, as 0.01");
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to print");
  if (const auto code = arguments.parse(argc, argv)) return *code;
  const auto time = options.plan.seconds();
  if (!time) return fail(time.error()), kWrongUsage;
  if (options.sources.empty() == options.server.server.empty()) {
    return refuse("want a SOURCE, or --server URL");
  }
  if (options.sources.empty() || is_store(options.sources.front())) return bound_measured(options);
  if (options.matrix.empty()) return refuse("--matrix is required for a topology or captures");

  const auto source = read_routing_source("bound", options.sources, options.at, options.keys);
  if (!source) return fail(source.error());
  const auto matrices = read_matrices({options.matrix}, source->topology);
  if (!matrices) return fail(matrices.error());

  const SteadyClock clock;
  const Time start = clock.now();
  BoundLimits limits;
  limits.seconds = *time;
  limits.gap = options.gap;
  Answer answer;
  answer.bound = flow_bound(source->topology, matrices->front(), options.plan.goal(), limits, clock);
  answer.seconds = seconds(clock.now() - start);
  answer.today = link_load(source->topology, matrices->front());
  answer.value_today = value_of(source->topology, options.plan.goal(), answer.today);
  if (options.format == "json") print_json(source->topology, options.plan.objective, answer);
  if (options.format == "csv") fmt::print("{}", link_table(source->topology, answer, true).csv());
  if (options.format == "table") {
    fmt::print("{}\n", link_table(source->topology, answer, false).aligned());
    const bool is_share = options.plan.goal() == FlowGoal::kMaxUtilisation;
    print_bound_story(answer.story(), is_share ? BoundUnit::kShare : BoundUnit::kCost);
    if (answer.bound.unrouted_bps > 0) {
      fmt::print("no path at all for {} bit/s\n", print_si(answer.bound.unrouted_bps));
    }
  }
  return kDone;
}

}  // namespace anemone
