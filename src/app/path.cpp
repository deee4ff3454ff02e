// `anemone path SOURCE... SRC DST`: the links between two routers or addresses, and the share of each.
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
#include "load/path.h"

namespace anemone {
namespace {

using Json = nlohmann::ordered_json;

// What was asked for, beside the answer.
struct Asked {
  std::string src;
  std::string dst;
};

struct PathOptions {
  std::vector<std::string> words;  // SOURCE... SRC DST
  KeyOptions keys;
  ChangeOptions changes;
  std::string at;
  std::string format = "table";
};

void print_json(const Topology& topology, const Asked& asked, const Path& path) {
  Json links = Json::array();
  for (const RouteShare& step : path.links) {
    const Link& link = topology.link(step.link);
    links.push_back({{"from", topology.node(link.from).name},
                     {"to", topology.node(link.to).name},
                     {"share", step.share},
                     {"cost", link.cost},
                     {"id", link_name(topology, step.link)}});
  }
  const Json answer = {{"src", asked.src},
                       {"dst", asked.dst},
                       {"at", print_time(topology.at())},
                       {"cost", path.cost ? Json(*path.cost) : Json(nullptr)},
                       {"links", std::move(links)},
                       {"reachable", path.cost.has_value()}};
  fmt::print("{}\n", answer.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void print_rows(const Topology& topology, const Asked& asked, const Path& path, bool csv) {
  TextTable table({"from", "to", "cost", "share"});
  for (const RouteShare& step : path.links) {
    const Link& link = topology.link(step.link);
    table.row({topology.node(link.from).name, topology.node(link.to).name, std::to_string(link.cost),
               csv ? fmt::format("{}", step.share) : fmt::format("{:.1f}%", step.share * 100)});
  }
  if (csv) {
    fmt::print("{}", table.csv());
  } else if (!path.cost) {
    fmt::print("no route from {} to {}\n", asked.src, asked.dst);
  } else {
    fmt::print("{}\n{} to {}: cost {}\n", table.aligned(), asked.src, asked.dst, *path.cost);
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
                       "OSPF or IS-IS captures of one network, or a topology file; then SRC and DST",
                       Need::kRequired);
  arguments.option("--at", options.at, "the instant (RFC 3339 or Unix seconds); by default the last packet");
  options.keys.declare(arguments);
  options.changes.declare(arguments);
  arguments.choice("--format", options.format, {"table", "json", "csv"}, "how to print");
  if (const auto code = arguments.parse(argc, argv)) return *code;
  if (options.words.size() < 3) {
    fmt::print(stderr, "anemone path: wants SOURCE... SRC DST\n");
    return kWrongUsage;
  }
  const std::vector<std::string> sources(options.words.begin(), options.words.end() - 2);
  auto source = read_routing_source("path", sources, options.at, options.keys);
  if (!source) return fail(source.error());
  auto changed = options.changes.carry_out(std::move(source->topology));
  if (!changed) return fail(changed.error());
  source->topology = std::move(*changed);
  const Asked asked{*(options.words.end() - 2), options.words.back()};
  const auto found = find_path(Attachments(source->topology, {}), asked.src, asked.dst);
  if (!found) return fail(found.error());
  if (options.format == "json") {
    print_json(source->topology, asked, *found);
  } else {
    print_rows(source->topology, asked, *found, options.format == "csv");
  }
  return kDone;
}

}  // namespace anemone
