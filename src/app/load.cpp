// `anemone load SOURCE`: load and utilisation of every directed link: of a matrix, or as measured.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/answering.h"
#include "app/arguments.h"
#include "app/change_options.h"
#include "app/commands.h"
#include "app/measured_load.h"
#include "app/routing_source.h"
#include "app/text_table.h"
#include "base/text.h"
#include "load/link_load.h"
#include "matrix/read_matrix_file.h"

namespace anemone {
namespace {

struct LoadOptions {
  std::vector<std::string> sources;
  ServerOptions server;
  std::string last;
  std::string matrix;
  std::vector<std::string> counters;
  KeyOptions keys;
  ChangeOptions changes;
  std::string at;
  std::string weights = "own";
  std::string format = "table";
};

// Every link that leaves a router costs 1: paths of fewest hops.
Topology with_unit_costs(const Topology& topology) {
  TopologyParts parts = topology.parts();
  for (Link& link : parts.links) link.cost = std::min<Cost>(link.cost, 1);
  return Topology(std::move(parts));
}

const std::string& from_name(const Topology& topology, const Link& link) {
  return topology.node(link.from).name;
}

const std::string& to_name(const Topology& topology, const Link& link) { return topology.node(link.to).name; }

void print_json(const Topology& topology, const LinkLoad& load) {
  nlohmann::ordered_json links = nlohmann::ordered_json::array();
  for (LinkId id : load.links.ids()) {
    const Link& link = topology.link(id);
    nlohmann::ordered_json row = {{"id", link_name(topology, id)},  {"from", from_name(topology, link)},
                                  {"to", to_name(topology, link)},  {"cost", link.cost},
                                  {"load_bps", load.links[id].bps}, {"capacity_bps", nullptr},
                                  {"utilisation", nullptr}};
    if (link.capacity_bps > 0) {
      row["capacity_bps"] = link.capacity_bps;
      row["utilisation"] = load.links[id].bps / link.capacity_bps;
    }
    links.push_back(std::move(row));
  }
  const nlohmann::ordered_json answer = {{"links", std::move(links)},
                                         {"max_utilisation", max_utilisation(topology, load)},
                                         {"unrouted_bps", load.unrouted.bps}};
  fmt::print("{}\n", answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

TextTable text_table(const Topology& topology, const LinkLoad& load) {
  TextTable table({"from", "to", "load_bps", "capacity_bps", "utilisation"});
  for (LinkId id : load.links.ids()) {
    const Link& link = topology.link(id);
    const bool known = link.capacity_bps > 0;
    table.row({from_name(topology, link), to_name(topology, link), fmt::format("{}", load.links[id].bps),
               known ? fmt::format("{}", link.capacity_bps) : "",
               known ? fmt::format("{}", load.links[id].bps / link.capacity_bps) : ""});
  }
  return table;
}

// The busiest first: by utilisation, then by load.
void print_table(const Topology& topology, const LinkLoad& load) {
  auto busy = [&](LinkId id) {
    const double capacity = topology.link(id).capacity_bps;
    return std::pair(capacity > 0 ? load.links[id].bps / capacity : 0, load.links[id].bps);
  };
  std::vector<LinkId> order;
  for (LinkId id : load.links.ids()) order.push_back(id);
  std::stable_sort(order.begin(), order.end(), [&](LinkId a, LinkId b) { return busy(a) > busy(b); });
  TextTable table({"link", "load", "capacity", "utilisation"});
  for (LinkId id : order) {
    const double capacity = topology.link(id).capacity_bps;
    table.row({link_name(topology, id), print_si(load.links[id].bps), capacity > 0 ? print_si(capacity) : "-",
               capacity > 0 ? fmt::format("{:.1f}%", busy(id).first * 100) : "-"});
  }
  fmt::print("{}\nmaximum utilisation {:.1f}%, unrouted {} bit/s\n", table.aligned(),
             max_utilisation(topology, load) * 100, print_si(load.unrouted.bps));
}

int fail(const Error& error) {
  fmt::print(stderr, "anemone load: {}\n", error.message);
  return kFailed;
}

int refuse(const char* what) {
  fmt::print(stderr, "anemone load: {}\n", what);
  return kWrongUsage;
}

// As agents measured it: of a server, or of the store that one left.
int load_measured(const LoadOptions& options) {
  if (!options.matrix.empty()) return refuse("--matrix goes with a topology or captures");
  if (options.weights != "own") return refuse("--weights goes with --matrix");
  MeasuredOptions measured;
  measured.server = options.server;
  if (options.server.server.empty()) measured.store = options.sources.front();
  measured.counters = options.counters;
  measured.at = options.at;
  measured.last = options.last;
  measured.format = options.format;
  return print_measured("load", measured);
}

}  // namespace

int load(int argc, char** argv) {
  LoadOptions options;
  Arguments arguments("load",
                      "Load and utilisation of every directed link: for a network and a traffic matrix "
                      "(--matrix), or as agents measure it (--server URL, or a store's folder).");
  arguments.positional("SOURCE", options.sources,
                       "a topology file, OSPF or IS-IS captures of one network, or the folder of a store",
                       Need::kOptional);
  options.server.declare(arguments);
  arguments.option("--matrix", options.matrix, "a demand file; a topology file may hold demands too");
  arguments.option("--at", options.at,
                   "the instant, for captures and measured loads: RFC 3339 or Unix seconds");
  arguments.option("--last", options.last, "measured loads: the mean over so long, as 1m, and what is now");
  arguments.files("--counters", options.counters,
                  "a store's loads: file of interface counters of that time (docs/formats/counters.md)");
  options.keys.declare(arguments);
  options.changes.declare(arguments);
  arguments.choice("--weights", options.weights, {"own", "unit"}, "the costs to route by");
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to print");
  if (const auto code = arguments.parse(argc, argv)) return *code;

  if (options.sources.empty() == options.server.server.empty()) {
    return refuse("want a SOURCE, or --server URL");
  }
  if (options.sources.empty() || is_store(options.sources.front())) return load_measured(options);
  if (options.matrix.empty()) return refuse("--matrix is required for a topology or captures");
  if (!options.last.empty()) return refuse("--last is of measured loads: of a server or a store");
  if (!options.counters.empty()) return refuse("--counters is of measured loads: of a store");

  auto source = read_routing_source("load", options.sources, options.at, options.keys);
  if (!source) return fail(source.error());
  auto changed = options.changes.carry_out(std::move(source->topology));
  if (!changed) return fail(changed.error());
  source->topology = std::move(*changed);
  const Topology topology = options.weights == "unit" ? with_unit_costs(source->topology) : source->topology;
  const auto matrix = read_matrix_file(options.matrix, topology);
  if (!matrix) return fail(matrix.error());

  const LinkLoad loads = link_load(topology, *matrix);
  if (options.format == "json") print_json(topology, loads);
  if (options.format == "csv") fmt::print("{}", text_table(topology, loads).csv());
  if (options.format == "table") print_table(topology, loads);
  return kDone;
}

}  // namespace anemone
