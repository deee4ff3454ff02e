// `anemone path SOURCE... SRC DST`: the links between two routers or addresses, and the share of each.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/routing_source.h"
#include "app/text_table.h"
#include "net/prefix_map.h"
#include "route/routes_to_prefix.h"
#include "route/spf.h"
#include "topology/own_prefix.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

struct PathOptions {
  std::vector<std::string> words;  // SOURCE... SRC DST
  std::string at;
  std::string format = "table";
};

struct Step {
  LinkId link;
  double share = 0;
};

struct Path {
  std::string src;
  std::string dst;
  bool reachable = false;
  Cost cost = 0;
  std::vector<Step> steps;  // every link before those that follow it
};

bool is_inside(const Attachment& attachment) {
  return attachment.kind == PrefixKind::kStub || attachment.kind == PrefixKind::kNetwork;
}

Result<PrefixId> longest_prefix(const Topology& topology, const IpAddress& address) {
  std::vector<std::pair<Prefix, PrefixId>> all;
  for (PrefixId id : indices<PrefixId>(topology.prefix_count())) all.emplace_back(topology.prefix(id), id);
  const auto [prefix, id] = PrefixMap<PrefixId>(std::move(all)).find(address);
  if (id == nullptr) return Error{"no prefix of this topology holds " + print_address(address)};
  return *id;
}

// The node that packets from `text` enter the network at. Of several routers on a prefix the nearest to
// it; which one a host's gateway is, the routing protocol does not say.
Result<NodeId> entry(const Topology& topology, const std::string& text) {
  auto node = topology.find(text);
  if (node) return node;
  auto address = parse_address(text);
  if (!address) return node.error();
  auto prefix = longest_prefix(topology, *address);
  if (!prefix) return prefix.error();
  const auto at = topology.attachments(*prefix);
  return std::min_element(at.begin(), at.end(),
                          [](const Attachment& a, const Attachment& b) {
                            return std::pair(!is_inside(a), a.cost) < std::pair(!is_inside(b), b.cost);
                          })
      ->node;
}

Result<RoutesTo> routes_towards(const Topology& topology, const std::string& text) {
  RoutesTo routes;
  if (auto node = topology.find(text)) {
    const auto prefix = own_prefix(topology, *node);
    if (!prefix) return shortest_paths_to(topology, *node);
    PrefixRoutes(topology).to(*prefix, routes);
    return routes;
  } else if (!parse_address(text)) {
    return node.error();
  }
  auto prefix = longest_prefix(topology, *parse_address(text));
  if (!prefix) return prefix.error();
  PrefixRoutes(topology).toward(*prefix, routes);
  return routes;
}

Result<Path> find_path(const Topology& topology, const std::string& src, const std::string& dst) {
  auto from = entry(topology, src);
  if (!from) return from.error();
  auto routes = routes_towards(topology, dst);
  if (!routes) return routes.error();
  Path path{src, dst, routes->reachable(*from), 0, {}};
  if (!path.reachable) return path;
  path.cost = routes->cost[*from];
  PerNode<double> standing(topology.node_count());
  standing[*from] = 1;
  for (NodeId node : routes->order) {
    const auto hops = routes->next_hops(node);
    for (LinkId hop : hops) {
      if (standing[node] <= 0) break;
      const double share = standing[node] / static_cast<double>(hops.size());
      standing[topology.link(hop).to] += share;
      if (!path.steps.empty() && path.steps.back().link == hop) {
        path.steps.back().share += share;  // several neighbours behind one network
      } else {
        path.steps.push_back({hop, share});
      }
    }
  }
  return path;
}

void print_json(const Topology& topology, const Path& path) {
  Json links = Json::array();
  for (const Step& step : path.steps) {
    const Link& link = topology.link(step.link);
    links.push_back({{"from", topology.node(link.from).name},
                     {"to", topology.node(link.to).name},
                     {"share", step.share},
                     {"cost", link.cost},
                     {"id", link_name(topology, step.link)}});
  }
  const Json answer = {{"src", path.src},
                       {"dst", path.dst},
                       {"at", print_time(topology.at())},
                       {"cost", path.reachable ? Json(path.cost) : Json(nullptr)},
                       {"links", std::move(links)},
                       {"reachable", path.reachable}};
  fmt::print("{}\n", answer.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void print_rows(const Topology& topology, const Path& path, bool csv) {
  TextTable table({"from", "to", "cost", "share"});
  for (const Step& step : path.steps) {
    const Link& link = topology.link(step.link);
    table.row({topology.node(link.from).name, topology.node(link.to).name, std::to_string(link.cost),
               csv ? fmt::format("{}", step.share) : fmt::format("{:.1f}%", step.share * 100)});
  }
  if (csv) {
    fmt::print("{}", table.csv());
  } else if (!path.reachable) {
    fmt::print("no route from {} to {}\n", path.src, path.dst);
  } else {
    fmt::print("{}\n{} to {}: cost {}\n", table.aligned(), path.src, path.dst, path.cost);
  }
}

int fail(const Error& error) {
  fmt::print(stderr, "anemone path: {}\n", error.message);
  return kFailed;
}

}  // namespace

int path(int argc, char** argv) {
  PathOptions options;
  Arguments arguments("path",
                      "The way from one router or address to another: links, and the share of each.\n"
                      "Use: anemone path SOURCE... SRC DST");
  arguments.positional("SOURCE", options.words,
                       "OSPF captures of one network, or a topology file; then SRC and DST", Need::kRequired);
  arguments.option("--at", options.at, "the instant (RFC 3339 or Unix seconds); by default the last packet");
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to print");
  if (const auto code = arguments.parse(argc, argv)) return *code;
  if (options.words.size() < 3) {
    fmt::print(stderr, "anemone path: wants SOURCE... SRC DST\n");
    return kWrongUsage;
  }
  const std::vector<std::string> sources(options.words.begin(), options.words.end() - 2);
  const auto source = read_routing_source("path", sources, options.at);
  if (!source) return fail(source.error());
  const auto found = find_path(source->topology, *(options.words.end() - 2), options.words.back());
  if (!found) return fail(found.error());
  if (options.format == "json") {
    print_json(source->topology, *found);
  } else {
    print_rows(source->topology, *found, options.format == "csv");
  }
  return kDone;
}

}  // namespace anemone
