// `anemone routes SOURCE... --router R`: the routing table that a router has.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/arguments.h"
#include "app/change_options.h"
#include "app/commands.h"
#include "app/routing_source.h"
#include "app/text_table.h"
#include "route/table.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

struct RoutesOptions {
  std::vector<std::string> sources;
  std::string router;
  KeyOptions keys;
  ChangeOptions changes;
  std::string at;
  std::string format = "table";
};

std::string via_text(const NextHop& hop) { return hop.via.is_none() ? "" : print_address(hop.via); }

std::string router_text(const Topology& topology, const NextHop& hop) {
  return hop.router.valid() ? topology.node(hop.router).name : "";
}

std::string interface_text(const Topology& topology, const NextHop& hop) {
  if (!hop.link.valid()) return "";
  const Link& link = topology.link(hop.link);
  if (!link.interface.empty()) return link.interface;
  return link.address.is_none() ? "" : print_address(link.address);  // at least which one it is
}

Json to_json(const Topology& topology, NodeId router) {
  Json routes = Json::array();
  for (const Route& route : route_table(topology, router)) {
    Json hops = Json::array();
    for (const NextHop& hop : route.next_hops) {
      hops.push_back({{"router", router_text(topology, hop)},
                      {"via", via_text(hop)},
                      {"interface", interface_text(topology, hop)}});
    }
    Json row = {{"prefix", print_prefix(topology.prefix(route.prefix))},
                {"cost", route.cost},
                {"type", print_path_type(route.type)}};
    if (route.type == PathType::kExternal2) row["type2_cost"] = route.type2_cost;
    row["next_hops"] = std::move(hops);
    routes.push_back(std::move(row));
  }
  return {{"router", topology.node(router).name},
          {"at", print_time(topology.at())},
          {"routes", std::move(routes)}};
}

// One line a next hop. For people a route's further ones leave its own columns empty; for programs every
// line is whole, and says whose table it is of.
enum class Rows { kShort, kWhole };

void add_rows(const Topology& topology, NodeId router, Rows rows, TextTable& table) {
  for (const Route& route : route_table(topology, router)) {
    bool first = true;
    for (const NextHop& hop : route.next_hops) {
      const bool show = first || rows == Rows::kWhole;
      const bool type2 = route.type == PathType::kExternal2;
      std::vector<std::string> cells = {show ? print_prefix(topology.prefix(route.prefix)) : "",
                                        show ? print_path_type(route.type) : "",
                                        show ? std::to_string(route.cost) : "",
                                        show && type2 ? std::to_string(route.type2_cost) : "",
                                        router_text(topology, hop),
                                        via_text(hop),
                                        interface_text(topology, hop)};
      if (rows == Rows::kWhole) cells.insert(cells.begin(), topology.node(router).name);
      if (rows == Rows::kShort && !hop.router.valid()) cells[4] = "connected";
      table.row(std::move(cells));
      first = false;
    }
  }
}

int fail(const Error& error) {
  fmt::print(stderr, "anemone routes: {}\n", error.message);
  return kFailed;
}

Result<std::vector<NodeId>> chosen(const Topology& topology, const std::string& router) {
  std::vector<NodeId> nodes;
  if (router == "all") {
    for (NodeId node : topology.nodes()) {
      if (topology.node(node).kind == NodeKind::kRouter) nodes.push_back(node);
    }
    return nodes;
  }
  auto node = topology.find(router);
  if (!node) return node.error();
  if (topology.node(*node).kind != NodeKind::kRouter) return Error{router + " is a network, not a router"};
  return std::vector{*node};
}

void print(const Topology& topology, const std::vector<NodeId>& routers, const RoutesOptions& options) {
  if (options.format == "json") {
    Json answer = {{"at", print_time(topology.at())}, {"tables", Json::array()}};
    for (NodeId router : routers) answer["tables"].push_back(to_json(topology, router));
    if (options.router != "all") answer = std::move(answer["tables"][0]);
    fmt::print("{}\n", answer.dump(-1, ' ', false, Json::error_handler_t::replace));
    return;
  }
  if (options.format == "csv") {
    TextTable table({"of", "prefix", "type", "cost", "type2_cost", "router", "via", "interface"});
    for (NodeId router : routers) add_rows(topology, router, Rows::kWhole, table);
    fmt::print("{}", table.csv());
    return;
  }
  for (NodeId router : routers) {
    TextTable table({"prefix", "type", "cost", "type2_cost", "router", "via", "interface"});
    add_rows(topology, router, Rows::kShort, table);
    if (routers.size() > 1) {
      fmt::print("{}{}\n", router == routers[0] ? "" : "\n", topology.node(router).name);
    }
    fmt::print("{}", table.aligned());
  }
}

}  // namespace

int routes(int argc, char** argv) {
  RoutesOptions options;
  Arguments arguments("routes",
                      "The routing table that a router has (RFC 2328), as the routing protocol makes it.");
  arguments.positional("SOURCE", options.sources, "OSPF or IS-IS captures of one network, or a topology file",
                       Need::kRequired);
  arguments.option("--router", options.router, "whose: a router's name or id, or 'all'", Need::kRequired);
  arguments.option("--at", options.at, "the instant (RFC 3339 or Unix seconds); by default the last packet");
  options.keys.declare(arguments);
  options.changes.declare(arguments);
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to print");
  if (const auto code = arguments.parse(argc, argv)) return *code;

  auto source = read_routing_source("routes", options.sources, options.at, options.keys);
  if (!source) return fail(source.error());
  auto changed = options.changes.carry_out(std::move(source->topology));
  if (!changed) return fail(changed.error());
  source->topology = std::move(*changed);
  const auto routers = chosen(source->topology, options.router);
  if (!routers) return fail(routers.error());
  print(source->topology, *routers, options);
  return kDone;
}

}  // namespace anemone
